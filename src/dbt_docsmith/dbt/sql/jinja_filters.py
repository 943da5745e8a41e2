"""Jinja's filters and tests, which look into no unknown value, and say what they can of one.

Imports jinja2: import it late.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any

from jinja2 import Environment

from dbt_docsmith.dbt.sql.jinja_unknown import (
    PartlyUnknown,
    Relation,
    Unknown,
    joined,
    unknown_among,
    written,
    written_arguments,
)

Call = Callable[..., Any]
_OF_A_LIST_AS_SUCH = frozenset({"batch", "count", "first", "last", "length", "list", "reverse", "slice"})
_OF_A_TYPE = frozenset(
    """
    boolean callable defined false float integer iterable mapping none number sequence string true undefined
    """.split()
)
_A_RELATION_IS = frozenset({"defined", "iterable", "mapping", "sequence"})
_KEEPS_MARKS = {"lower": "lower", "trim": "strip", "upper": "upper"}


def make_careful(environment: Environment) -> None:
    """Give an environment dbt's own filters, and make all its filters and tests careful."""
    environment.filters.pop("random")
    environment.filters |= dict.fromkeys(("as_bool", "as_native", "as_number", "as_text"), _same)
    filters: dict[str, Any] = environment.filters
    environment.filters = {name: _careful_filter(name, call) for name, call in filters.items()}
    tests: dict[str, Any] = environment.tests
    environment.tests = {name: _careful_test(name, call) for name, call in tests.items()}


def to_json(value: object, default: object = None, sort_keys: bool = False) -> object:
    """``tojson(value)``."""
    if (unknown := unknown_among((value,))) is not None:
        return unknown.but(f"tojson({written(value)})")
    try:
        return json.dumps(value, sort_keys=sort_keys)
    except ValueError:
        return default


def from_json(text: object, default: object = None) -> object:
    """``fromjson(text)``."""
    if (unknown := unknown_among((text,))) is not None:
        return unknown.but(f"fromjson({written(text)})")
    try:
        return json.loads(str(text))
    except ValueError:
        return default


def local_md5(text: object) -> object:
    """``local_md5(text)``."""
    if (unknown := unknown_among((text,))) is not None:
        return unknown.but(f"local_md5({written(text)})")
    return hashlib.md5(str(text).encode(), usedforsecurity=False).hexdigest()


def _careful_filter(name: str, call: Call) -> Call:
    careful = _careful(name, call, "|")
    if name == "join":
        return _join_with(careful)
    first = _first_argument(call)

    @functools.wraps(call)
    def chosen(*arguments: Any, **named: Any) -> Any:
        value, *rest = arguments[first:]
        if isinstance(value, PartlyUnknown):
            if name == "string" or (name in _KEEPS_MARKS and not rest):
                return getattr(value, _KEEPS_MARKS.get(name, "like"))(*((value,) if name == "string" else ()))
            if name in ("default", "d"):
                return value
        if name in _OF_A_LIST_AS_SUCH and isinstance(value, (list, tuple, dict)):
            return call(*arguments, **named)
        return careful(*arguments, **named)

    return chosen


def _careful_test(name: str, call: Call) -> Call:
    careful = _careful(name, call, "is")
    if name not in _OF_A_TYPE:
        return careful

    @functools.wraps(call)
    def of_type(*arguments: Any, **named: Any) -> Any:
        value = arguments[_first_argument(call)]
        if isinstance(value, Relation):
            return name in _A_RELATION_IS
        return careful(*arguments, **named) if isinstance(value, Unknown) else call(*arguments, **named)

    return of_type


def _careful(name: str, call: Call, word: str) -> Call:
    first = _first_argument(call)

    @functools.wraps(call)
    def careful(*arguments: Any, **named: Any) -> Any:
        unknown = unknown_among((*arguments[first:], *named.values()))
        if unknown is None:
            return call(*arguments, **named)
        value, *rest = arguments[first:]
        brackets = f"({written_arguments(tuple(rest), named)})" if rest or named else ""
        return unknown.but(f"{written(value)} {word} {name}{brackets}")

    return careful


def _join_with(otherwise: Call) -> Call:
    """``join``, which puts the unknown items of a list into the text."""

    @functools.wraps(otherwise)
    def join(context: object, values: object, d: object = "", attribute: object = None) -> object:
        if isinstance(values, (list, tuple)) and isinstance(d, str) and attribute is None:
            return joined(values, str(d))
        return otherwise(context, values, d, attribute)

    return join


def _first_argument(call: Call) -> int:
    """Where the value stands: some are handed the context or the environment before it."""
    return 1 if hasattr(call, "jinja_pass_arg") else 0


def _same(value: object) -> object:
    return value
