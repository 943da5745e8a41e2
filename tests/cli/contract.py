"""The shapes of the JSON the contract promises, and whether a value has one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Shape = Any
"""A type, a set of values, a tuple of alternatives, ``[shape]``, a dict of what must be there, or a predicate."""


def misfits(value: object, shape: Shape, where: str = "$") -> list[str]:
    """Every place where the value is not what the shape says."""
    if isinstance(shape, dict):
        return _misfits_of_object(value, shape, where)
    if isinstance(shape, list):
        return _misfits_of_list(value, shape, where)
    return [] if _fits(value, shape) else [f"{where}: {value!r} is not {shape}"]


def _fits(value: object, shape: Shape) -> bool:
    if isinstance(shape, tuple):
        return any(not misfits(value, each) for each in shape)
    if isinstance(shape, set):
        return value in shape
    if isinstance(shape, type):
        return type(value) is shape
    return bool(shape(value)) if callable(shape) else value == shape


def _misfits_of_object(value: object, shape: dict[str, Shape], where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r} is no object"]
    missing = [f"{where}.{key}: is not there" for key in shape if key not in value]
    found = [key for key in shape if key in value]
    return missing + [each for key in found for each in misfits(value[key], shape[key], f"{where}.{key}")]


def _misfits_of_list(value: object, shape: list[Shape], where: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{where}: {value!r} is no list"]
    return [each for at, item in enumerate(value) for each in misfits(item, shape[0], f"{where}[{at}]")]


def matching(pattern: str) -> Callable[[object], bool]:
    """Text of that form."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def pair(value: object) -> bool:
    """Documented, and all."""
    return isinstance(value, list) and [type(each) for each in value] == [int, int] and 0 <= value[0] <= value[1]


TEXT_OR_NULL = (str, None)
MONEY = (matching(r"\d+(\.\d+)?"), None)
UNIQUE_ID = matching(r"(model|source|seed|snapshot)\.shop\..+")
PATH = matching(r"(models|seeds|snapshots)/[\w/]+\.yml")
COVERAGE = {"nodes": pair, "columns": pair}

DOCUMENT = {
    "version": 1,
    "command": "document",
    "dry_run": bool,
    "exit_code": int,
    "provider": TEXT_OR_NULL,
    "model": TEXT_OR_NULL,
    "counts": dict.fromkeys(["nodes", "columns", "inherited", "generated", "cached", "failed", "abstained"], int),
    "usage": {
        **dict.fromkeys(
            ["requests", "retries", "prompt_tokens", "cached_prompt_tokens", "completion_tokens"], int
        ),
        "cost_usd": MONEY,
    },
    "estimate": (
        {
            **dict.fromkeys(["requests", "requests_most", "prompt_tokens", "max_completion_tokens"], int),
            "cost_usd": MONEY,
            "nodes": [{"unique_id": UNIQUE_ID, "requests": int, "prompt_tokens": int, "cost_usd": MONEY}],
        },
        None,
    ),
    "proposals": [
        {
            "unique_id": UNIQUE_ID,
            "column": TEXT_OR_NULL,
            "description": TEXT_OR_NULL,
            "origin": {"llm", "cache", "inherited", "glossary", "doc_block", "rules"},
            "source": TEXT_OR_NULL,
            "file": (PATH, None),
        }
    ],
    "failures": [
        {
            "unique_id": UNIQUE_ID,
            "column": TEXT_OR_NULL,
            "error": matching(r"[A-Z]\w+"),
            "message": str,
        }
    ],
    "questions": [{"unique_id": UNIQUE_ID, "column": TEXT_OR_NULL, "question": str}],
    "files": [{"path": PATH, "repo_path": str, "created": bool, "descriptions": int}],
    "coverage": {"columns_from": {"declared", "known"}, "before": COVERAGE, "after": COVERAGE},
}

STALE = {
    "unique_id": UNIQUE_ID,
    "column": TEXT_OR_NULL,
    "file": PATH,
    "line": int,
    "because": [{"sql", "tests", "columns", "upstream"}],
    "parents": [str],
    "edited": bool,
    "origin": str,
    "provider": TEXT_OR_NULL,
    "model": TEXT_OR_NULL,
    "date": matching(r"\d{4}-\d\d-\d\d"),
}

CHECK = {
    "version": 1,
    "command": "check",
    "exit_code": int,
    "coverage": {"columns_from": {"declared", "known"}, **COVERAGE},
    "missing": [
        {
            "unique_id": UNIQUE_ID,
            "column": TEXT_OR_NULL,
            "file": (PATH, None),
            "line": (int, None),
        }
    ],
    "stale": [STALE],
    "thresholds": dict,
}

PROVIDERS = {
    "version": 1,
    "command": "providers",
    "chosen": [str],
    "reason": str,
    "providers": [
        {
            "name": str,
            "chosen": bool,
            "lacks": [str],
            "variables": [
                {
                    "names": [matching(r"[A-Z][A-Z0-9_]+")],
                    "what": str,
                    "required": bool,
                    "default": str,
                    "set_by": TEXT_OR_NULL,
                }
            ],
            "default_model": str,
            "answers": {"json_schema", "tool", "json_object", "none"},
            "temperature": bool,
            "prompt_caching": {"automatic", "marked", "none"},
            "context_tokens": int,
            "package": TEXT_OR_NULL,
            "installed": bool,
            "install": TEXT_OR_NULL,
            "local": bool,
            "offline": bool,
        }
    ],
}

TRIAL = {
    "version": 1,
    "command": "test-llm",
    "exit_code": int,
    "tried": [
        {
            "provider": str,
            "host": TEXT_OR_NULL,
            "model": TEXT_OR_NULL,
            "ok": bool,
            "latency_ms": (int, None),
            "requests": int,
            "usage": dict.fromkeys(["prompt_tokens", "cached_prompt_tokens", "completion_tokens"], int),
            "cost_usd": MONEY,
            "answers": ({"json_schema", "tool", "json_object", "none"}, None),
            "steps": [str],
            "error": TEXT_OR_NULL,
            "message": TEXT_OR_NULL,
        }
    ],
}
