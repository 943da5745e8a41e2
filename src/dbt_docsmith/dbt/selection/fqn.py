"""Matching a node by name: ``orders``, ``orders.v2``, ``marts.finance``, ``shop.marts.*``, ``stg_*``."""

from __future__ import annotations

from collections.abc import Callable

from dbt_docsmith.dbt.selection.glob import TextMatches, glob_matcher, has_wildcard
from dbt_docsmith.types import Node


def fqn_matcher(name: str) -> Callable[[Node], bool]:
    """Whether a node is called ``name``, or stands below the package and folders it spells."""
    leaf_matches = _leaf_matcher(name)
    path_matches = _path_matcher(name)

    def matches(node: Node) -> bool:
        fqn = node.fqn
        if node.resource_type == "source" or not fqn:
            return False
        versioned = node.resource_type == "model" and node.version is not None and len(fqn) > 1
        return leaf_matches(fqn, versioned) or path_matches(".".join(fqn)) or path_matches(".".join(fqn[1:]))

    return matches


def _leaf_matcher(name: str) -> Callable[[tuple[str, ...], bool], bool]:
    """A node's own name, wherever it stands; that of a versioned model also as ``orders.v2`` and ``orders_v2``."""
    with_version = "_".join(name.split(".")[-2:])
    is_pattern = has_wildcard(name) and "." not in name
    like = glob_matcher(name)

    def matches(fqn: tuple[str, ...], versioned: bool) -> bool:
        leaf = fqn[-2] if versioned else fqn[-1]
        if leaf == name or (is_pattern and like(leaf)):
            return True
        return versioned and "_".join(fqn[-2:]) == with_version

    return matches


def _path_matcher(name: str) -> TextMatches:
    """The whole path or its beginning; from the first part with a wildcard on, all the rest must match."""
    parts = name.split(".")
    fixed = next((index for index, part in enumerate(parts) if has_wildcard(part)), None)
    if fixed is None:
        beginning = f"{name}."
        return lambda path: f"{path}.".startswith(beginning)
    beginning = "".join(f"{part}." for part in parts[:fixed])
    rest = glob_matcher(".".join(parts[fixed:]))
    dots = len(parts) - 1
    return lambda path: path.startswith(beginning) and path.count(".") >= dots and rest(path[len(beginning) :])
