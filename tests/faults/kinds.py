"""How a fault is made, and what comes of each kind of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.envelopes.base import Envelope, Trouble
from tests.faults.depot import dumped
from tests.faults.fault import Fault, Good
from tests.wire_server import Reply

Serve = Callable[[Envelope, Good], Reply | None]

# ---------------------------------------------------------------- how a fault is made


def trouble(kind: Trouble, **headers: str) -> Serve:
    """An error as the vendor words it."""
    return lambda envelope, _good: envelope.trouble(kind, **headers)


def failing(status: int, message: str) -> Serve:
    """An error that the vendor has no words of its own for."""
    return lambda envelope, _good: envelope.failing(status, message)


def answer(shape: Callable[[Good], str | None]) -> Serve:
    """A whole answer, of another shape than was asked for."""
    return lambda envelope, good: envelope.answer(shape(good))


def wire(spoil: Callable[[Reply], Reply]) -> Serve:
    """A good answer that is spoiled on its way."""
    return lambda envelope, good: spoil(envelope.answer(dumped(good)))


# ---------------------------------------------------------------- what comes of it


def retried(name: str, serve: Serve, error: str, reads: str, **more: Any) -> Fault:
    """The next attempt may succeed."""
    return Fault(
        name,
        serve,
        "sent again",
        reads,
        error,
        requests_where_it_lasts=3,
        requests_where_it_passes=2,
        lost_where_it_lasts="all",
        **more,
    )


def paused(name: str, reads: str, **headers: str) -> Fault:
    """The server says when the next attempt may succeed."""
    fault = retried(name, trouble("too many", **headers), "RateLimited", reads)
    return replace(fault, happens="sent again, no sooner than the server asks")


def final(name: str, serve: Serve, error: str, reads: str, happens: str = "not sent again") -> Fault:
    """Another attempt would end in the same way."""
    return Fault(name, serve, happens, reads, error, lost_where_it_lasts="all", lost_where_it_passes="all")


def ending(name: str, serve: Serve, error: str, reads: str) -> Fault:
    """This provider will answer nothing more."""
    return final(name, serve, error, reads, "nothing more is sent there; the next provider of the list serves")


def asked_again(name: str, serve: Serve, reads: str, lost: Any, **more: Any) -> Fault:
    """An answer came, and some of it is not fit to be written."""
    return Fault(
        name,
        serve,
        "asked once more" if lost == "all" else "asked once more for that text",
        reads,
        "AnswerError",
        requests_where_it_lasts=2,
        requests_where_it_passes=2,
        lost_where_it_lasts=lost,
        **more,
    )


def understood(name: str, shape: Callable[[Good], str], happens: str, **more: Any) -> Fault:
    """An answer of another shape that can mean but one thing."""
    return Fault(name, answer(shape), happens, **more)
