import asyncio

import pytest

from dbt_docsmith.errors import QuotaExhausted, Stopped
from dbt_docsmith.llm.gate import Gate


async def for_ever(_seconds: float) -> None:
    await asyncio.Event().wait()


async def no_time(_seconds: float) -> None:
    await asyncio.sleep(0)


def test_an_open_gate_lets_everybody_through() -> None:
    gate = Gate(no_time)
    gate.check()
    asyncio.run(gate.sleep(1))
    assert not gate.is_closed


def test_closed_it_lets_nobody_through_and_keeps_its_first_reason() -> None:
    gate = Gate(no_time)
    gate.close(QuotaExhausted("no credit"))
    gate.close(Stopped("enough"))
    with pytest.raises(QuotaExhausted, match="no credit"):
        gate.check()
    with pytest.raises(QuotaExhausted, match="no credit"):
        asyncio.run(gate.sleep(1))


def test_who_sleeps_when_it_closes_is_woken_with_the_reason() -> None:
    gate = Gate(for_ever)

    async def run() -> list[BaseException | None]:
        sleepers = [asyncio.create_task(gate.sleep(60)) for _ in range(3)]
        await asyncio.sleep(0)
        gate.close(Stopped("enough"))
        return await asyncio.gather(*sleepers, return_exceptions=True)

    assert [type(error) for error in asyncio.run(run())] == [Stopped] * 3


def test_a_sleeper_that_is_cancelled_leaves_nothing_behind() -> None:
    gate = Gate(for_ever)

    async def run() -> None:
        sleeper = asyncio.create_task(gate.sleep(60))
        await asyncio.sleep(0)
        sleeper.cancel()
        await asyncio.wait([sleeper])
        gate.close(Stopped("enough"))
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
