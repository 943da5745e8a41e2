"""Does the prompt say what the project knows of a missing column: expression, origins' texts, type, tests?

Asked of the project itself (lineage, properties files, catalog, manifest), not of what was put into the prompt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from benchmarks.prompts import Asked, Run, run_of
from dbt_docsmith.dbt.evidence import MOST_DESCRIPTION_CHARS
from dbt_docsmith.dbt.project_facts import read_test
from dbt_docsmith.types import ColumnLineage, ColumnRef, GenericTest, Node

KINDS = ("expression", "origin's text", "type", "tests")


class Fact(Struct, frozen=True):
    """Something known of a column, and whether its prompt says it."""

    kind: str
    column: ColumnRef
    said: str
    told: bool


def main(folders: Sequence[str]) -> None:
    for folder in folders or ["examples/shop"]:
        with run_of(Path(folder)) as run:
            _tell(folder, run, list(facts(run)))


def facts(run: Run) -> Iterator[Fact]:
    """What is known of every column asked for whose SQL could be read."""
    tests = _tests(run)
    for asked in run.asked:
        unique_id = asked.evidence.unique_id
        lineage = run.opened.lineage_of(unique_id)
        for column in asked.evidence.columns:
            known = lineage.columns.get(column.name.lower())
            if known is None or known.kind == "unknown":
                continue
            reference = ColumnRef(unique_id, column.name)
            yield from _of_sql(run, asked, reference, known)
            yield from _declared(run, asked, reference, tests.get((unique_id, column.name.lower()), []))


def _of_sql(run: Run, asked: Asked, reference: ColumnRef, known: ColumnLineage) -> Iterator[Fact]:
    if known.expression:
        told = _squeezed(known.expression) in _squeezed(asked.prompt.user)
        yield Fact("expression", reference, known.expression, told)
    for origin in known.origins:
        text = run.opened.on_disk(origin.unique_id).column_text(origin.column)
        if text is not None:
            begins = " ".join(text.text.split())[: MOST_DESCRIPTION_CHARS - 50]
            yield Fact("origin's text", reference, begins, begins in asked.prompt.user)


def _declared(run: Run, asked: Asked, reference: ColumnRef, tests: Sequence[Node]) -> Iterator[Fact]:
    block = _block(asked, reference.column)
    in_catalog = run.opened.catalog.columns.get(reference.unique_id, {})
    for name, data_type in in_catalog.items():
        if name.lower() == reference.column.lower() and data_type:
            yield Fact("type", reference, data_type, data_type in block)
    for test in tests:
        words = _words_of(test)
        yield Fact("tests", reference, ", ".join(words), all(word in block for word in words))


def _words_of(node: Node) -> list[str]:
    """What a prompt must say of a test: its other end, its values, or its name as people say it."""
    test = node.test or GenericTest(name="")
    fact = read_test(node)
    if fact.to:
        return [fact.to, fact.field or ""]
    if fact.values:
        return list(fact.values)
    return [{"not_null": "never null"}.get(test.name, test.name)]


def _tests(run: Run) -> dict[tuple[str, str], list[Node]]:
    found: dict[tuple[str, str], list[Node]] = {}
    for node in run.opened.manifest.nodes.values():
        if node.test and node.test.attached_node and node.test.column:
            found.setdefault((node.test.attached_node, node.test.column.lower()), []).append(node)
    return found


def _block(asked: Asked, column: str) -> str:
    """What the prompt says below a column's name."""
    listed = asked.prompt.user.partition("## Columns to describe")[2]
    found = re.search(rf"^- {re.escape(column)}(?: \(.*\))?$(?:\n  .*)*", listed, re.MULTILINE)
    return found[0] if found else ""


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _tell(folder: str, run: Run, found: Sequence[Fact]) -> None:
    columns = len({fact.column for fact in found})
    asked = sum(len(each.evidence.columns) for each in run.asked)
    print(f"  {folder}: {asked} columns asked for, {columns} with SQL that can be read")
    told = Counter(fact.kind for fact in found if fact.told)
    for kind, count in Counter(fact.kind for fact in found).items():
        print(f"    {kind:<20}{told[kind]:7} of {count:7}  {100 * told[kind] / count:6.1f} %")
    for fact in [fact for fact in found if not fact.told][:10]:
        print(f"      not told: {fact.kind} of {fact.column.unique_id}.{fact.column.column}: {fact.said[:100]}")
