"""Which path template a project gives a node: ``placement:`` of dbt-docsmith.yml, or dbt-osmosis's rules. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from dbt_docsmith.types import Node

_KEYS = ("dbt-osmosis", "dbt_osmosis")


def placement_pattern(folder: str, root: str, patterns: str | Mapping[str, str] | None) -> str | None:
    """The pattern of ``placement:`` for a node in ``folder`` (from the project) below ``root`` (``models``).

    By folder, the deepest one wins; a folder is written from the project or from the root (``staging``), and
    ``.`` stands for all.
    """
    if patterns is None or isinstance(patterns, str):
        return patterns
    given = {posixpath.normpath(key.replace("\\", "/").strip("/")): pattern for key, pattern in patterns.items()}
    for whole in _upwards(folder):
        for key in (whole, posixpath.relpath(whole, root)):
            if key in given:
                return given[key]
    return None


def osmosis_rule(node: Node, project_vars: Mapping[str, Any]) -> str | None:
    """The path template dbt-osmosis would take for a model, seed or snapshot; None where it would lose the node.

    The node's own config first (``+dbt-osmosis`` of dbt_project.yml is part of it), then its meta, then
    ``vars: dbt-osmosis:`` by folder, then ``vars: dbt_osmosis_default_path``.
    """
    candidates = (
        *(source.get(key) for source in _own_sources(node) for key in _KEYS),
        _rule_by_folder(node, project_vars),
        project_vars.get("dbt_osmosis_default_path"),
    )
    return next((rule for rule in candidates if isinstance(rule, str) and rule), None)


def _own_sources(node: Node) -> Iterator[Mapping[str, Any]]:
    yield node.config
    meta = node.config.get("meta")
    if isinstance(meta, Mapping):
        yield meta
    yield node.meta


def _rule_by_folder(node: Node, project_vars: Mapping[str, Any]) -> object:
    settings = next((project_vars[key] for key in _KEYS if key in project_vars), None)
    if not isinstance(settings, Mapping):
        return None
    rules = settings.get("seeds" if node.resource_type == "seed" else "models")
    if not isinstance(rules, Mapping):
        return rules
    folders = node.fqn[1:-1]
    dotted = (".".join(folders[:depth]) for depth in range(len(folders), 0, -1))
    return next((rules[key] for key in dotted if isinstance(rules.get(key), str)), None)


def _upwards(folder: str) -> Iterator[str]:
    """``a/b/c``, ``a/b``, ``a``, ``.``"""
    while folder not in ("", "."):
        yield folder
        folder = posixpath.dirname(folder)
    yield "."
