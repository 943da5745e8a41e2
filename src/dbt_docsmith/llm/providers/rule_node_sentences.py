"""What the facts of a node say in plain sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_docsmith.describable import THINGS
from dbt_docsmith.llm.providers.rule_sentences import MOST_CHARS
from dbt_docsmith.llm.providers.rule_thing_sentences import thing_facts
from dbt_docsmith.llm.providers.rule_words import (
    balanced,
    code,
    first_sentence,
    has_jinja,
    listed,
    plain,
    relation_name,
    sentence,
)
from dbt_docsmith.types import Evidence

_MOST_PARENTS = 8
_END = r"(?=\bgroup\s+by\b|\bhaving\b|\bqualify\b|\bwindow\b|\border\s+by\b|\blimit\b|\bunion\b|\)|;|$)"
_WHERE = re.compile(rf"\bwhere\b\s+(.+?)\s*{_END}", re.IGNORECASE | re.DOTALL)
_GROUP_BY = re.compile(rf"\bgroup\s+by\b\s+(.+?)\s*{_END}", re.IGNORECASE | re.DOTALL)
_NAMES = re.compile(r"[a-z_][\w.]*(?:\s*,\s*[a-z_][\w.]*)*", re.IGNORECASE)
_SEVERAL_WAYS = re.compile(
    r"\b(?:join|union|intersect|except|minus|lateral|apply)\b|\bfrom\s+[\w.\"]+(?:\s+(?:as\s+)?\w+)?\s*,"
    r"|\b(?:ref|source)\s*\(.*\b(?:ref|source)\s*\(",
    re.IGNORECASE | re.DOTALL,
)
_SQL_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*|\{#.*?#\}", re.DOTALL)


def node_text(evidence: Evidence) -> str | None:
    """A few sentences, at most 500 characters, from what is known of the node; None where that is nothing."""
    is_thing = evidence.resource_type in THINGS
    said = list(thing_facts(evidence) if is_thing else _facts(evidence))
    if said and not is_thing:
        said += _uses(evidence)
    text = ""
    for part in map(sentence, said):
        longer = f"{text} {part}".strip()
        if len(longer) <= MOST_CHARS and balanced(part) and not has_jinja(part):
            text = longer
    return text or None


def _facts(evidence: Evidence) -> Iterator[str]:
    yield from _grain(evidence)
    yield from _parents(evidence)
    yield from _shape(evidence)
    yield from _references(evidence)
    for test in evidence.tests:
        if not test.name.endswith("unique_combination_of_columns"):
            yield f"Tested with {code(test.name)}" + (f" ({plain(test.arguments)})" if test.arguments else "")


def _grain(evidence: Evidence) -> Iterator[str]:
    keys = [listed([code(name) for name in re.split(r"\s*,\s*", key)]) for key in evidence.grain]
    if keys:
        yield f"One row per {keys[0]}"
    if len(keys) > 1:
        yield f"No two rows share {listed(keys[1:], joint='or')}"


def _parents(evidence: Evidence) -> Iterator[str]:
    names = [code(relation_name(parent.relation)) for parent in evidence.parents]
    if not names:
        return
    if evidence.resource_type == "snapshot":
        yield f"Keeps the history of {listed(names)}: a row for every state it has had"
        return
    yield f"Built from {listed(names, _MOST_PARENTS)}"


def _shape(evidence: Evidence) -> Iterator[str]:
    """Filters and groups, where the SQL has one of them and all its rows go through it."""
    sql = _SQL_COMMENT.sub(" ", evidence.sql)
    if evidence.sql_cut or _SEVERAL_WAYS.search(sql):
        return
    wheres, groups = re.findall(r"\bwhere\b", sql, re.IGNORECASE), _GROUP_BY.findall(sql)
    if len(groups) == 1 and not evidence.grain and _NAMES.fullmatch(groups[0]):
        yield f"Its SQL groups by {listed([code(name.strip()) for name in groups[0].split(',')])}"
    if len(wheres) == 1 and len(evidence.parents) == 1 and "{%" not in sql and "filter" not in sql.lower():
        found = _WHERE.search(sql)
        condition = " ".join(found.group(1).split()) if found else ""
        if 0 < len(condition) <= 150 and "(" not in condition:
            yield f"Its SQL keeps only rows where {code(condition)}"


def _references(evidence: Evidence) -> Iterator[str]:
    for column in evidence.columns:
        for test in column.tests:
            if test.to:
                yield f"Refers to {code(relation_name(test.to))} by {code(column.name)}"


def _uses(evidence: Evidence) -> Iterator[str]:
    if evidence.materialized == "incremental":
        yield "Loaded incrementally"
    if evidence.exposures:
        yield f"Used by {listed([code(each.relation) for each in evidence.exposures], 3)}"
    source = first_sentence(evidence.source_description, 150)
    if source:
        yield f"Part of {code(relation_name(evidence.relation).split('.')[0])}: {source}"
