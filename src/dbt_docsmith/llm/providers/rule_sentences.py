"""What the facts of a column say in plain sentences. Pure.

Every sentence carries its facts in full, so that columns with different facts get different texts. Where nothing
is known beyond a name and a type there is no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dbt_docsmith.llm.providers.rule_origins import Detail, made_text
from dbt_docsmith.llm.providers.rule_thing_sentences import argument_facts
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
from dbt_docsmith.types import ColumnEvidence, TestFact

MOST_CHARS = 500

_UNFINISHED = re.compile(r"\b(?:todo|fixme|xxx|hack)\b|=|;$|^\W*$", re.IGNORECASE)
_GENERIC = frozenset(
    """amount column date field flag for foreign from identifier key name number primary record row table that
    the this time timestamp type unique value was when with""".split()
)
_DETAILS = (Detail(300, 300, 6, 160), Detail(220, 200, 4, 0), Detail(120, 120, 3, 0), Detail(0, 0, 3, 0))


def column_text(column: ColumnEvidence, grain: Sequence[str] = ()) -> str | None:
    """One or two sentences, at most 500 characters, from what is known of the column; None where that is nothing.

    ``grain`` holds the keys of its node: ``order_id``, or ``order_id, line`` for one of two columns.
    """
    for detail in _DETAILS:
        text = " ".join(_sentences(column, grain, detail))
        if len(text) <= MOST_CHARS and balanced(text) and not has_jinja(text):
            return text or None
    return None


def _sentences(column: ColumnEvidence, grain: Sequence[str], detail: Detail) -> list[str]:
    said = [
        *argument_facts(column),
        *_comment(column),
        *_key(column, grain),
        *(text for test in column.tests for text in _reference_or_values(test, detail)),
        *made_text(column, detail),
        *(text for test in column.tests for text in _other_test(test)),
        *_constraints(column),
    ]
    if said and column.tags:
        said.append(f"Tagged {listed([code(tag) for tag in column.tags])}")
    return [sentence(text) for text in said]


def usable_comment(column: ColumnEvidence) -> str:
    """The column's comment on one line where it tells a reader something: no note to oneself, no switched-off
    code, not the name in other words."""
    text = plain(column.comment)
    words = set(re.findall(r"[^\W\d_]{3,}", text.lower()))
    new = words - _GENERIC - set(re.findall(r"[^\W\d_]+", column.name.lower()))
    return "" if len(new) < 3 or _UNFINISHED.search(text) or has_jinja(text) else text


def _comment(column: ColumnEvidence) -> Iterator[str]:
    text = usable_comment(column)
    if text:
        yield text if len(text) <= 250 else first_sentence(text, 250)


def _key(column: ColumnEvidence, grain: Sequence[str]) -> Iterator[str]:
    """What holds for some rows only is said with its condition, and makes no key."""
    tests = list(dict.fromkeys(test for test in column.tests if test.name in ("unique", "not_null")))
    always = {test.name for test in tests if not test.arguments}
    if len(always) == 2:
        yield "Key of each row: unique and never null"
    elif "unique" in always:
        yield "Unique: no two rows have the same value"
    elif "not_null" in always:
        yield "Never null"
    for test in tests:
        if test.name not in always:
            yield f"{'Unique' if test.name == 'unique' else 'Never null'} ({plain(test.arguments)})"
    for key in grain:
        others = [name for name in re.split(r"\s*,\s*", key) if name.lower() != column.name.lower()]
        if others and len(others) < len(key.split(",")):
            yield f"Identifies a row together with {listed([code(name) for name in others])}"


def _reference_or_values(test: TestFact, detail: Detail) -> Iterator[str]:
    also = f" ({plain(test.arguments)})" if test.arguments else ""
    if test.to:
        field = f"{code(test.field)} of " if test.field else ""
        yield f"Refers to {field}{code(relation_name(test.to))}{also}"
    elif test.values:
        values = _one_of(test.values, detail.values)
        if values:
            yield f"{values}{also}"


def _one_of(values: Sequence[str], most: int) -> str:
    said = [plain(value) or "(blank)" for value in values]
    if any(has_jinja(value) for value in said):
        return ""
    if len(said) == 1:
        return f"Always {said[0]}"
    if len(", ".join(said)) <= most:
        return f"One of: {', '.join(said)}"
    kept: list[str] = []
    while len(", ".join([*kept, said[len(kept)]])) <= most - 40:
        kept.append(said[len(kept)])
    return (
        f"One of {len(said)} values, such as {', '.join([*kept, said[-1]])}"
        if len(said[-1]) <= 40 and kept
        else ""
    )


def _other_test(test: TestFact) -> Iterator[str]:
    if test.to or test.values or test.name in ("unique", "not_null"):
        return
    arguments = plain(test.arguments)
    yield f"Tested with {code(test.name)}" + (f" ({arguments})" if arguments else "")


def _constraints(column: ColumnEvidence) -> Iterator[str]:
    if column.constraints:
        parts = [constraint.partition(":") for constraint in column.constraints]
        said = [kind.replace("_", " ") + (f" ({rule.strip()})" if rule.strip() else "") for kind, _, rule in parts]
        yield f"Constraints: {', '.join(plain(text) for text in said)}"
