"""A run that is ended at any point and started again asks nothing that was answered, and writes the same files."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest
import yaml
from benchmarks.synthetic import write_project
from tests.pipeline.answers import asked_node, moody, tell
from tests.pipeline.interrupting import Ended, Ending, Interrupter
from tests.pipeline.shop import EXAMPLE, Shop, Tree, copy_shop
from tests.wire_server import Body, Reply, WireServer, answering

ONE_AT_A_TIME = ("--threads", "1")
PARTS = 8
"""How many tests share the points at which a job is ended; there are as many points as the job has requests."""


class Job:
    """A project to be documented, and what that comes to when nothing interrupts it."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.project = project
        with WireServer() as server:
            server.respond = moody
            shop = copy_shop(folder, server.base_url, project=project)
            self.report = shop.document(provider="openai", threads=1)
            self.bodies: list[Body] = server.bodies
            self.files: Tree = shop.files()


class Restart:
    """One run that was ended and the run that took it up: ``again`` is what that one asked."""

    def __init__(self, job: Job, ending: Ending, server: WireServer, folder: Path, *options: str) -> None:
        self.shop: Shop = copy_shop(folder, server.base_url, project=job.project)
        self.ended: Ended = Interrupter(server, moody).end(ending, self.shop, *options)
        self.left: Tree = self.shop.files()
        asked = len(server.seen)
        self.report = self.shop.document(provider="openai")
        self.again: list[Body] = server.bodies[asked:]
        self.files: Tree = self.shop.files()


@pytest.fixture(scope="session")
def shop_job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return Job(tmp_path_factory.mktemp("shop_job"), EXAMPLE)


