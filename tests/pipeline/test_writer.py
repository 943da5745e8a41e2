"""Files are written while the run goes on, and what cannot be written fails alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk
from dbt_docsmith.errors import WriteError
from dbt_docsmith.pipeline.writer import WRITE_EVERY_SECONDS, Writer, node_texts, written_form
from dbt_docsmith.properties.files import FileOutcome, apply_file
from dbt_docsmith.types import DocTarget, KnownColumn, Node, NodeTexts, Proposal

FILES = {"orders": "a.yml", "lines": "a.yml", "customers": "b.yml"}


def node(name: str, version: str | None = None) -> Node:
    return Node(unique_id=name, name=name, resource_type="model", package_name="p", version=version)


def target(name: str, *columns: str, version: str | None = None) -> DocTarget:
    known = tuple(KnownColumn(name=column, known_by="sql", declared=False) for column in columns)
    return DocTarget(node=node(name, version), needs_description=True, columns=known, order=columns)


def says(name: str, text: str | None = "One row a purchase.", column: str | None = None) -> Proposal:
    return Proposal(
        unique_id=name, column=column, description=text, origin="llm", source=None, file=FILES.get(name)
    )


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A Writer over a clock that stands still, and what it handed on; ``cost`` is how long each write takes."""

    def __init__(self, *, cost: float = 0.0, at_end_only: bool = False) -> None:
        self.clock = Clock()
        self.written: list[tuple[str, list[str]]] = []
        self._cost = cost
        self.writer = Writer(
            self._apply,
            FILES,
            [target(name) for name in FILES],
            self.clock,
            lambda each, proposals: node_texts(
                each, proposals, NodeOnDisk(), FILES[each.node.name], replace=False
            ),
            at_end_only=at_end_only,
        )

    def _apply(self, file: str, texts: Sequence[NodeTexts]) -> FileOutcome:
        self.clock.now += self._cost
        self.written.append((file, [one.name for one in texts]))
        return FileOutcome(file=file)

    def add(self, name: str, text: str | None = "One row a purchase.") -> None:
        self.writer.add(target(name), [says(name, text)])

    def done(self, name: str) -> None:
        self.writer.done(target(name))


def test_a_file_is_written_when_the_last_of_its_nodes_is_done() -> None:
    desk = Desk()
    for name in ("orders", "lines"):
        assert desk.written == []
        desk.add(name)
        desk.done(name)
    assert desk.written == [("a.yml", ["orders", "lines"])]


def test_a_file_that_waits_is_written_after_two_seconds_and_not_before() -> None:
    desk = Desk()
    desk.add("orders")
    desk.clock.now += WRITE_EVERY_SECONDS - 0.1
    desk.writer.flush_due()
    assert desk.written == []
    desk.clock.now += 0.2
    desk.writer.flush_due()
    assert desk.written == [("a.yml", ["orders"])]


def test_the_two_seconds_count_from_the_first_text_that_waits() -> None:
    desk = Desk()
    desk.add("orders")
    desk.clock.now += 1.5
    desk.add("lines")
    desk.clock.now += 0.6
    desk.writer.flush_due()
    assert desk.written == [("a.yml", ["orders", "lines"])]


def test_nothing_is_written_twice() -> None:
    desk = Desk()
    desk.add("orders")
    desk.writer.flush_all()
    desk.writer.flush_all()
    desk.done("orders")
    desk.done("lines")
    assert desk.written == [("a.yml", ["orders"])]


def test_writing_takes_no_more_than_a_tenth_of_the_time_until_the_end() -> None:
    desk = Desk(cost=1.0)
    desk.add("customers")
    desk.done("customers")
    desk.add("orders")
    for seconds, writes in ((5.0, 1), (4.5, 2)):
        desk.clock.now += seconds
        desk.writer.flush_due()
        assert len(desk.written) == writes
    desk.add("lines")
    desk.clock.now += WRITE_EVERY_SECONDS
    desk.writer.flush_due()
    assert len(desk.written) == 2
    desk.writer.flush_all()
    assert len(desk.written) == 3


def test_a_preview_waits_for_the_end() -> None:
    desk = Desk(at_end_only=True)
    for name in FILES:
        desk.add(name)
        desk.done(name)
    desk.clock.now += 10
    desk.writer.flush_due()
    assert desk.written == []
    desk.writer.flush_all()
    assert desk.written == [("a.yml", ["orders", "lines"]), ("b.yml", ["customers"])]


