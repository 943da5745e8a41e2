"""A chat-completions server on loopback that does what a test scripts, and remembers what it was asked.

    wire_server.script.append(failing(429, "slow down", headers={"Retry-After": "2"}))   # the next request only
    wire_server.respond = lambda body: answering(describe_everything(body))              # every request after it

A test hands ``wire_server.base_url`` to the code it tests. Every fault is a ``Reply``.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Body = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What the server does with one request.

    ``drop``: closes the connection without a word. ``drop_in_body``: after half of the body. ``hang``: says
    nothing until the server is closed. ``drip``: sends the body a byte every 50 ms.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Literal["send", "drop", "drop_in_body", "hang", "drip"] = "send"


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; header names are in lower case, ``raw`` is its body's bytes."""

    path: str
    headers: Mapping[str, str]
    body: Body
    raw: bytes = b""


def answering(content: object, *, finish_reason: str = "stop", **message: object) -> Reply:
    """A chat completion that says ``content``: text as it is, anything else as JSON."""
    text = content if isinstance(content, str | None) else json.dumps(content)
    choice = {
        "index": 0,
        "finish_reason": finish_reason,
        "message": {"role": "assistant", "content": text, **message},
    }
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 40}}
    completion = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
    return sending(completion | {"usage": usage})


def sending(body: object, *, status: int = 200, content_type: str = "application/json", **headers: str) -> Reply:
    """Any body: bytes as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, raw, {"Content-Type": content_type, **headers})


def failing(status: int, message: str, *, headers: Mapping[str, str] | None = None, **error: object) -> Reply:
    """An error as OpenAI words it; ``code``, ``param`` and ``type`` go into ``error``."""
    return sending({"error": {"message": message, **error}}, status=status, **dict(headers or {}))


def describe_everything(body: Body) -> Body:
    """A valid answer: a text for the node and for every column the user message asks for."""
    columns = [
        {"name": name, "description": f"What {name} tells a reader, said by the server.", "question": None}
        for name in asked_columns(body)
    ]
    return {"description": "One row a purchase, said by the server.", "question": None, "columns": columns}


def asked_columns(body: Body) -> list[str]:
    """The names listed under ``## Columns to describe``, or arguments or the like, in the user message."""
    return columns_in(body["messages"][-1]["content"])


def columns_in(message: str) -> list[str]:
    """The same of a user message, whatever format brought it."""
    after = re.split(r"^## .* to describe$", message, maxsplit=1, flags=re.MULTILINE)[1:]
    section = re.split(r"\n## |\nAn earlier answer", "".join(after))[0]
    lines = re.findall(r"^- `?(.+?)`?(?: \(.*\))?:?$", section, re.MULTILINE)
    return [line.split("`")[0] for line in lines]


class WireServer:
    """The server: ``script`` holds the next replies, ``respond`` makes the others, ``seen`` is what arrived.

    ``latency`` is in seconds, before every reply.
    """

    def __init__(self) -> None:
        self.script: deque[Reply] = deque()
        self.respond: Callable[[Body], Reply] = lambda body: answering(describe_everything(body))
        self.seen: list[Seen] = []
        self.latency = 0.0
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.wire = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def host(self) -> str:
        """``127.0.0.1:port``."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_url(self) -> str:
        """What goes into ``OPENAI_BASE_URL``."""
        return f"http://{self.host}/v1"

    @property
    def bodies(self) -> list[Body]:
        """The bodies of all requests so far, in the order they came."""
        return [seen.body for seen in self.seen]

    def take(self, seen: Seen) -> Reply:
        """Note a request and choose its reply."""
        with self._lock:
            self.seen.append(seen)
            scripted = self.script.popleft() if self.script else None
        return scripted or self.respond(seen.body)

    def __enter__(self) -> WireServer:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128
    wire: WireServer

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._connections: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        for connection in list(self._connections):
            _hang_up(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of the server."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.wire.take(Seen(self.path, headers, json.loads(raw), raw))
        self.server.wire.closing.wait(self.server.wire.latency)
        {"hang": self._hang, "drop": self._drop}.get(reply.manner, self._send)(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.manner == "drop_in_body":
            self.wfile.write(reply.body[: len(reply.body) // 2])
            self._drop(reply)
        elif reply.manner == "drip":
            self._drip(reply)
        else:
            self.wfile.write(reply.body)

    def _drip(self, reply: Reply) -> None:
        for byte in reply.body:
            self.wfile.write(bytes([byte]))
            if self.server.wire.closing.wait(0.05):
                return

    def _hang(self, _reply: Reply) -> None:
        self.server.wire.closing.wait()
        self.close_connection = True

    def _drop(self, _reply: Reply) -> None:
        self.close_connection = True
        _hang_up(self.connection)

    def log_message(self, *_message: Any) -> None:
        """Say nothing."""


def _hang_up(connection: Any) -> None:
    try:
        connection.shutdown(2)
    except OSError:
        return
