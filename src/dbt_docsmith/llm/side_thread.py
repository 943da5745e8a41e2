"""Calls that block, kept from holding up the others, a deadline, or the end of the run."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def on_a_thread(call: Callable[[], Result]) -> Result:
    """What ``call`` returns or raises. Where the awaiting task is cancelled, nobody waits for it any more:
    unlike the event loop's own threads, this one does not keep the process alive."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Result] = loop.create_future()

    def settle(settled: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the run may be over
            loop.call_soon_threadsafe(lambda: None if outcome.done() else settled())

    def run() -> None:
        try:
            result = call()
        except BaseException as error:  # whatever it is, it is raised where it is awaited
            raised = error
            settle(lambda: outcome.set_exception(raised))
        else:
            settle(lambda: outcome.set_result(result))

    threading.Thread(target=run, daemon=True).start()
    return await outcome
