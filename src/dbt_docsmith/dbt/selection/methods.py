"""The selection methods: each turns a criterion into a question that is put to every node.

They follow dbt 1.11 to the letter, so that a selection means here what it means in ``dbt ls``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path, PurePath
from typing import Any

from msgspec import Struct

from dbt_docsmith.dbt.selection.config import config_matcher
from dbt_docsmith.dbt.selection.fqn import fqn_matcher
from dbt_docsmith.dbt.selection.glob import glob_matcher
from dbt_docsmith.dbt.selection.spec import Criterion
from dbt_docsmith.dbt.selection.state.comparison import STATES, Comparison
from dbt_docsmith.errors import UsageError
from dbt_docsmith.types import Node

Matches = Callable[[Node], bool]

# dbt keeps these outside the manifest's `nodes`, where some methods do not look.
APART = frozenset({"source", "exposure", "metric", "unit_test", "semantic_model", "saved_query", "function"})
RESOURCE_TYPES = frozenset(
    "model analysis test snapshot operation seed rpc sql_operation doc source macro exposure metric group"
    " saved_query semantic_model unit_test fixture function".split()
)


class Surroundings(Struct, frozen=True):
    """What a criterion may rest on besides the node: ``package:this``, the files there are, and an earlier state.

    ``compare`` gives the comparison with that state; None: nobody said where it is.
    """

    project_name: str
    project_dir: Path
    compare: Callable[[], Comparison] | None = None


def matcher(criterion: Criterion, surroundings: Surroundings) -> Matches:
    """The question a criterion asks of a node; its graph operators are not its business.

    UsageError: the value is one that dbt would refuse.
    """
    if criterion.method == "path":
        return _path(criterion, surroundings.project_dir)
    if criterion.method == "package":
        return _package(criterion, surroundings.project_name)
    if criterion.method == "state":
        return _state(criterion, surroundings.compare)
    return _METHODS[criterion.method](criterion)


def _text(criterion: Criterion) -> str:
    if not isinstance(criterion.value, str):
        raise UsageError(f"the selector {criterion.raw!r} needs a text as its value: put it in quotes")
    return criterion.value


def _one_of(criterion: Criterion, choices: Mapping[str, Any] | frozenset[str]) -> str:
    value = _text(criterion)
    if value not in choices:
        raise UsageError(
            f"{value!r} in the selector {criterion.raw!r} is no {criterion.method}:"
            f" it is one of {', '.join(sorted(choices))}"
        )
    return value


def _path(criterion: Criterion, project_dir: Path) -> Matches:
    """By the files that are there, as dbt does: a pattern that finds none selects nothing."""
    found = _glob_files(criterion, project_dir)

    @cache
    def in_found_folder(path: str) -> bool:
        folder = posixpath.dirname(path) or "."
        return folder in found or (folder != "." and in_found_folder(folder))

    def matches(node: Node) -> bool:
        path = node.original_file_path
        return path in found or node.properties_file in found or in_found_folder(path)

    return matches


def _glob_files(criterion: Criterion, project_dir: Path) -> set[str]:
    pattern = _text(criterion)
    if not PurePath(pattern).parts or PurePath(pattern).is_absolute():
        raise UsageError(f"the selector {criterion.raw!r} needs a path below the project's folder")
    try:
        return {path.relative_to(project_dir).as_posix() for path in project_dir.glob(pattern)}
    except ValueError as error:
        raise UsageError(f"the path in the selector {criterion.raw!r} is no pattern: {error}") from error


def _package(criterion: Criterion, project_name: str) -> Matches:
    name = _text(criterion)
    matches = glob_matcher(project_name if name == "this" and project_name else name)
    return lambda node: matches(node.package_name)


def _state(criterion: Criterion, compare: Callable[[], Comparison] | None) -> Matches:
    state = _one_of(criterion, frozenset(STATES))
    if compare is None:
        raise UsageError(
            f"the selector {criterion.raw!r} needs --state DIR (or DBT_STATE): the folder with the manifest.json"
            " to compare with"
        )
    comparison = compare()
    return lambda node: comparison.is_in(state, node.unique_id)


def _fqn(criterion: Criterion) -> Matches:
    return fqn_matcher(_text(criterion))


def _tag(criterion: Criterion) -> Matches:
    matches = glob_matcher(_text(criterion))
    return lambda node: node.resource_type != "semantic_model" and any(map(matches, node.tags))


def _group(criterion: Criterion) -> Matches:
    matches = glob_matcher(_text(criterion))

    def in_group(node: Node) -> bool:
        # A test's own group is that of its model, and does not count.
        group = node.config.get("group", node.group)
        groupable = node.resource_type not in APART or node.resource_type == "metric"
        return groupable and isinstance(group, str) and matches(group)

    return in_group


def _access(criterion: Criterion) -> Matches:
    return lambda node: node.resource_type == "model" and node.access == criterion.value


def _source(criterion: Criterion) -> Matches:
    parts = _text(criterion).split(".")
    if len(parts) > 3:
        raise UsageError(
            f"the selector {criterion.raw!r} has too many dots: it is source:NAME, source:NAME.TABLE"
            " or source:PACKAGE.NAME.TABLE"
        )
    full = {1: ["*", *parts, "*"], 2: ["*", *parts], 3: parts}[len(parts)]
    in_package, in_source, is_table = map(glob_matcher, full)

    def matches(node: Node) -> bool:
        return (
            node.resource_type == "source"
            and in_package(node.package_name)
            and in_source(node.source_name or "")
            and is_table(node.name)
        )

    return matches


def _named(criterion: Criterion) -> Matches:
    """``exposure:name``, ``exposure:package.name``, and the same of four other types."""
    kind = criterion.method
    parts = _text(criterion).split(".")
    if len(parts) > 2:
        raise UsageError(
            f"the selector {criterion.raw!r} has too many dots: it is {kind}:NAME or {kind}:PACKAGE.NAME"
        )
    in_package, is_named = map(glob_matcher, ["*", *parts][-2:])
    return lambda node: node.resource_type == kind and in_package(node.package_name) and is_named(node.name)


def _file(criterion: Criterion) -> Matches:
    matches = glob_matcher(_text(criterion))

    def in_file(node: Node) -> bool:
        file = node.original_file_path.rpartition("/")[2]
        return matches(file) or matches(file.rpartition(".")[0] or file)

    return in_file


def _resource_type(criterion: Criterion) -> Matches:
    wanted = _one_of(criterion, RESOURCE_TYPES)
    return lambda node: node.resource_type == wanted


def _test_name(criterion: Criterion) -> Matches:
    matches = glob_matcher(_text(criterion))

    def is_test(node: Node) -> bool:
        if node.resource_type == "unit_test":
            return matches(node.name)
        return node.test is not None and matches(node.test.name.rpartition(".")[2])

    return is_test


_TEST_TYPES: Mapping[str, Matches] = {
    "generic": lambda node: node.test is not None,
    "schema": lambda node: node.test is not None,
    "singular": lambda node: node.resource_type == "test" and node.test is None,
    "data": lambda node: node.resource_type == "test",
    "unit": lambda node: node.resource_type == "unit_test",
}


def _test_type(criterion: Criterion) -> Matches:
    return _TEST_TYPES[_one_of(criterion, _TEST_TYPES)]


_VERSIONS: Mapping[str, Matches] = {
    "latest": lambda node: node.version is not None and node.is_latest,
    "prerelease": lambda node: _is_older(node.latest_version, node.version),
    "old": lambda node: _is_older(node.version, node.latest_version),
    "none": lambda node: node.version is None,
}


def _version(criterion: Criterion) -> Matches:
    matches = _VERSIONS[_one_of(criterion, _VERSIONS)]
    return lambda node: node.resource_type == "model" and matches(node)


def _is_older(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    try:
        return float(one) < float(other)
    except ValueError:
        return one < other


def _config(criterion: Criterion) -> Matches:
    matches = config_matcher(criterion.arguments, criterion.value)
    return lambda node: (
        matches(node.config) and (node.resource_type not in APART or node.resource_type == "source")
    )


_METHODS: Mapping[str, Callable[[Criterion], Matches]] = {
    "access": _access,
    "config": _config,
    "exposure": _named,
    "file": _file,
    "fqn": _fqn,
    "group": _group,
    "metric": _named,
    "resource_type": _resource_type,
    "saved_query": _named,
    "semantic_model": _named,
    "source": _source,
    "tag": _tag,
    "test_name": _test_name,
    "test_type": _test_type,
    "unit_test": _named,
    "version": _version,
}
