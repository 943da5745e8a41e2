"""Evidence without what costs more than it tells: of what lies around a node the nearest, in a sentence. Pure.

What the texts asked for rest on themselves (expressions, origins, types, tests, SQL) is never touched here.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from dbt_docsmith.dbt.evidence import first_sentence, nearest_columns
from dbt_docsmith.types import Evidence, Neighbour

_MOST_NEIGHBOURS = 12
_SENTENCE_CHARS = 100


def economised(evidence: Evidence) -> Evidence:
    """The same evidence at the price it is worth: the fewer texts are asked for, the less of what lies around."""
    texts = len(evidence.columns) + evidence.needs_description
    most = (texts + 1) // 2
    documented = _other_columns(evidence, most)
    neighbours = {each.description for each in (*evidence.parents, *evidence.children)}
    told = {*documented.values(), *_texts_of_origins(evidence), *neighbours, evidence.description}
    style = tuple(text for text in evidence.house_style if text not in told)
    return replace(
        evidence,
        documented={name: _in_short(text) for name, text in documented.items()},
        source_description=_in_short(evidence.source_description),
        parents=_nearest(_read_parents(evidence), 8),
        children=_nearest(evidence.children, min(2, texts // 3)),
        exposures=_nearest(evidence.exposures, 3),
        house_style=style[: texts // 2],
    )


def _other_columns(evidence: Evidence, most: int) -> dict[str, str]:
    """The nearest of the columns that have a text which nothing else tells, in the node's own order."""
    told = _texts_of_origins(evidence)
    new = {name: text for name, text in evidence.documented.items() if text not in told}
    nearest = nearest_columns(new, [column.name for column in evidence.columns])[:most]
    return {name: text for name, text in new.items() if name in nearest}


def _texts_of_origins(evidence: Evidence) -> frozenset[str]:
    return frozenset(origin.description for column in evidence.columns for origin in column.origins)


def _read_parents(evidence: Evidence) -> tuple[Neighbour, ...]:
    """For columns alone, the texts of those parents that they come from."""
    if evidence.needs_description:
        return evidence.parents
    read = {origin.relation for column in evidence.columns for origin in column.origins}
    return tuple(each if each.relation in read else replace(each, description="") for each in evidence.parents)


def _nearest(neighbours: Sequence[Neighbour], most: int) -> tuple[Neighbour, ...]:
    """As many with their sentence as may have one, and the names of some more."""
    told = [each for each in neighbours if each.description][:most]
    return tuple(
        replace(each, description=_in_short(each.description) if each in told else "")
        for each in neighbours[:_MOST_NEIGHBOURS]
    )


def _in_short(text: str) -> str:
    """The first sentence, cut at a word where it is long."""
    sentence = first_sentence(text)
    if len(sentence) <= _SENTENCE_CHARS:
        return sentence
    return sentence[: _SENTENCE_CHARS - 1].rsplit(" ", 1)[0] + "…"
