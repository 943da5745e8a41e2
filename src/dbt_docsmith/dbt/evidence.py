"""What is known of a DocTarget: everything its texts may rest on, fitted to a budget. Pure.

The same project asks the same question on every machine: relation names are ``ref`` and ``source`` names, lists
are in an order of the project's own, and no path, database or time enters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.dbt.project_facts import ProjectFacts
from dbt_docsmith.dbt.things.evidence import thing_details
from dbt_docsmith.dbt.things.parts import part_details
from dbt_docsmith.describable import THINGS
from dbt_docsmith.types import (
    ColumnEvidence,
    ColumnLineage,
    ColumnRef,
    DocTarget,
    Evidence,
    KnownColumn,
    Neighbour,
    Node,
    NodeLineage,
    OriginFact,
)

MOST_DESCRIPTION_CHARS = 500
_MOST_EXPRESSION_CHARS = 1000
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


class Texts(Protocol):
    """The texts there are by now: written on disk, or made in this run for ancestors."""

    def of_node(self, unique_id: str) -> str:
        """A node's description as dbt shows it, "" where it has none."""

    def of_column(self, reference: ColumnRef) -> str:
        """A column's description as dbt shows it, "" where it has none."""


class EvidenceSources(Struct, frozen=True):
    """Where evidence comes from. ``sql_of`` gives a node's SQL with relations as ``ref`` and ``source`` names."""

    facts: ProjectFacts
    lineage_of: Callable[[str], NodeLineage]
    sql_of: Callable[[Node], str]
    texts: Texts


def build_evidence(
    target: DocTarget,
    columns: Sequence[KnownColumn],
    sources: EvidenceSources,
    given: Mapping[str, str] | None = None,
) -> Evidence:
    """Everything known about ``target`` that helps to describe it and ``columns`` of it.

    ``given`` are texts found for its other columns, by lower-case name ("": for itself): a run that ends early may
    have written them, and the next must ask the same question.
    """
    given = given or {}
    node, facts, texts = target.node, sources.facts, sources.texts
    is_thing = node.resource_type in THINGS
    asked = {column.name.lower() for column in columns}
    documented = {
        name: clip(text)
        for name in target.order
        if name.lower() not in asked
        and (text := given.get(name.lower()) or texts.of_column(ColumnRef(node.unique_id, name)))
    }
    return Evidence(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=node.resource_type,
        relation=node.reference,
        materialized=node.config.get("materialized") if node.resource_type == "model" else None,
        layer="/".join(node.fqn[1:-1]),
        description=clip(given.get("") or texts.of_node(node.unique_id)),
        needs_description=target.needs_description,
        columns=tuple(_column_evidence(node, column, sources) for column in columns),
        documented=documented,
        tests=facts.tests_of(node.unique_id),
        grain=facts.grain_of(node),
        parents=_parents(node, sources),
        children=facts.users.of(node.unique_id) if is_thing else facts.children_of(node.unique_id),
        exposures=facts.exposures_of(node.unique_id),
        source_description=clip(node.source_description),
        sql=sources.sql_of(node),
        tags=node.tags,
        group=node.group,
        details=thing_details(
            node, facts.manifest.nodes, lambda: facts.users, lambda reference: clip(texts.of_column(reference))
        ),
    )


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
    columns = sum(_column_size(column) for column in evidence.columns)
    documented = sum(len(name) + len(text) + 4 for name, text in evidence.documented.items())
    parents = sum(len(parent.relation) + len(parent.description) + 4 for parent in evidence.parents)
    names = sum(len(name) + 2 for name in (*evidence.children, *evidence.exposures))
    details = sum(len(detail.label) + len(detail.text) + 4 for detail in evidence.details)
    return len(evidence.sql) + columns + documented + parents + names + details + len(evidence.description) + 200


def first_sentence(text: str) -> str:
    """The first sentence of a description, at most 500 characters."""
    return clip(_SENTENCE_END.split(" ".join(text.split()), maxsplit=1)[0])


def clip(text: str) -> str:
    """A description as it may enter another prompt: at most 500 characters, cut at a word."""
    text = " ".join(text.split())
    if len(text) <= MOST_DESCRIPTION_CHARS:
        return text
    return text[: MOST_DESCRIPTION_CHARS - 1].rsplit(" ", 1)[0] + "…"


def _column_evidence(node: Node, column: KnownColumn, sources: EvidenceSources) -> ColumnEvidence:
    lowered = column.name.lower()
    lineage = sources.lineage_of(node.unique_id).columns.get(lowered) or ColumnLineage(
        name=column.name, kind="unknown"
    )
    declared = next((known for name, known in node.columns.items() if name.lower() == lowered), None)
    return ColumnEvidence(
        name=column.name,
        data_type=column.data_type,
        kind=lineage.kind,
        expression=lineage.expression[:_MOST_EXPRESSION_CHARS],
        origins=tuple(_origin(reference, sources) for reference in lineage.origins),
        tests=sources.facts.tests_of(node.unique_id, column.name),
        constraints=declared.constraints if declared else (),
        tags=declared.tags if declared else (),
        comment=lineage.comment,
        part=column.part,
        details=part_details(node, column.name),
    )


def _origin(reference: ColumnRef, sources: EvidenceSources) -> OriginFact:
    parent = sources.facts.manifest.nodes.get(reference.unique_id)
    return OriginFact(
        relation=parent.reference if parent else reference.unique_id,
        column=reference.column,
        description=clip(sources.texts.of_column(reference)),
    )


def _parents(node: Node, sources: EvidenceSources) -> tuple[Neighbour, ...]:
    nodes = sources.facts.manifest.nodes
    return tuple(
        Neighbour(relation=nodes[uid].reference, description=first_sentence(sources.texts.of_node(uid)))
        for uid in dict.fromkeys(node.depends_on)
        if uid in nodes
    )


def _column_size(column: ColumnEvidence) -> int:
    origins = sum(len(o.relation) + len(o.column) + len(o.description) + 6 for o in column.origins)
    tests = sum(len(test.name) + len(test.arguments) + sum(map(len, test.values)) + 10 for test in column.tests)
    details = sum(len(detail.label) + len(detail.text) + 6 for detail in column.details)
    return len(column.name) + len(column.expression) + len(column.comment) + origins + tests + details + 30


def _drop_documented(evidence: Evidence) -> Evidence:
    return replace(evidence, documented={name: first_sentence(text) for name, text in evidence.documented.items()})


_DROPS: tuple[Callable[[Evidence], Evidence], ...] = (
    lambda evidence: replace(evidence, exposures=(), children=()),
    _drop_documented,
    lambda evidence: replace(evidence, documented={}),
    lambda evidence: replace(
        evidence, parents=tuple(Neighbour(relation=parent.relation) for parent in evidence.parents)
    ),
)


def _cut_sql(evidence: Evidence, most: int) -> Evidence:
    if len(evidence.sql) <= most:
        return evidence
    cut = evidence.sql[:most].rsplit("\n", 1)[0] if "\n" in evidence.sql[:most] else evidence.sql[:most]
    return replace(evidence, sql=cut, sql_cut=True)
