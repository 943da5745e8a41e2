"""Evidence fitted to a budget: the least useful facts go first, whole; the columns' own stay. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from dbt_docsmith.dbt.evidence import first_sentence
from dbt_docsmith.types import ColumnEvidence, Evidence, Neighbour

_OVERHEAD_CHARS = 200


def fit_evidence(evidence: Evidence, most_chars: int, most_sql_chars: int | None = None) -> Evidence:
    """The same evidence in at most about ``most_chars`` characters: the least useful facts go first, whole.

    What the columns themselves rest on is never dropped; the SQL is cut at a line's end when all else is gone.
    """
    if most_sql_chars is not None:
        evidence = _cut_sql(evidence, most_sql_chars)
    for drop in _DROPS:
        if size(evidence) <= most_chars:
            return evidence
        evidence = drop(evidence)
    return _cut_sql(evidence, max(0, len(evidence.sql) - (size(evidence) - most_chars)))


def size(evidence: Evidence) -> int:
    """About how many characters the evidence takes in a prompt."""
    neighbours = (*evidence.parents, *evidence.children, *evidence.exposures)
    texts = (evidence.description, evidence.source_description, evidence.owner, evidence.note, evidence.sql)
    lists = (evidence.house_style, evidence.tags, evidence.meta, evidence.grain)
    return (
        sum(map(len, texts))
        + sum(map(_listed, lists))
        + sum(len(name) + len(text) + 4 for name, text in evidence.documented.items())
        + sum(len(each.relation) + len(each.description) + 4 for each in neighbours)
        + sum(len(detail.label) + len(detail.text) + 4 for detail in evidence.details)
        + sum(map(_column_size, evidence.columns))
        + _OVERHEAD_CHARS
    )


def _column_size(column: ColumnEvidence) -> int:
    origins = sum(len(o.relation) + len(o.column) + len(o.description) + 6 for o in column.origins)
    tests = sum(len(test.name) + len(test.arguments) + sum(map(len, test.values)) + 10 for test in column.tests)
    details = sum(len(detail.label) + len(detail.text) + 6 for detail in column.details)
    lists = details + _listed(column.constraints) + _listed(column.tags) + _listed(column.meta)
    texts = len(column.name) + len(column.expression) + len(column.comment) + len(column.note)
    return texts + lists + origins + tests + 30


def _listed(texts: Iterable[str]) -> int:
    return sum(len(text) + 2 for text in texts)


def _without_texts(neighbours: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(relation=each.relation) for each in neighbours)


def _documented_in_short(evidence: Evidence) -> Evidence:
    return replace(evidence, documented={name: first_sentence(text) for name, text in evidence.documented.items()})


_DROPS: tuple[Callable[[Evidence], Evidence], ...] = (
    lambda evidence: replace(evidence, children=_without_texts(evidence.children)),
    lambda evidence: replace(evidence, house_style=()),
    lambda evidence: replace(evidence, exposures=(), children=()),
    _documented_in_short,
    lambda evidence: replace(evidence, documented={}),
    lambda evidence: replace(evidence, parents=_without_texts(evidence.parents)),
    lambda evidence: replace(evidence, meta=(), owner="", source_description=""),
)


def _cut_sql(evidence: Evidence, most: int) -> Evidence:
    if len(evidence.sql) <= most:
        return evidence
    cut = evidence.sql[:most].rsplit("\n", 1)[0] if "\n" in evidence.sql[:most] else evidence.sql[:most]
    return replace(evidence, sql=cut, sql_cut=True)
