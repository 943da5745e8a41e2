"""Evidence as the lines a prompt shows, each fact once. Pure.

Text from the project is data: it stands between ``<evidence>`` marks that it cannot close itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from dbt_docsmith.describable import THINGS, UNREFERABLE, parts_word, word_for
from dbt_docsmith.types import ColumnEvidence, Evidence, Neighbour, OriginFact, TestFact

_THIN = "thin evidence"
_MARK = re.compile(r"<(\s*/?\s*evidence)", re.IGNORECASE)


def node_facts(evidence: Evidence) -> str:
    """What is known of the node itself, fenced."""
    return _fenced("\n".join(_node_lines(evidence)))


def column_facts(evidence: Evidence) -> str:
    """What is known of each column asked for, a list item each with its facts below, fenced.

    What the SQL of the node shows as well is not said again.
    """
    teller = _ColumnTeller(evidence)
    return _fenced("\n".join(line for column in evidence.columns for line in teller.lines(column)))


def is_thin(column: ColumnEvidence) -> bool:
    """Whether nothing but a column's name and type is known."""
    if column.part != "column":
        return False
    known = (column.expression, column.origins, column.tests, column.constraints, column.comment, column.note)
    return not any((*known, column.meta))


def says_little(evidence: Evidence) -> bool:
    """Whether nothing but names is known of the node itself."""
    known = (evidence.sql, evidence.grain, evidence.tests, evidence.source_description, evidence.note)
    around = (evidence.description, evidence.documented, evidence.parents, evidence.details)
    return not any((*known, *around))


def say_test(test: TestFact) -> str:
    """A generic test as a fact: ``one of: placed, shipped``; what else it was told stands in parentheses."""
    also = f" ({test.arguments})" if test.arguments else ""
    if test.values:
        return "one of: " + ", ".join(value or "(blank)" for value in test.values) + also
    if test.to:
        return f"refers to {test.field} of {test.to}{also}"
    plain = {"unique": "unique", "not_null": "never null"}.get(test.name)
    return (plain or f"tested with {test.name}") + also


class _InSql:
    """What the SQL shows already, whatever its white space."""

    def __init__(self, sql: str) -> None:
        self._squeezed = _squeezed(sql)
        self._words = frozenset(re.findall(r"\w+", sql.lower()))

    def shows(self, text: str) -> bool:
        """Whether the text stands there."""
        return _squeezed(text) in self._squeezed

    def names(self, column: ColumnEvidence) -> bool:
        """Whether a column is made there by its name, and out of columns named there."""
        return all(name.lower() in self._words for name in (column.name, *(o.column for o in column.origins)))


def _squeezed(text: str) -> str:
    """On one line, without the blanks inside brackets."""
    return re.sub(r"(?<=\() | (?=\))", "", " ".join(text.split()))


def _node_lines(evidence: Evidence) -> Iterator[str]:
    name = evidence.name if evidence.resource_type in UNREFERABLE else evidence.relation
    yield f"{word_for(evidence.resource_type)}: {name}"
    yield from (f"{detail.label}: {detail.text}" for detail in evidence.details)
    if placed := _placed(evidence):
        yield placed
    labelled = {
        "source": evidence.source_description,
        "description": evidence.description,
        "note": evidence.note,
        "meta": ", ".join(evidence.meta),
        "one row per": "; or per: ".join(evidence.grain),
        "tests": "; ".join(map(say_test, _beside_grain(evidence))),
    }
    yield from (f"{label}: {text}" for label, text in labelled.items() if text)
    in_sql = _InSql(evidence.sql)
    yield from _listed(
        "calls" if evidence.resource_type == "macro" else "built from",
        (each for each in evidence.parents if not _is_told(each, in_sql)),
    )
    if evidence.needs_description or any(child.description for child in evidence.children):
        yield from _listed("used by" if evidence.resource_type in THINGS else "read by", evidence.children)
    yield from _listed("used by exposures", evidence.exposures)
    if evidence.documented:
        yield f"other {parts_word(evidence.resource_type)}:"
        yield from (f"- {name}: {text}" for name, text in evidence.documented.items())
    if evidence.house_style:
        yield "house style:"
        yield from (f"- {text}" for text in evidence.house_style)
    if says_little(evidence):
        yield _THIN
    if evidence.sql:
        yield "SQL (its beginning):" if evidence.sql_cut else "SQL:"
        yield evidence.sql


