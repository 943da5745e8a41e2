import asyncio
import time

import pytest

from dbt_docsmith.llm.side_thread import run_promptly


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
