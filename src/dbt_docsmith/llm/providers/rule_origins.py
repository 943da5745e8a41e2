"""What the facts of an expression and of the columns it reads say in plain sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from dbt_docsmith.llm.providers.rule_expressions import branches, macro_text, readable, shown
from dbt_docsmith.llm.providers.rule_words import code, first_sentence, has_jinja, listed, plain, relation_name
from dbt_docsmith.types import ColumnEvidence, OriginFact

_PASSED = ("passed", "renamed")
_NAME = re.compile(r"[\w$\"\[\]]+")
_FIELD = re.compile(r"[\w$]+(?:\.[\w$]+)+")
_NOW = frozenset("current_timestamp current_date current_time localtimestamp current_user session_user".split())
_CAST = re.compile(
    r"(?:(?:try_|safe_)?cast\(\s*([\w.\"]+)\s+as\s+(.+)\)|([\w.\"]+)\s*::\s*(.+))", re.IGNORECASE | re.DOTALL
)
_TYPE = re.compile(r"[\w ]+(?:\([\d, ]+\))?(?:\[\])?", re.IGNORECASE)
_NULL = re.compile(r"(?:(?:try_|safe_)?cast\(\s*null\s+as\b.*|null\s*::.*)", re.IGNORECASE | re.DOTALL)
_FIRST_OF = re.compile(r"coalesce\(\s*(\w+\.\w+(?:\s*,\s*\w+\.\w+)+)\s*\)", re.IGNORECASE)
_WINDOW = re.compile(r"\bover\s*[(\w]", re.IGNORECASE)
_COUNT_ROWS = re.compile(r"count\(\s*(?:\*|1)?\s*\)", re.IGNORECASE)
_AGGREGATE = re.compile(r"(count|sum|avg|min|max)\(\s*(distinct\s+)?(.+)\)", re.IGNORECASE | re.DOTALL)
_AGGREGATES = {
    ("count", False): "Counts the non-null values of {}",
    ("count", True): "Counts the different values of {}",
    ("sum", False): "Adds up {}",
    ("sum", True): "Adds up the different values of {}",
    ("avg", False): "Mean of {}",
    ("min", False): "Minimum of {}",
    ("max", False): "Maximum of {}",
}
_OWN_WORDS = re.compile(
    r"Key of each row|Unique:|Unique \(|Never null|One of|Always|Either|Taken|Read from|Refers to|Computed"
    r"|Aggregated|Surrogate key made|Result of the macro|Counts|Adds up|Mean of|Minimum of|Maximum of"
    r"|First value that|Tested with|Identifies a row|Constraints:"
)
_OF_ITS_TABLE = re.compile(r"\b(?:keys?|unique(?:ly)?|primary|foreign|identif\w+|null|rows?)\b", re.IGNORECASE)


class Detail(Struct, frozen=True):
    """How much of a fact is told: characters of an expression and of a list of values, and how many origins."""

    expression: int
    values: int
    origins: int
    origin_text: int


def made_text(column: ColumnEvidence, detail: Detail) -> Iterator[str]:
    """How a column is made and from what: one sentence or none."""
    parts = branches(column.expression)
    origins = column.origins
    text = readable(column.expression, [origin.column for origin in origins]) if len(parts) == 1 else ""
    cast = _cast_type(text) if column.kind == "cast" and origins else None
    if column.kind == "constant":
        yield from _constant(parts, detail)
    elif column.kind in _PASSED or cast or (len(parts) == 1 and origins and _is_name(text)):
        yield from _taken(column, cast, detail)
    elif not text or not _is_tautology(text, column):
        yield from _computed(text, column, detail)


def _constant(parts: Sequence[str], detail: Detail) -> Iterator[str]:
    """What the column always is. Of more than two branches lineage may tell only the first."""
    said = [
        part.lower() if part.lower() in ("null", "true", "false") else shown(part, detail.expression)
        for part in parts
    ]
    if len(said) <= 2 and all(part and not has_jinja(part) for part in said):
        yield f"Always {said[0]}" if len(said) == 1 else f"Either {said[0]} or {said[1]}"


def _taken(column: ColumnEvidence, cast: str | None, detail: Detail) -> Iterator[str]:
    if column.origins:
        unchanged = " unchanged" if column.kind == "passed" else ""
        as_type = f", as {cast}" if cast else ""
        text = _text_of(column.origins, detail)
        yield f"Taken{unchanged} from {origin_list(column.origins, detail, 'or')}{as_type}" + (
            text and f": {text}"
        )


def _computed(text: str, column: ColumnEvidence, detail: Detail) -> Iterator[str]:
    origins = column.origins
    macro = macro_text(column.expression) if not origins else ""
    if macro:
        yield macro
        return
    first_of = _FIRST_OF.fullmatch(text)
    if first_of and len({name.partition(".")[2].strip().lower() for name in first_of.group(1).split(",")}) == 1:
        if len(origins) > 1:
            yield f"First value that is not null of {origin_list(origins, detail)}"
        return
    if _FIELD.fullmatch(text) and len(origins) == 1:
        yield f"Read from {code(text)} of {code(relation_name(origins[0].relation))}"
        return
    if column.kind == "aggregated":
        summed = _aggregate(text, origins, detail)
        if summed:
            yield summed
            return
    yield from _expressed(text, column, detail)


def _expressed(text: str, column: ColumnEvidence, detail: Detail) -> Iterator[str]:
    verb = "Aggregated" if column.kind == "aggregated" else "Computed"
    expression = shown(text, detail.expression)
    if expression:
        windowed = _WINDOW.search(text) is not None
        yield f"{verb} as {expression}{_source(column.origins, detail, windowed=windowed)}"
    elif column.origins:
        yield f"{verb} from {origin_list(column.origins, detail)}"


def _aggregate(text: str, origins: Sequence[OriginFact], detail: Detail) -> str:
    if _COUNT_ROWS.fullmatch(text):
        return "Counts the rows that were aggregated" + _source(origins, detail)
    found = _AGGREGATE.fullmatch(text)
    if not found or not _closes(found.group(3)):
        return ""
    lead, inner = _AGGREGATES.get((found.group(1).lower(), bool(found.group(2)))), found.group(3).strip()
    if lead and len(origins) == 1 and inner.lower() == origins[0].column.lower():
        text_of = _text_of(origins, detail)
        return lead.format(origin_list(origins, detail)) + (text_of and f" ({text_of})")
    expression = shown(inner, detail.expression)
    return lead.format(expression) + _source(origins, detail) if lead and expression else ""


def _source(origins: Sequence[OriginFact], detail: Detail, *, windowed: bool = False) -> str:
    if not origins:
        return ""
    text = "" if windowed else _text_of(origins, detail)
    return f", from {origin_list(origins, detail)}" + (text and f" ({text})")


def _text_of(origins: Sequence[OriginFact], detail: Detail) -> str:
    """What people say of the only origin, where it holds outside its table and is not a sentence of ours."""
    if len(origins) != 1 or not detail.origin_text:
        return ""
    said = origins[0].description
    text = first_sentence(said, detail.origin_text)
    whole = first_sentence(said, len(said) + 1)
    return "" if text != whole or _OWN_WORDS.match(text) or _OF_ITS_TABLE.search(text) else text


def origin_list(origins: Sequence[OriginFact], detail: Detail, joint: str = "and") -> str:
    """``a` and `b` of `orders` and `c` of `payments``, or ``a` of `orders`, `returns` or 3 more``."""
    told = list(dict.fromkeys((relation_name(origin.relation), code(origin.column)) for origin in origins))
    names = list(dict.fromkeys(name for _, name in told))
    if len(names) == 1:
        return f"{names[0]} of {listed([code(relation) for relation, _ in told], detail.origins, joint)}"
    by_relation: dict[str, list[str]] = {}
    for relation, name in told[: detail.origins]:
        by_relation.setdefault(relation, []).append(name)
    said = [f"{listed(each, joint=joint)} of {code(relation)}" for relation, each in by_relation.items()]
    more = len(told) - detail.origins
    return listed([*said, f"{more} more"] if more > 0 else said, joint=joint)


def _is_name(text: str) -> bool:
    return not text or (_NAME.fullmatch(text) is not None and text.lower() not in _NOW)


def _is_tautology(text: str, column: ColumnEvidence) -> bool:
    """Whether the expression says no more than a name and a type."""
    if _NULL.fullmatch(text):
        return True
    bare = _CAST.fullmatch(text)
    name = (bare.group(1) or bare.group(3)) if bare else text
    return not column.origins and (_is_name(name) or _FIELD.fullmatch(name) is not None)


def _cast_type(text: str) -> str | None:
    found = _CAST.fullmatch(text)
    said = (found.group(2) or found.group(4)).strip() if found else ""
    return plain(said.lower()) if _TYPE.fullmatch(said) else None


def _closes(text: str) -> bool:
    """Whether no bracket closes in the text that did not open in it."""
    depth = 0
    for char in text:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth < 0:
            return False
    return depth == 0
