"""Ctrl-C and SIGTERM: the first begins nothing new and waits a little, the second waits for nothing."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager

GRACE_SECONDS = 5.0


async def run_until_stopped(
    work: Coroutine[object, object, None],
    stop: Callable[[], None],
    say: Callable[[str], None],
    grace_seconds: float = GRACE_SECONDS,
) -> bool:
    """Run ``work`` to its end, or until the user has had enough; True if so.

    At the first signal ``stop`` is called and what is in flight has ``grace_seconds`` to arrive.
    """
    task = asyncio.ensure_future(work)
    stopped = False

    def on_signal() -> None:
        nonlocal stopped
        if stopped:
            task.cancel()
            return
        stopped = True
        stop()
        say(f"stopping: waiting up to {grace_seconds:g} s for what is in flight (again: at once)")
        asyncio.get_running_loop().call_later(grace_seconds, task.cancel)

    with _handling_signals(on_signal):
        try:
            await task
        except asyncio.CancelledError:
            if not stopped:
                raise
    return stopped


@contextmanager
def _handling_signals(handler: Callable[[], None]) -> Iterator[None]:
    """Call ``handler`` at every signal; what was done before at one is done again afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, handled = asyncio.get_running_loop(), {}
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        try:
            loop.add_signal_handler(number, handler)
        except NotImplementedError:  # Windows: Ctrl-C arrives as KeyboardInterrupt
            break
        handled[number] = before
    try:
        yield
    finally:
        for number, before in handled.items():
            loop.remove_signal_handler(number)
            signal.signal(number, before)
