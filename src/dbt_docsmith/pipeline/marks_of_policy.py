"""Which nodes and columns `policy.never_send` of dbt-docsmith.yml marks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from dbt_docsmith.config_sections import NeverSendSection
from dbt_docsmith.types import Node


def is_set(section: NeverSendSection) -> bool:
    """Whether it marks anything."""
    return bool(section.tags or section.meta or section.paths)


def is_marked_node(section: NeverSendSection, node: Node) -> bool:
    """Whether a node stands below one of its paths, or has one of its tags or meta keys."""
    below = any(_is_below(node.original_file_path, each) for each in section.paths)
    return below or is_marked(section, node.tags, node.meta)


def is_marked(section: NeverSendSection, tags: Sequence[str], meta: Mapping[str, Any]) -> bool:
    """Whether one of its tags or meta keys is there."""
    return not set(tags).isdisjoint(section.tags) or any(_has(meta, wanted) for wanted in section.meta)


def _is_below(path: str, wanted: str) -> bool:
    """``models/staging``, ``models/staging/*.sql`` or the file itself."""
    return path.startswith(wanted.rstrip("/") + "/") or fnmatchcase(path, wanted)


def _has(meta: Mapping[str, Any], wanted: str) -> bool:
    """``pii``: the key is there and not false; ``class=secret``: it has that value."""
    key, equals, value = wanted.partition("=")
    found = meta.get(key.strip())
    return str(found).lower() == value.strip().lower() if equals else found not in (None, False)
