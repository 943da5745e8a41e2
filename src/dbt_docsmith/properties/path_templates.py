"""Path templates as dbt-osmosis writes them: ``_{model}.yml``, ``/{node.config[materialized]}/{parent}``. Pure.

The braces are looked up in plain data, never with ``getattr``: ``{node.__class__}`` names nothing here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from dbt_docsmith.describable import SECTIONS
from dbt_docsmith.errors import WriteError
from dbt_docsmith.nearest import did_you_mean
from dbt_docsmith.types import Node

_NAMES = ("model", "parent", "folder", "schema", "section", "node")
_KNOWN = ", ".join(f"{{{name}}}" for name in _NAMES[:-1]) + " and {node.<key>}"
_FIELD = re.compile(r"(?P<name>\w+)(?P<steps>(?:\.\w+|\[[^\[\]]+\])*)")
_STEP = re.compile(r"\.(\w+)|\[([^\[\]]+)\]")
_INDEX = re.compile(r"-?\d+")
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')


def fill_in(template: str, node: Node) -> str:
    """The template with its braces filled from the node. WriteError where one names nothing of this node."""
    names = _names(node)
    return "".join(
        literal + _value(field, spec, conversion, names, template)
        for literal, field, spec, conversion in _parse(template)
    )


def check_names(template: str) -> None:
    """Raises WriteError for braces that name nothing of any node: a slip, known before anything is done."""
    for _literal, field, _spec, _conversion in _parse(template):
        if field is not None:
            parsed = _FIELD.fullmatch(field)
            if parsed is None or parsed["name"] not in _NAMES:
                raise WriteError(
                    f"'{{{field}}}' in the path template '{template}' names nothing"
                    f"{did_you_mean(field, _NAMES)}; it may use {_KNOWN}"
                )


def resolve(rendered: str, *, beside: str, root: str, extension: str = ".yml") -> str:
    """Where a filled-in template points: from ``root`` with a slash in front, else from ``beside``.

    ``extension`` is given to a bare name. The path is relative to the project; it may still lead out of it.
    """
    rendered = rendered.replace("\\", "/")
    if not rendered.strip("/") or rendered.endswith(("/", "/.", "/..")):
        raise WriteError(f"the path '{rendered}' names a folder, not a properties file")
    if _NOT_IN_A_NAME.search(rendered):
        raise WriteError(f"the path {rendered!r} holds a character that not every file system takes")
    base, rest = (root, rendered[1:]) if rendered.startswith("/") else (beside, rendered)
    if not rest.lower().endswith((".yml", ".yaml")):
        rest += extension
    return posixpath.normpath(posixpath.join(base, rest))


def folder_of(path: str) -> str:
    """The folder a POSIX path stands in, ``.`` where it has none."""
    return posixpath.dirname(path) or "."


def folder_name(node: Node) -> str:
    """The name of the folder the node's file stands in; the package's where it stands in none."""
    return posixpath.basename(posixpath.dirname(node.original_file_path)) or node.package_name


def _parse(template: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(template))
    except ValueError as error:
        raise WriteError(f"the path template '{template}' is not readable: {error}") from error


def _names(node: Node) -> Mapping[str, Any]:
    folder = folder_name(node)
    return {
        "model": node.name,
        "parent": folder,
        "folder": folder,
        "schema": node.schema_name,
        "section": SECTIONS.get(node.resource_type),
        "node": {
            "name": node.name,
            "alias": node.identifier or node.config.get("alias") or node.name,
            "unique_id": node.unique_id,
            "resource_type": node.resource_type,
            "package_name": node.package_name,
            "language": node.language,
            "database": node.database,
            "schema": node.schema_name,
            "fqn": node.fqn,
            "tags": node.tags,
            "config": node.config,
            "meta": node.meta,
            "group": node.group,
            "access": node.access,
            "version": node.version,
        },
    }


def _value(
    field: str | None, spec: str | None, conversion: str | None, names: Mapping[str, Any], template: str
) -> str:
    if field is None:
        return ""
    shown = f"'{{{field}}}' in the path template '{template}'"
    if spec or conversion:
        raise WriteError(f"{shown} has a format or conversion; a path template takes names only")
    parsed = _FIELD.fullmatch(field)
    value = _look_up(names, parsed["name"], parsed["steps"]) if parsed else None
    if isinstance(value, (str, int, float)) and value != "":
        return str(value)
    raise WriteError(f"{shown} says nothing of this node; it may use {_KNOWN}")


def _look_up(names: Mapping[str, Any], name: str, steps: str) -> object:
    value: object = names.get(name)
    for attribute, item in _STEP.findall(steps):
        value = _step(value, attribute or item)
    return value


def _step(value: object, key: str) -> object:
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, (list, tuple)) and _INDEX.fullmatch(key) and -len(value) <= int(key) < len(value):
        return value[int(key)]
    return None
