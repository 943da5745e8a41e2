"""What the facts of an exposure, a metric, a semantic model or a macro say in plain sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_docsmith.llm.providers.rule_words import code, first_sentence, listed, plain, relation_name
from dbt_docsmith.types import ColumnEvidence, Detail, Evidence

_MOST_PARENTS = 8
_IN_FILTER = re.compile(r"\{\{-?\s*(?:Dimension|TimeDimension|Entity|Metric)\(\s*['\"]([^'\"]+)['\"].*?\}\}")
_WINDOWS = {"window": "over {}", "grain to date": "since the beginning of the {}"}


def thing_facts(evidence: Evidence) -> Iterator[str]:
    """The sentences there are, the most telling first."""
    yield from _FACTS[evidence.resource_type](evidence)


def argument_facts(column: ColumnEvidence) -> Iterator[str]:
    """What an argument is when it is left out."""
    for default in _texts(column.details, "default"):
        yield f"Defaults to {code(default)}"


def _exposure(evidence: Evidence) -> Iterator[str]:
    names = [code(relation_name(parent.relation)) for parent in evidence.parents]
    kind = next(_texts(evidence.details, "type"), "")
    if names:
        yield f"{plain(kind).capitalize() or 'Exposure'} built from {listed(names, _MOST_PARENTS)}"
    for owner in _texts(evidence.details, "owner") if names else ():
        yield f"Owned by {plain(owner)}"


def _metric(evidence: Evidence) -> Iterator[str]:
    details = evidence.details
    numerator, denominator = (next(_texts(details, label), "") for label in ("numerator", "denominator"))
    expression = next(_texts(details, "expression"), "")
    inputs = [_input(text) for text in _texts(details, "metric")]
    if numerator and denominator:
        yield f"{_input(numerator)} divided by {_input(denominator)}"
    elif expression and inputs:
        yield f"Computed as {code(expression)} from {listed(inputs)}"
    for measure in _texts(details, "measure"):
        made = next(_texts(details, f"measure {measure.partition(',')[0]} is"), "")
        computed = f", computed as {code(made)}" if made else ""
        yield f"The measure {_input(measure)}{computed}{_over(details)}"
    for condition in _texts(details, "filter"):
        readable = _IN_FILTER.sub(lambda found: found[1], condition)
        yield f"Only where {code(readable)}"


def _semantic_model(evidence: Evidence) -> Iterator[str]:
    for parent in evidence.parents[:1]:
        said = first_sentence(parent.description, 200)
        yield f"Semantic model over {code(relation_name(parent.relation))}" + (f": {said}" if said else "")


def _macro(evidence: Evidence) -> Iterator[str]:
    adapter, parted, name = evidence.name.partition("__")
    if parted and any(relation_name(parent.relation) == name for parent in evidence.parents):
        kind = "Default implementation" if adapter == "default" else f"Implementation for {code(adapter)}"
        yield f"{kind} of {code(name)}"


_FACTS = {"exposure": _exposure, "metric": _metric, "semantic_model": _semantic_model, "macro": _macro}


def _input(text: str) -> str:
    """``revenue, as before, 1 month before`` as ```revenue` (as before, 1 month before)``."""
    name, _, also = text.partition(", ")
    return code(name) + (f" ({plain(also)})" if also else "")


def _over(details: tuple[Detail, ...]) -> str:
    said = [words.format(plain(text)) for label, words in _WINDOWS.items() for text in _texts(details, label)]
    return f", accumulated {' '.join(said)}" if said else ""


def _texts(details: tuple[Detail, ...], label: str) -> Iterator[str]:
    return (detail.text for detail in details if detail.label == label)