def _placed(evidence: Evidence) -> str:
    """``table in marts/finance, group finance, owner Mo, tags nightly``."""
    tags = ", ".join(tag for tag in evidence.tags if tag.lower() not in evidence.layer.lower())
    said = (
        evidence.materialized or "",
        f"in {evidence.layer}" if evidence.layer else "",
        f"group {evidence.group}" if evidence.group else "",
        f"owner {evidence.owner}" if evidence.owner else "",
        f"tags {tags}" if tags else "",
    )
    return ", ".join(filter(None, said))


def _beside_grain(evidence: Evidence) -> Iterator[TestFact]:
    """The tests that ``one row per`` does not say already."""
    return (test for test in evidence.tests if test.arguments not in evidence.grain)


def _is_told(parent: Neighbour, in_sql: _InSql) -> bool:
    return not parent.description and in_sql.shows(parent.relation)


def _listed(label: str, neighbours: Iterable[Neighbour]) -> Iterator[str]:
    """Those with a text a line each, the names of the others on the first."""
    listed = list(neighbours)
    names = ", ".join(_named(each) for each in listed if not each.description)
    if listed:
        yield f"{label}: {names}" if names else f"{label}:"
    yield from (f"- {_named(each)}: {each.description}" for each in listed if each.description)


def _named(neighbour: Neighbour) -> str:
    return f"{neighbour.kind} {neighbour.relation}".strip()


class _ColumnTeller:
    """Tells of one column after the other; a text that two of them rest on is said once."""

    def __init__(self, evidence: Evidence) -> None:
        self._in_sql = _InSql(evidence.sql)
        self._has_one_parent = len(evidence.parents) == 1
        self._told: set[str] = set()

    def lines(self, column: ColumnEvidence) -> Iterator[str]:
        """The column's name and type, and its facts below."""
        part = "" if column.part == "column" else column.part
        told = ", ".join(filter(None, (part, column.data_type)))
        yield f"- {column.name}" + (f" ({told})" if told else "")
        yield from (f"  {detail.label}: {detail.text}" for detail in column.details)
        is_made = column.expression and column.kind not in ("passed", "renamed")
        if is_made and not self._in_sql.shows(column.expression):
            yield f"  = {_squeezed(column.expression)}"
        yield from self._origins(column)
        if said := [*map(say_test, column.tests), *(f"constraint {each}" for each in column.constraints)]:
            yield "  " + "; ".join(said)
        if column.tags or column.meta:
            yield "  " + ", ".join((*(f"tag {tag}" for tag in column.tags), *column.meta))
        for comment in dict.fromkeys((column.note, column.comment)):
            if comment and not self._in_sql.shows(comment):
                yield f"  comment: {comment}"
        if is_thin(column):
            yield f"  {_THIN}"

    def _origins(self, column: ColumnEvidence) -> Iterator[str]:
        """Each text with the origins that have it, and the other origins where the SQL does not show them."""
        by_text: dict[str, list[OriginFact]] = {}
        for origin in column.origins:
            by_text.setdefault(origin.description, []).append(origin)
        silent = by_text.pop("", [])
        shown, before = self._in_sql.names(column), ""
        for text, origins in by_text.items():
            place = self._place(origins)
            told = f"{place} {text}" in self._told
            self._told.add(f"{place} {text}")
            if told and shown:
                continue
            same = before and place.endswith(before) and len(origins) == 1
            yield f"  from {origins[0].column if same else place}" + ("" if told else f": {text}")
            before = f" of {origins[-1].relation}"
        if silent and not shown:
            yield f"  from {self._place(silent)}"

    def _place(self, origins: Sequence[OriginFact]) -> str:
        """``quantity, price of ref('lines'); id of ref('orders')``; a single parent needs no naming."""
        relations = dict.fromkeys(origin.relation for origin in origins)
        names = {
            relation: ", ".join(o.column for o in origins if o.relation == relation) for relation in relations
        }
        if self._has_one_parent:
            return "; ".join(names.values())
        return "; ".join(f"{columns} of {relation}" for relation, columns in names.items())


def _fenced(text: str) -> str:
    return "<evidence>\n" + _MARK.sub(r"< \1", text) + "\n</evidence>"
