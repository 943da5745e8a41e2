import signal
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.llm.fakes import EVIDENCE, PROMPT, REQUEST

from dbt_docsmith.llm.store import AnswerStore, NullStore, Store, answer_key
from dbt_docsmith.types import Completion, CompletionRequest, Usage

ANSWER = Completion(
    text='{"description": "Täglich — 注文"}',
    provider="openai",
    model="m-1",
    usage=Usage(prompt_tokens=9, cached_prompt_tokens=4, completion_tokens=2),
    finish_reason="length",
    cost_usd=Decimal("0.00012"),
)
WRITER = """
import sys, time
from pathlib import Path
from dbt_docsmith.llm.store import AnswerStore
from dbt_docsmith.types import Completion

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = AnswerStore(path, clock=time.time, notice=lambda text: print("notice", text, flush=True))
print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    store.keep(f"{name}-{number}", Completion(text=f"{name} {number} " + "x" * 2000, provider="p", model="m"))
    print(number, flush=True)
    store.find(f"{name}-{number // 2}")
store.close()
"""


def opened(path: Path, notices: list[str]) -> AnswerStore:
    return AnswerStore(path, clock=lambda: 1_800_000_000.0, notice=notices.append)


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    """A process that keeps answers as soon as it is told to, and says which it has kept."""
    arguments = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def start(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_what_is_kept_is_found_as_it_was(tmp_path: Path) -> None:
    notices: list[str] = []
    store = opened(tmp_path / "new" / "answers.sqlite", notices)
    store.keep("k", ANSWER)
    store.close()
    found = opened(tmp_path / "new" / "answers.sqlite", notices)
    stored = found.find("k")
    found.close()
    assert stored is not None
    assert (stored.text, stored.provider, stored.model) == (ANSWER.text, "openai", "m-1")
    assert (stored.usage, stored.finish_reason, stored.cost_usd) == (ANSWER.usage, "length", Decimal("0.00012"))
    assert notices == []


def test_a_later_answer_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    store = opened(tmp_path / "answers.sqlite", [])
    store.keep("k", ANSWER)
    store.keep("k", replace(ANSWER, text="{}", cost_usd=None))
    found = store.find("k")
    store.close()
    assert found is not None
    assert (found.text, found.cost_usd) == ("{}", None)


def test_an_abstention_is_kept_with_its_question(tmp_path: Path) -> None:
    store = opened(tmp_path / "answers.sqlite", [])
    assert store.find_abstention("k") is None
    store.keep_abstention("k", "What is it?")
    store.keep_abstention("silent", "")
    assert (store.find_abstention("k"), store.find_abstention("silent")) == ("What is it?", "")
    assert store.find("k") is None
    store.close()


def test_looking_creates_nothing(tmp_path: Path) -> None:
    store = opened(tmp_path / "new" / "answers.sqlite", [])
    assert store.find("k") is None
    assert store.find_abstention("k") is None
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_the_null_store_keeps_nothing() -> None:
    store: Store = NullStore()
    store.keep("k", ANSWER)
    store.keep_abstention("k", "?")
    assert store.find("k") is None
    assert store.find_abstention("k") is None
    store.close()


@pytest.mark.parametrize(
    "other",
    [
        ("groq", "h", REQUEST),
        ("openai", "other.example", REQUEST),
        ("openai", "h", replace(REQUEST, model="m-2")),
        ("openai", "h", replace(REQUEST, max_tokens=101)),
        ("openai", "h", replace(REQUEST, temperature=0.0)),
        ("openai", "h", replace(REQUEST, prompt=replace(PROMPT, system="You describe"))),
        ("openai", "h", replace(REQUEST, prompt=replace(PROMPT, user="Describe customers."))),
        ("openai", "h", replace(REQUEST, prompt=replace(PROMPT, system=PROMPT.system + PROMPT.user, user=""))),
        ("openai", "h", replace(REQUEST, prompt=replace(PROMPT, schema={"type": "array"}))),
    ],
)
def test_everything_that_shapes_an_answer_is_in_its_key(other: tuple[str, str, CompletionRequest]) -> None:
    assert answer_key(*other) != answer_key("openai", "h", REQUEST)


def test_the_key_is_the_same_whatever_order_the_schema_is_written_in() -> None:
    turned = dict(reversed(list(PROMPT.schema.items())))
    same = replace(REQUEST, prompt=replace(PROMPT, schema=turned), evidence=EVIDENCE)
    assert answer_key("openai", "h", same) == answer_key("openai", "h", REQUEST)


@pytest.mark.parametrize(
    "damage", [b"this is no database, and long enough to be looked at " * 99, b"SQLite format 3\0"]
)
def test_an_unreadable_store_is_set_aside_and_begun_anew(tmp_path: Path, damage: bytes) -> None:
    path, notices = tmp_path / "answers.sqlite", list[str]()
    path.write_bytes(damage)
    store = opened(path, notices)
    assert store.find("k") is None
    assert path.read_bytes() == damage, "looking changes nothing"
    store.keep("k", ANSWER)
    assert store.find("k") is not None
    store.close()
    aside = [each for each in tmp_path.iterdir() if "unreadable" in each.name]
    assert [each.read_bytes() for each in aside] == [damage]
    assert any("set aside" in notice and str(aside[0]) in notice for notice in notices)


def test_a_store_of_another_shape_is_set_aside(tmp_path: Path) -> None:
    path, notices = tmp_path / "answers.sqlite", list[str]()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE answers (id INTEGER)")
    other.close()
    store = opened(path, notices)
    store.keep("k", ANSWER)
    assert store.find("k") is not None
    store.close()
    assert len(notices) == 1


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path, notices = tmp_path / "answers.sqlite", list[str]()
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
        newer.execute("CREATE TABLE answers (id INTEGER)")
    newer.close()
    before = path.read_bytes()
    store = opened(path, notices)
    store.keep("k", ANSWER)
    assert store.find("k") is None
    store.close()
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["answers.sqlite"]
    assert all("a newer version of dbt-docsmith made it" in notice for notice in notices)


def test_a_store_of_the_first_version_is_used_as_it_is(tmp_path: Path) -> None:
    path, notices = tmp_path / "answers.sqlite", list[str]()
    store = opened(path, notices)
    store.keep("k", ANSWER)
    store.close()
    with sqlite3.connect(path) as first:
        first.execute("PRAGMA user_version = 0")
    first.close()
    store = opened(path, notices)
    assert store.find("k") is not None
    store.close()
    assert notices == []


def test_damage_found_while_reading_is_healed_by_the_next_answer(tmp_path: Path) -> None:
    path, notices = tmp_path / "answers.sqlite", list[str]()
    store = opened(path, notices)
    for number in range(200):
        store.keep(f"k{number}", ANSWER)
    store.close()
    raw = path.read_bytes()
    path.write_bytes(raw[:4096] + b"\xff" * (len(raw) - 4096))
    store = opened(path, notices)
    assert store.find("k5") is None
    store.keep("k5", ANSWER)
    assert store.find("k5") is not None
    store.close()


def test_a_store_that_cannot_be_made_is_said_once_and_ends_nothing(tmp_path: Path) -> None:
    notices: list[str] = []
    (tmp_path / "file").write_text("in the way")
    store = opened(tmp_path / "file" / "answers.sqlite", notices)
    for number in range(3):
        store.keep(f"k{number}", ANSWER)
        assert store.find("k") is None
    store.close()
    assert len(notices) == 1
    assert "cannot be written" in notices[0]


def test_processes_write_to_one_store_at_once_without_a_loss(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    writers = [writer(path, name, 150) for name in ("a", "b", "c")]
    for process in writers:
        start(process)
    said = [process.communicate(timeout=60)[0] for process in writers]
    assert all("notice" not in lines and lines.split()[-1] == "149" for lines in said)
    store = opened(path, [])
    assert all(store.find(f"{name}-{number}") for name in "abc" for number in range(150))
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("after", [1, 20, 77])
def test_a_process_killed_while_it_writes_loses_nothing_it_had_kept(tmp_path: Path, after: int) -> None:
    path = tmp_path / "answers.sqlite"
    victim, other = writer(path, "victim", 100_000), writer(path, "other", 200)
    start(victim)
    start(other)
    assert victim.stdout is not None
    kept = [victim.stdout.readline().strip() for _ in range(after)]
    victim.send_signal(signal.SIGKILL)
    kept += [line for line in victim.communicate(timeout=60)[0].split("\n")[:-1] if line]
    assert "notice" not in other.communicate(timeout=60)[0]
    notices: list[str] = []
    store = opened(path, notices)
    assert len(kept) >= after
    assert all(store.find(f"victim-{number}") for number in kept)
    assert all(store.find(f"other-{number}") for number in range(200))
    store.keep("k", ANSWER)
    assert store.find("k") is not None
    store.close()
    assert notices == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_two_processes_keep_all_they_have_while_others_are_killed_in_the_middle_of_writing(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    steady = [writer(path, name, 300) for name in ("a", "b")]
    victims = [writer(path, f"victim{number}", 100_000) for number in range(3)]
    for process in (*steady, *victims):
        start(process)
    kept: dict[int, list[str]] = {}
    for number, victim in enumerate(victims):
        assert victim.stdout is not None
        kept[number] = [victim.stdout.readline().strip() for _ in range(10)]
        victim.send_signal(signal.SIGKILL)
        kept[number] += [line for line in victim.communicate(timeout=60)[0].split("\n")[:-1] if line]
    said = [process.communicate(timeout=60)[0] for process in steady]
    assert all("notice" not in lines and lines.split()[-1] == "299" for lines in said)
    notices: list[str] = []
    store = opened(path, notices)
    assert all(store.find(f"{name}-{number}") for name in "ab" for number in range(300))
    assert all(store.find(f"victim{victim}-{number}") for victim, numbers in kept.items() for number in numbers)
    store.close()
    assert notices == []
    assert [each.name for each in tmp_path.iterdir() if "unreadable" in each.name] == []
