import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from dbt_docsmith.llm.side_thread import on_a_thread, run_promptly


def test_a_look_up_that_hangs_does_not_hold_up_the_end() -> None:
    async def main() -> str:
        hanging = asyncio.get_running_loop().run_in_executor(None, time.sleep, 30)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(hanging, 0.05)
        return "done"

    started = time.monotonic()
    assert run_promptly(main()) == "done"
    assert time.monotonic() - started < 10


def test_a_look_up_answers_or_raises_as_it_would() -> None:
    async def main() -> tuple[int, str]:
        loop = asyncio.get_running_loop()
        with pytest.raises(ValueError, match="invalid literal"):
            await loop.run_in_executor(None, int, "x")
        return await loop.run_in_executor(None, int, "7"), (await loop.getaddrinfo("127.0.0.1", 80))[0][4][0]

    assert run_promptly(main()) == (7, "127.0.0.1")


def fails() -> None:
    raise LookupError("not there")


def test_what_a_call_returns_comes_back() -> None:
    caller = threading.get_ident()
    assert asyncio.run(on_a_thread(threading.get_ident)) != caller


def test_what_a_call_raises_is_raised() -> None:
    with pytest.raises(LookupError, match="not there"):
        asyncio.run(on_a_thread(fails))


def test_others_go_on_meanwhile() -> None:
    done = threading.Event()

    async def run() -> bool:
        waiting = asyncio.create_task(on_a_thread(lambda: done.wait(30)))
        await asyncio.sleep(0)
        done.set()
        return await waiting

    assert asyncio.run(run())


def ends() -> None:
    """Return, as most calls do."""


@pytest.mark.parametrize("end", [ends, fails])
def test_a_call_that_nobody_awaits_any_more_holds_up_nobody_and_disturbs_nobody(end: Callable[[], None]) -> None:
    """It ends when the event loop is gone: an error there would be a warning, and fail the test."""
    done, threads = threading.Event(), list[threading.Thread]()

    def call() -> None:
        threads.append(threading.current_thread())
        done.wait(30)
        end()

    async def run() -> None:
        async with asyncio.timeout(0.05):
            await on_a_thread(call)

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    done.set()
    for thread in threads:
        assert thread.daemon
        thread.join(30)
        assert not thread.is_alive()
