"""A real browser, driven through its DevTools protocol: Chromium from the system's packages."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

_QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync --remote-debugging-port=0"
)
_PATIENCE = 60.0


def chromium() -> str:
    """The program; a test is skipped where there is none, but never in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no Chromium here; install `chromium`")
    return str(found)


class Tab:
    """One page: what it was told, what it asked the network for and what it complained about."""

    def __init__(self, socket: ClientConnection, downloads: Path) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._socket = socket
        self._ids = count(1)
        self._session: str | None = None
        self._events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads), eventsEnabled=True)
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Any:
        """Have the browser do something; gives what it answers."""
        number = next(self._ids)
        session = {} if self._session is None else {"sessionId": self._session}
        self._socket.send(json.dumps({"id": number, "method": method, "params": params, **session}))
        while (message := self._next()).get("id") != number:
            pass
        assert "error" not in message, message
        return message["result"]

    def wait_for(self, method: str, **expected: Any) -> dict[str, Any]:
        """Wait for an event that has not been seen yet."""
        while True:
            for event in self._events:
                if event["method"] == method and expected.items() <= event["params"].items():
                    self._events.clear()
                    return dict(event["params"])
            self._next()

    def open(self, page: Path) -> None:
        """Load a file and wait until its script is through."""
        self._events.clear()
        self.call("Page.navigate", url=page.as_uri())
        self.wait_for("Page.loadEventFired")

    def run(self, script: str) -> Any:
        """What an expression comes to in the page."""
        said = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def press(self, selector: str) -> None:
        """Press a button that is there and that can be seen."""
        assert self.run(f"document.querySelector({json.dumps(selector)}).checkVisibility()")
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def type_key(self, text: str, code: str) -> None:
        """Strike a key of the keyboard: what it types, and its name."""
        key = {"text": text, "code": code, "key": text if code == "Slash" else code}
        number = {"Enter": 13}.get(code, 0)
        self.call("Input.dispatchKeyEvent", type="keyDown", windowsVirtualKeyCode=number, **key)
        self.call("Input.dispatchKeyEvent", type="keyUp", windowsVirtualKeyCode=number, **key)

    def size(self, width: int, height: int = 844) -> None:
        """Be a window, or a phone, of this size in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )

    def prefer(self, scheme: str) -> None:
        """Ask for ``light`` or ``dark``."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def _next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(timeout=_PATIENCE))
        if "method" in message:
            self._events.append(message)
            self._note(message["method"], message["params"])
        return message

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"):
            self.complaints.append(json.dumps(params))


@contextmanager
def open_tab(folder: Path) -> Iterator[Tab]:
    """A tab of a browser of its own, whose profile and downloads are in ``folder``."""
    profile, downloads = folder / "profile", folder / "downloads"
    downloads.mkdir(parents=True)
    command = [chromium(), *_QUIET.split(), f"--user-data-dir={profile}", "about:blank"]
    silent = subprocess.DEVNULL
    environ = {**os.environ, "HOME": str(folder)}
    with subprocess.Popen(command, stdout=silent, stderr=silent, env=environ, start_new_session=True) as browser:
        try:
            with connect(_address(profile), max_size=None, proxy=None, close_timeout=1) as socket:
                yield Tab(socket, downloads)
        finally:
            os.killpg(browser.pid, signal.SIGKILL)


def _address(profile: Path) -> str:
    """Where the browser listens, which it writes down once it does."""
    told, deadline = profile / "DevToolsActivePort", time.monotonic() + _PATIENCE
    while not (told.is_file() and told.read_text().count("\n")):
        assert time.monotonic() < deadline, "Chromium did not start"
        time.sleep(0.05)
    port, path = told.read_text().splitlines()
    return f"ws://127.0.0.1:{port}{path}"