@pytest.fixture(scope="session")
def loom_job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A project of everything that is hard to take up again, with the manifest that real dbt makes of it."""
    loom = Path(__file__).parent / "projects" / "loom"
    parsed = copy_shop(tmp_path_factory.mktemp("loom"), project=loom)
    parsed.dbt("parse")
    return Job(tmp_path_factory.mktemp("loom_job"), parsed.root)


def spoilt(_body: Body) -> Reply:
    return answering("This is no JSON.")


def in_order_of_names(tree: Tree) -> dict[str, object]:
    """The properties files as data, without regard to the order in which new entries came."""
    files = {name: yaml.safe_load(content) for name, content in tree.items() if name.endswith(".yml")}
    return {
        name: {key: sorted(value, key=str) if isinstance(value, list) else value for key, value in data.items()}
        for name, data in files.items()
    }


def assert_taken_up(job: Job, restart: Restart) -> None:
    answered = restart.ended.answered
    assert [body for body in restart.again if body in answered] == []
    assert len(answered) + len(restart.again) == len(job.bodies)
    assert restart.report.failures == ()


@pytest.fixture(scope="session")
def shop_requests(shop_job: Job) -> int:
    return len(shop_job.bodies)


def test_the_job_meets_every_kind_of_answer(shop_job: Job) -> None:
    assert len(shop_job.bodies) > 25
    assert shop_job.report.questions
    assert shop_job.report.failures == ()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_killed_and_started_again(share: float, shop_job: Job, wire_server: WireServer, tmp_path: Path) -> None:
    answers = round(share * (len(shop_job.bodies) - 1))
    restart = Restart(shop_job, Ending(answers), wire_server, tmp_path, *ONE_AT_A_TIME)
    assert restart.ended.code == -signal.SIGKILL
    assert restart.ended.answered == shop_job.bodies[:answers]
    assert_taken_up(shop_job, restart)
    assert restart.files == shop_job.files


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_and_started_again(number: int, shop_job: Job, wire_server: WireServer, tmp_path: Path) -> None:
    """What is in flight is waited for, and nothing is begun."""
    restart = Restart(shop_job, Ending(12, (number,), then=moody), wire_server, tmp_path, *ONE_AT_A_TIME)
    ended = restart.ended
    assert ended.code == 130, ended.stderr
    assert "stopping" in ended.stderr
    assert "descriptions written" in ended.stdout
    assert restart.left != copy_shop(tmp_path / "other").files()
    ended.answered.append(shop_job.bodies[12])
    assert_taken_up(shop_job, restart)
    assert restart.files == shop_job.files


def test_stopped_twice_it_waits_for_nothing(shop_job: Job, wire_server: WireServer, tmp_path: Path) -> None:
    ending = Ending(6, (signal.SIGINT, signal.SIGINT), delay=0.3)
    restart = Restart(shop_job, ending, wire_server, tmp_path, *ONE_AT_A_TIME)
    assert restart.ended.code == 130, restart.ended.stderr
    assert "descriptions written" in restart.ended.stdout
    assert_taken_up(shop_job, restart)
    assert restart.files == shop_job.files


def test_nothing_is_begun_after_a_signal_not_even_for_a_node_that_was_begun(
    wire_server: WireServer, tmp_path: Path
) -> None:
    """An answer of 400 tokens has room for two columns: the node takes four requests, and one would be mended."""
    shop = copy_shop(tmp_path, wire_server.base_url)
    options = ("--select", "stg_webshop__payments", "--llm-max-tokens", "400", *ONE_AT_A_TIME)
    begun = Interrupter(wire_server, tell).end(Ending(1, (signal.SIGTERM,), then=spoilt), shop, *options)
    assert begun.code == 130, begun.stderr
    assert len(wire_server.seen) == 2
    assert "Failed" not in begun.stdout
    assert {missing.column for missing in shop.check(select=["stg_webshop__payments"]).missing} == set()
    report = shop.document(provider="openai", select=["stg_webshop__payments"])
    assert [each.column for each in report.proposals] == [
        "payment_method",
        "amount_cents",
        "payment_state",
        "captured_at",
        "is_captured",
    ]


@pytest.mark.slow
class TestAtEveryPoint:
    """The same for every answer, on two projects, and at moments between them."""

    @pytest.mark.parametrize("part", range(PARTS))
    def test_of_the_example(self, part: int, shop_job: Job, wire_server: WireServer, tmp_path: Path) -> None:
        for answers in range(part, len(shop_job.bodies), PARTS):
            ending, folder = Ending(answers), tmp_path / str(answers)
            restart = Restart(shop_job, ending, wire_server, folder, *ONE_AT_A_TIME)
            assert restart.ended.answered == shop_job.bodies[:answers]
            assert_taken_up(shop_job, restart)
            assert restart.files == shop_job.files

    @pytest.mark.parametrize("part", range(PARTS))
    def test_of_the_loom(self, part: int, loom_job: Job, wire_server: WireServer, tmp_path: Path) -> None:
        for answers in range(part, len(loom_job.bodies), PARTS):
            ending, folder = Ending(answers), tmp_path / str(answers)
            restart = Restart(loom_job, ending, wire_server, folder, *ONE_AT_A_TIME)
            assert restart.ended.answered == loom_job.bodies[:answers]
            assert_taken_up(loom_job, restart)
            assert in_order_of_names(restart.files) == in_order_of_names(loom_job.files)

    @pytest.mark.parametrize("answers", [1, 9, 20])
    @pytest.mark.parametrize("threads", [3, 16])
    def test_with_many_in_flight(
        self, threads: int, answers: int, shop_job: Job, wire_server: WireServer, tmp_path: Path
    ) -> None:
        ending = Ending(answers, delay=1.0)
        restart = Restart(shop_job, ending, wire_server, tmp_path, "--threads", str(threads))
        assert len(restart.ended.answered) == answers
        assert_taken_up(shop_job, restart)
        assert restart.files == shop_job.files

    @pytest.mark.parametrize("seed", range(8))
    def test_in_the_middle_of_storing_and_writing(
        self, seed: int, shop_job: Job, wire_server: WireServer, tmp_path: Path
    ) -> None:
        """The last answer may or may not have arrived."""
        chance = random.Random(seed)
        answers = chance.randrange(1, len(shop_job.bodies))
        ending = Ending(answers, delay=chance.uniform(0, 0.05), at_once=True)
        restart = Restart(shop_job, ending, wire_server, tmp_path, *ONE_AT_A_TIME)
        surely = [body for body in restart.ended.answered if body in shop_job.bodies[: answers - 1]]
        assert [body for body in restart.again if body in surely] == []
        assert restart.files == shop_job.files
        leftovers = [name for name in restart.files if "tmp" in name]
        assert leftovers == []


@pytest.mark.slow
def test_killed_after_60_of_110_answers_the_next_run_asks_only_for_what_was_never_answered(
    wire_server: WireServer, tmp_path: Path
) -> None:
    """Sixteen at a time: when it is killed, up to sixteen are in flight."""
    write_project(tmp_path / "many", 110)
    shop = copy_shop(tmp_path, wire_server.base_url, project=tmp_path / "many")
    shop.environ["OSMOSIS_LLM_RATE_LIMIT"] = "0"
    ended = Interrupter(wire_server, tell).end(Ending(60, delay=1.0), shop)
    in_flight = len(wire_server.seen) - 60
    assert ended.code == -signal.SIGKILL
    assert (len(ended.answered), 1 <= in_flight <= 16) == (60, True)
    asked = len(wire_server.seen)
    report = shop.document(provider="openai")
    again = wire_server.bodies[asked:]
    assert [body for body in again if body in ended.answered] == []
    assert len(again) == 110 - 60
    assert report.failures == ()
    assert {asked_node(body) for body in [*ended.answered, *again]} == {f"ref('model_{n:05}')" for n in range(110)}
    asked = len(wire_server.seen)
    shop.document(provider="openai")
    assert len(wire_server.seen) == asked
