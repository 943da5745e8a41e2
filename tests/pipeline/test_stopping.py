"""The first Ctrl-C or SIGTERM begins nothing new and waits a little, the second waits for nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.pipeline.answers import tell
from tests.pipeline.interrupting import Ended, Ending, Interrupter
from tests.pipeline.shop import Shop, copy_shop
from tests.wire_server import Body, Reply, WireServer, failing

from dbt_docsmith.pipeline.stopping import run_until_stopped

LONG = 60.0
"""Seconds that a server asks to wait: far longer than any run here may take, on the slowest machine."""

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


def stopped(work_seconds: float, grace_seconds: float, signals: int, number: int) -> tuple[bool, list[str], float]:
    """What becomes of work that takes so long when so many signals arrive."""
    said: list[str] = []

    async def work() -> None:
        for _ in range(signals):
            os.kill(os.getpid(), number)
            await asyncio.sleep(0)
        await asyncio.sleep(work_seconds)
        said.append("done")

    began = time.monotonic()
    ended = asyncio.run(run_until_stopped(work(), lambda: said.append("stop"), said.append, grace_seconds))
    return ended, said, time.monotonic() - began


@BOTH
def test_what_is_in_flight_may_arrive(number: int) -> None:
    ended, said, _ = stopped(0.05, LONG, 1, number)
    assert ended
    assert (said[0], said[-1]) == ("stop", "done")


@BOTH
@pytest.mark.parametrize(("grace", "signals"), [(0.05, 1), (LONG, 2)], ids=["too late", "twice"])
def test_what_takes_too_long_is_given_up(number: int, grace: float, signals: int) -> None:
    ended, said, seconds = stopped(LONG, grace, signals, number)
    assert ended
    assert "done" not in said
    assert seconds < LONG / 2


def test_work_that_nobody_stops_ends_by_itself_and_signals_do_again_what_they_did() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert stopped(0.0, LONG, 0, signal.SIGINT)[:2] == (False, ["done"])
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


# ------------------------------------------------------------------ real processes


def ended(shop: Shop, server: WireServer, ending: Ending, *options: str) -> tuple[Ended, float]:
    """How a run ended, and how many seconds it took in all."""
    began = time.monotonic()
    return Interrupter(server, tell).end(ending, shop, *options), time.monotonic() - began


def assert_whole(shop: Shop) -> None:
    """Every file of the project can be read, nothing is left over, and the store is sound."""
    for name, content in shop.files().items():
        assert "tmp" not in name
        if name.endswith(".yml"):
            yaml.safe_load(content)
    store = sqlite3.connect(shop.cache / "answers.db")
    assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    store.close()


def asking_to_wait(_body: Body) -> Reply:
    return failing(429, "slow down", headers={"Retry-After": f"{LONG:g}"})


def silent(_body: Body) -> Reply:
    return Reply(manner="hang")


@pytest.mark.parametrize("then", [asking_to_wait, pytest.param(silent, marks=pytest.mark.slow)])
def test_a_run_ends_in_time_and_sends_nothing_more(
    then: Callable[[Body], Reply], wire_server: WireServer, tmp_path: Path
) -> None:
    """Some requests wait for their turn, some for their retry, some for an answer."""
    shop = copy_shop(tmp_path, wire_server.base_url)
    run, seconds = ended(shop, wire_server, Ending(3, (signal.SIGTERM,), delay=0.3, then=then), "--threads", "8")
    sent = len(wire_server.seen)
    assert run.code == 130, run.stderr
    assert "stopping: waiting up to 5 s" in run.stderr
    assert "descriptions written" in run.stdout
    assert "Failed" not in run.stdout
    assert seconds < LONG / 2
    assert sent <= 3 + 8
    assert_whole(shop)


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.01, 0.05, 0.2])
def test_nothing_is_torn_by_the_second_signal(delay: float, wire_server: WireServer, tmp_path: Path) -> None:
    shop = copy_shop(tmp_path, wire_server.base_url)
    ending = Ending(12, (signal.SIGINT, signal.SIGTERM), delay=delay, then=silent)
    run, seconds = ended(shop, wire_server, ending)
    assert run.code == 130, run.stderr
    assert seconds < LONG / 2
    assert_whole(shop)
