"""Calls that block, kept from holding up the others, a deadline, or the end of the run."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

Result = TypeVar("Result")
Params = ParamSpec("Params")


class SideThreads(ThreadPoolExecutor):
    """An event loop's own threads, as for looking up a host: none of them keeps the process from ending."""

    def submit(
        self, call: Callable[Params, Result], /, *args: Params.args, **kwargs: Params.kwargs
    ) -> Future[Result]:
        outcome: Future[Result] = Future()

        def run() -> None:
            if not outcome.set_running_or_notify_cancel():
                return
            try:
                result = call(*args, **kwargs)
            except BaseException as error:  # whatever it is, it is raised where it is awaited
                outcome.set_exception(error)
            else:
                outcome.set_result(result)

        threading.Thread(target=run, daemon=True).start()
        return outcome

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for nobody."""


def run_promptly(main: Coroutine[Any, Any, Result]) -> Result:
    """``asyncio.run`` that ends with ``main``: a look-up that hangs is left behind."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(SideThreads())
        return runner.run(main)


async def on_a_thread(call: Callable[[], Result]) -> Result:
    """What ``call`` returns or raises, whatever loop this runs in. Where the awaiting task is cancelled, nobody
    waits for it any more."""
    return await asyncio.wrap_future(SideThreads().submit(call))
