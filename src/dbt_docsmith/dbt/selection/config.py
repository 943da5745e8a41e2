"""Matching a node by its config: ``config.materialized:table``, ``config.meta.owner.team:finance``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

ConfigMatches = Callable[[Mapping[str, Any]], bool]


def config_matcher(keys: tuple[str, ...], wanted: object) -> ConfigMatches:
    """Whether a config holds ``wanted`` at ``keys``, or a list with ``wanted`` in it.

    Typed text finds texts and, as true or false in any case, booleans; never numbers.
    """
    truth = {"TRUE": True, "FALSE": False}.get(str(wanted).upper())
    ignore_case = keys == ("severity",)

    def equals(value: object) -> bool:
        if ignore_case and isinstance(value, str):
            return value.upper() == str(wanted).upper()
        return bool(value == wanted)

    def matches(config: Mapping[str, Any]) -> bool:
        found, value = _descend(config, keys)
        if isinstance(value, list):
            return any(map(equals, value)) or (truth is not None and truth in value)
        return found and (equals(value) or (truth is not None and value is truth))

    return matches


def _descend(config: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[bool, Any]:
    """Whether ``meta.owner.team`` leads anywhere, and where. A config that is not set is None to dbt; below the
    first key it looks for an attribute before a key, so that ``meta.items`` is out of reach."""
    value: Any = config
    for depth, key in enumerate(keys):
        if not isinstance(value, dict) or (depth > 0 and (key not in value or hasattr(value, key))):
            return False, None
        value = value.get(key)
    return True, value
