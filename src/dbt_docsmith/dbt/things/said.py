"""Values of a manifest as details: those that say something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dbt_docsmith.types import Detail


def said(values: Mapping[str, Any]) -> Iterator[Detail]:
    """A Detail for each value that is there, under its label."""
    return (Detail(label, str(value)) for label, value in values.items() if value not in (None, ""))


def said_in_code(label: str, value: Any) -> Iterator[Detail]:
    """SQL on one line, where there is some."""
    if value not in (None, ""):
        yield Detail(label, " ".join(str(value).split()), is_code=True)


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}
