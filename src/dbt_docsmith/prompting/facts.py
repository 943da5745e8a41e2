"""Evidence as the lines a prompt shows, each fact once. Pure.

Text from the project is data: it stands between ``<evidence>`` marks that it cannot close itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbt_docsmith.describable import THINGS, UNREFERABLE, parts_word, word_for
from dbt_docsmith.types import ColumnEvidence, Evidence, OriginFact, TestFact

_THIN = "The evidence for this column is thin: prefer null and a question to a guess."


def node_facts(evidence: Evidence) -> str:
    """What is known of the node itself, fenced."""
    return _fenced("\n".join(_node_lines(evidence)))


def column_facts(evidence: Evidence) -> str:
    """What is known of each column asked for, a list item each with its facts below, fenced."""
    return _fenced("\n".join(line for column in evidence.columns for line in _column_lines(column)))


def is_thin(column: ColumnEvidence) -> bool:
    """Whether nothing but a column's name and type is known."""
    if column.part != "column":
        return False
    return not (column.expression or column.origins or column.tests or column.constraints or column.comment)


def say_test(test: TestFact) -> str:
    """A generic test as a fact: ``one of: placed, shipped``; what else it was told stands in parentheses."""
    also = f" ({test.arguments})" if test.arguments else ""
    if test.values:
        return "one of: " + ", ".join(value or "(blank)" for value in test.values) + also
    if test.to:
        return f"refers to {test.field} of {test.to}{also}"
    plain = {"unique": "unique", "not_null": "never null"}.get(test.name)
    return (plain or f"tested with {test.name}") + also


def _node_lines(evidence: Evidence) -> Iterator[str]:
    name = evidence.name if evidence.resource_type in UNREFERABLE else evidence.relation
    yield f"{word_for(evidence.resource_type)}: {name}"
    yield from (f"{detail.label}: {detail.text}" for detail in evidence.details)
    if evidence.materialized:
        yield f"materialized as: {evidence.materialized}"
    if evidence.layer:
        yield f"folder: {evidence.layer}"
    if evidence.group:
        yield f"group: {evidence.group}"
    if evidence.tags:
        yield "tags: " + ", ".join(evidence.tags)
    if evidence.source_description:
        yield f"source: {evidence.source_description}"
    if evidence.description:
        yield f"description: {evidence.description}"
    if evidence.grain:
        yield "one row per: " + "; or per: ".join(evidence.grain)
    yield from (f"test: {say_test(test)}" for test in evidence.tests)
    yield from _neighbour_lines(evidence)
    if evidence.documented:
        yield f"{parts_word(evidence.resource_type)} with a description:"
        yield from (f"- {name}: {text}" for name, text in evidence.documented.items())
    if evidence.sql:
        yield "SQL (its beginning):" if evidence.sql_cut else "SQL:"
        yield evidence.sql


def _neighbour_lines(evidence: Evidence) -> Iterator[str]:
    if evidence.parents:
        yield "calls:" if evidence.resource_type == "macro" else "built from:"
        for parent in evidence.parents:
            yield f"- {parent.relation}" + (f": {parent.description}" if parent.description else "")
    if evidence.children:
        verb = "used by" if evidence.resource_type in THINGS else "read by"
        yield f"{verb}: " + ", ".join(evidence.children)
    if evidence.exposures:
        yield "used by exposures: " + ", ".join(evidence.exposures)


def _column_lines(column: ColumnEvidence) -> Iterator[str]:
    part = "" if column.part == "column" else column.part
    told = ", ".join(filter(None, (part, column.data_type)))
    yield f"- {column.name}" + (f" ({told})" if told else "")
    yield from (f"  {detail.label}: {detail.text}" for detail in column.details)
    if column.expression and column.kind not in ("passed", "renamed"):
        made = "expression" if column.kind == "unknown" else column.kind
        yield f"  {made}: {' '.join(column.expression.split())}"
    yield from (f"  from {_origin(origin)}" for origin in column.origins)
    yield from (f"  {say_test(test)}" for test in column.tests)
    yield from (f"  constraint: {constraint}" for constraint in column.constraints)
    if column.tags:
        yield "  tags: " + ", ".join(column.tags)
    if column.comment:
        yield f"  comment: {column.comment}"
    if is_thin(column):
        yield f"  {_THIN}"


def _origin(origin: OriginFact) -> str:
    return f"{origin.column} of {origin.relation}" + (f": {origin.description}" if origin.description else "")


def _fenced(text: str) -> str:
    return f"<evidence>\n{text.replace('</evidence', '< /evidence')}\n</evidence>"
