"""What is known of a DocTarget: everything its texts may rest on. Pure.

The same project asks the same question on every machine: relation names are ``ref`` and ``source`` names, lists
are in an order of the project's own, and no path, database or time enters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from msgspec import Struct

from dbt_docsmith.dbt.project_facts import ProjectFacts
from dbt_docsmith.dbt.things.evidence import thing_details
from dbt_docsmith.dbt.things.parts import part_details
from dbt_docsmith.dbt.written import NodeOnDisk
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
HOUSE_STYLE_TEXTS = 3
OTHER_COLUMNS = 3
_MOST_EXPRESSION_CHARS = 1000
_MOST_META = 5
_MOST_META_CHARS = 100
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


class Texts(Protocol):
    """The texts there are by now: written on disk, or made in this run for ancestors."""

    def of_node(self, unique_id: str) -> str:
        """A node's description as dbt shows it, "" where it has none."""

    def of_column(self, reference: ColumnRef) -> str:
        """A column's description as dbt shows it, "" where it has none."""


def _whole(sql: str, _columns: Collection[str]) -> str:
    return sql


class EvidenceSources(Struct, frozen=True):
    """Where evidence comes from. ``sql_of`` gives a node's SQL with relations as ``ref`` and ``source`` names.

    ``on_disk`` is what was written when the run started; ``written_by_people`` gives the text of a node (None) or
    column that no model made, "" where there is none; ``house_style`` a few of the project's own texts to write
    like; ``needed_sql`` cuts SQL to what some columns need.
    """

    facts: ProjectFacts
    lineage_of: Callable[[str], NodeLineage]
    sql_of: Callable[[Node], str]
    texts: Texts
    on_disk: Callable[[str], NodeOnDisk] = lambda _unique_id: NodeOnDisk()
    written_by_people: Callable[[str, str | None], str] = lambda _unique_id, _column: ""
    house_style: Callable[[Node], Sequence[str]] = lambda _node: ()
    needed_sql: Callable[[str, Collection[str]], str] = _whole


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
        parents=_neighbours(node.depends_on, sources, texts.of_node),
        children=_readers(node, sources),
        exposures=tuple(_exposure(each, sources) for each in facts.exposures_of(node.unique_id)),
        source_description=clip(node.source_description),
        sql=sources.sql_of(node),
        tags=node.tags,
        meta=_meta(node.meta),
        group=node.group,
        owner=facts.owner_of(node),
        note=clip(sources.on_disk(node.unique_id).note),
        house_style=_house_style(node, documented, asked, sources),
        details=thing_details(
            node, facts.manifest.nodes, lambda: facts.users, lambda reference: clip(texts.of_column(reference))
        ),
    )


def nearest_columns(documented: Collection[str], asked: Collection[str]) -> tuple[str, ...]:
    """Which other columns are told of: those whose names have most in common with those asked for."""
    words = {word for name in asked for word in _words(name)}
    return tuple(sorted(documented, key=lambda name: -len(words & _words(name)))[:OTHER_COLUMNS])


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}


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
    written = sources.on_disk(node.unique_id).columns.get(lowered)
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
        note=clip(written.note) if written else "",
        meta=_meta(declared.meta) if declared else (),
    )


def _origin(reference: ColumnRef, sources: EvidenceSources) -> OriginFact:
    parent = sources.facts.manifest.nodes.get(reference.unique_id)
    return OriginFact(
        relation=parent.reference if parent else reference.unique_id,
        column=reference.column,
        description=clip(sources.texts.of_column(reference)),
    )


def _neighbours(
    unique_ids: Sequence[str], sources: EvidenceSources, text_of: Callable[[str], str]
) -> tuple[Neighbour, ...]:
    nodes = sources.facts.manifest.nodes
    return tuple(
        Neighbour(relation=nodes[uid].reference, description=first_sentence(text_of(uid)))
        for uid in dict.fromkeys(unique_ids)
        if uid in nodes
    )


def _house_style(
    node: Node, documented: Mapping[str, str], asked: Collection[str], sources: EvidenceSources
) -> tuple[str, ...]:
    """Texts to write like; those that people wrote of the node's own columns are the nearest, and told already."""
    if node.resource_type in THINGS:
        return ()
    told = nearest_columns(documented, asked)
    own = [name for name in told if sources.written_by_people(node.unique_id, name)]
    return tuple(sources.house_style(node))[: max(0, HOUSE_STYLE_TEXTS - len(own))]


def _own_text(sources: EvidenceSources, unique_id: str) -> str:
    return sources.written_by_people(unique_id, None)


def _readers(node: Node, sources: EvidenceSources) -> tuple[Neighbour, ...]:
    """Who reads a node; of a thing without columns, who uses it."""
    if node.resource_type in THINGS:
        return tuple(Neighbour(relation=user) for user in sources.facts.users.of(node.unique_id))
    return _neighbours(sources.facts.children_of(node.unique_id), sources, partial(_own_text, sources))


def _exposure(exposure: Node, sources: EvidenceSources) -> Neighbour:
    kind = next((detail.text for detail in exposure.details if detail.label == "type"), "")
    return Neighbour(
        relation=exposure.name, description=first_sentence(_own_text(sources, exposure.unique_id)), kind=kind
    )


def _meta(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """What a person may have said there, as ``key: value``: no settings of tools, nothing nested, nothing long."""
    plain = (
        f"{key}: {value}"
        for key, value in meta.items()
        if isinstance(value, str | int | float) and key != "owner" and not key.startswith(("dbt-", "dbt_"))
    )
    return tuple(said for said in plain if len(said) <= _MOST_META_CHARS and "\n" not in said)[:_MOST_META]
