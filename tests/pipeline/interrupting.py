"""Runs in a process of their own that are ended from outside at a chosen moment."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.pipeline.shop import Shop
from tests.wire_server import Body, Reply, WireServer

PATIENCE_SECONDS = 120.0
ARRIVAL_SECONDS = 0.2
"""How long a signal may take to arrive before the answer that follows it."""


@dataclass(frozen=True)
class Ending:
    """When and how a run is ended: as it sends the request after so many ``answers``.

    ``delay`` is in seconds, from then to the first signal and between signals. ``then``: what that request and
    all after it come to, silence or an answer. ``at_once``: already as the last of the answers leaves.
    """

    answers: int
    signals: Sequence[int] = (signal.SIGKILL,)
    delay: float = 0.0
    then: Callable[[Body], Reply] = field(default=lambda _body: Reply(manner="hang"))
    at_once: bool = False


@dataclass(frozen=True)
class Ended:
    """How a run ended. ``answered`` are the requests that were answered, in their order."""

    code: int
    stdout: str
    stderr: str
    answered: list[Body]


class Interrupter:
    """Answers a run, up to the point where it ends it."""

    def __init__(self, server: WireServer, respond: Callable[[Body], Reply]) -> None:
        self._server = server
        self._respond = respond
        self._ending: Ending | None = None
        self._child: subprocess.Popen[str] | None = None
        self._asked: list[Body] = []
        self._lock = threading.Lock()
        server.respond = self._reply

    def end(self, ending: Ending, shop: Shop, *options: str) -> Ended:
        """Document the shop until the ending; from then on every question is answered."""
        self._ending, self._asked = ending, []
        with shop.start("document", "--provider", "openai", *options) as child:
            self._child = child
            said, told = child.communicate(timeout=PATIENCE_SECONDS)
        self._ending = None
        return Ended(child.returncode, said, told, self._asked[: ending.answers])

    def _reply(self, body: Body) -> Reply:
        ending = self._ending
        if ending is None:
            return self._respond(body)
        with self._lock:
            number = len(self._asked)
            self._asked.append(body)
        if number < ending.answers:
            if ending.at_once and number == ending.answers - 1:
                threading.Thread(target=self._signal, args=(ending,)).start()
            return self._respond(body)
        if number == ending.answers and not ending.at_once:
            self._signal(ending)
            time.sleep(ARRIVAL_SECONDS)
        return ending.then(body)

    def _signal(self, ending: Ending) -> None:
        for number in ending.signals:
            time.sleep(ending.delay)
            if self._child is not None and self._child.poll() is None:
                self._child.send_signal(number)