def test_a_proposal_without_a_text_is_not_written() -> None:
    desk = Desk()
    desk.add("customers", None)
    desk.done("customers")
    desk.writer.flush_all()
    assert desk.written == []


def test_it_goes_on_writing_until_it_is_cancelled() -> None:
    desk = Desk()
    desk.add("orders")
    desk.clock.now += WRITE_EVERY_SECONDS

    async def for_a_while() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await desk.writer.keep_writing(tick=0.001)

    asyncio.run(for_a_while())
    assert desk.written == [("a.yml", ["orders"])]


# ------------------------------------------------------------------ on a real folder


def writer_on(root: Path) -> Writer:
    def to_texts(each: DocTarget, proposals: Sequence[Proposal]) -> tuple[NodeTexts, ...]:
        return node_texts(each, proposals, NodeOnDisk(), FILES[each.node.name], replace=False)

    return Writer(partial(apply_file, root), FILES, [target(name) for name in FILES], Clock(), to_texts)


def test_a_file_that_cannot_be_written_fails_its_own_nodes_and_no_temporary_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("models:\n  - name: [orders\n", encoding="utf-8")
    writer = writer_on(tmp_path)
    for name in FILES:
        writer.add(target(name), [says(name)])
        writer.done(target(name))
    failures = writer.failures()
    assert {failure.unique_id for failure in failures} == {"orders", "lines"}
    assert {failure.error for failure in failures} == {WriteError.__name__}
    assert all("a.yml" in failure.message for failure in failures)
    assert (tmp_path / "a.yml").read_text(encoding="utf-8") == "models:\n  - name: [orders\n"
    assert "One row a purchase." in (tmp_path / "b.yml").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yml", "b.yml"]


def test_a_file_that_vanished_meanwhile_is_made_anew(tmp_path: Path) -> None:
    writer = writer_on(tmp_path)
    writer.add(target("orders"), [says("orders")])
    writer.flush_all()
    (tmp_path / "a.yml").unlink()
    writer.add(target("lines"), [says("lines")])
    writer.flush_all()
    assert writer.failures() == []
    assert "name: lines" in (tmp_path / "a.yml").read_text(encoding="utf-8")


def test_what_a_person_wrote_meanwhile_stays(tmp_path: Path) -> None:
    writer = writer_on(tmp_path)
    writer.add(target("orders"), [says("orders")])
    (tmp_path / "a.yml").write_text("models:\n  - name: orders\n    description: Mine.\n", encoding="utf-8")
    writer.flush_all()
    assert (tmp_path / "a.yml").read_text(
        encoding="utf-8"
    ) == "models:\n  - name: orders\n    description: Mine.\n"


# ------------------------------------------------------------------ what goes where


def on_disk(*columns: str, own: Sequence[str] = ()) -> NodeOnDisk:
    found = {name: ColumnOnDisk(name=name, line=1, text=None) for name in (*columns, *own)}
    return NodeOnDisk(file="a.yml", columns=found, version_columns=frozenset(own))


@pytest.mark.parametrize(
    ("written", "only_here", "in_entry", "in_version"),
    [
        (on_disk("id"), [], ["id", "new"], []),
        (on_disk("id"), ["new"], ["id"], ["new"]),
        (on_disk("id", "new"), ["new"], ["id", "new"], []),
        (on_disk("new", own=["id"]), [], ["new"], ["id"]),
        (on_disk(own=["id", "new"]), ["new"], [], ["id", "new"]),
    ],
)
def test_a_version_s_own_columns_go_to_its_own_list(
    written: NodeOnDisk, only_here: list[str], in_entry: list[str], in_version: list[str]
) -> None:
    made = [says("orders", f"What {column} means.", column) for column in ("id", "new")]
    texts = node_texts(
        target("orders", "id", "new", version="2"), made, written, "a.yml", replace=False, only_here=only_here
    )
    placed = {one.version: [column.name for column in one.columns] for one in texts}
    assert {version: names for version, names in placed.items() if names} == {
        version: names for version, names in ((None, in_entry), ("2", in_version)) if names
    }


@pytest.mark.parametrize(
    ("text", "raw", "written"),
    [
        ("Plain.", False, "Plain."),
        ("Opens {{ x }}.", False, "Opens {{ '{{' }} x }}."),
        ("{{ doc('x') }}", True, "{{ doc('x') }}"),
    ],
)
def test_jinja_is_escaped_unless_it_is_a_reference(text: str, raw: bool, written: str) -> None:
    proposal = Proposal(
        unique_id="orders", column=None, description=text, origin="llm", source=None, file=None, raw=raw
    )
    assert written_form(proposal) == written
