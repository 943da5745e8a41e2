"""Hides one description at a time, and hears what each rule would write there."""

from __future__ import annotations

from msgspec import Struct

from benchmarks.people.causes import cause_of
from benchmarks.people.hidden import HiddenText, described_columns
from benchmarks.people.same_name import SameName
from dbt_docsmith.dbt.inheriting.voices import Voice
from dbt_docsmith.dbt.project_facts import ProjectFacts
from dbt_docsmith.dbt.written import Text, blocks_of_tables
from dbt_docsmith.pipeline.free import FreeText, FreeTexts
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.pipeline.texts import TextBoard
from dbt_docsmith.types import ColumnRef, KnownColumn


class LeftOut(Struct, frozen=True, kw_only=True):
    """A hidden text and what the rules gave instead of it; ``rule`` is ours, ``cause`` why it gave nothing."""

    column: ColumnRef
    person: str
    ours: str | None
    rule: str
    cause: str
    same_name: str | None


def leave_one_out(opened: OpenProject) -> list[LeftOut]:
    """Every description of the project, left out once."""
    hidden = HiddenText(opened)
    board = TextBoard(hidden.on_disk)
    facts = ProjectFacts(opened.manifest)
    by_name = SameName(opened.manifest, board.of_column)
    free = FreeTexts(
        opened.manifest, opened.lineage_of, facts.keys, board, {}, table_blocks=blocks_of_tables(opened.entries)
    )
    found = []
    for node, name, text in list(described_columns(opened)):
        hidden.column = ColumnRef(node.unique_id, name)
        given = free.find(node, KnownColumn(name=name, known_by="yaml", declared=True), None)
        cause = "" if given else cause_of(hidden.column, opened, facts, board)
        found.append(_left_out(hidden.column, text, given, cause, by_name))
    return found


def _left_out(column: ColumnRef, text: Text, given: FreeText | None, cause: str, by_name: SameName) -> LeftOut:
    return LeftOut(
        column=column,
        person=said(text.text),
        ours=said(given.rendered) if given else None,
        rule=rule_of(given) if given else "",
        cause=cause,
        same_name=said(by_name.find(column) or "") or None,
    )


def said(text: str) -> str:
    """The words alone, as the rules compare them."""
    return Voice(ColumnRef("", ""), Text(text=text, raw=text)).said


def rule_of(given: FreeText) -> str:
    """Which of our rules a text comes from."""
    if given.proposal.origin != "inherited":
        return given.proposal.origin
    return "by name" if given.by_name else "by lineage"
