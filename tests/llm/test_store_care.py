import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.llm.test_store import ANSWER, start, writer

from dbt_docsmith.llm.store import AnswerStore
from dbt_docsmith.llm.store_care import StoreCare

DAY = 86_400.0


def filled(path: Path, answers: int, size: int = 2000) -> None:
    """A store with one answer a day, the first on day 0."""
    now = 0.0
    store = AnswerStore(path, clock=lambda: now, notice=lambda _text: None)
    for number in range(answers):
        now = number * DAY
        store.keep(f"k{number}", replace(ANSWER, text="x" * size))
    store.keep_abstention("q", "What?")
    store.close()


def kept(path: Path) -> set[str]:
    store = AnswerStore(path, clock=lambda: 0.0, notice=lambda _text: None)
    found = {f"k{number}" for number in range(300) if store.find(f"k{number}")}
    store.close()
    return found


def test_what_is_older_goes_and_what_is_younger_stays(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    filled(path, 10)
    removed = StoreCare(path, lambda: 9 * DAY).prune(3.5, None)
    assert (removed.answers, removed.abstentions) == (6, 0)
    assert kept(path) == {"k6", "k7", "k8", "k9"}


@pytest.mark.parametrize("most_bytes", [400_000, 100_000, 0])
def test_the_oldest_go_until_the_store_is_small_enough(most_bytes: int, tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    filled(path, 300)
    care = StoreCare(path, lambda: 0.0)
    before = care.info()
    removed = care.prune(None, most_bytes)
    after, left = care.info(), kept(path)
    assert left == {f"k{number}" for number in range(removed.answers, 300)}
    assert after.bytes <= most_bytes or not left
    assert before.bytes - after.bytes >= removed.bytes > 0
    if most_bytes:
        assert after.bytes > most_bytes / 2, "no more than it takes"


def test_a_store_that_is_small_enough_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    filled(path, 10)
    assert StoreCare(path, lambda: 0.0).prune(None, 10_000_000).answers == 0
    assert len(kept(path)) == 10


def test_others_may_write_while_it_is_looked_after(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    filled(path, 50)
    process: subprocess.Popen[str] = writer(path, "other", 200)
    start(process)
    care = StoreCare(path, lambda: 0.0)
    for _ in range(8):
        care.prune(None, 50_000)
        care.info()
    said, _ = process.communicate(timeout=60)
    assert "notice" not in said
    assert said.split()[-1] == "199"
    care.clear()
    assert care.info().answers == 0
