"""Which files of a project say something else than its manifest does.

By content, not by time: a checkout, a copy or a downloaded manifest makes times meaningless, and descriptions
that were written since do not make a manifest stale. Only dbt_project.yml, of which the manifest keeps nothing,
is judged by its time.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from dbt_docsmith.dbt.freshness.code import (
    is_docs_file_changed,
    is_macro_file_changed,
    is_node_file_changed,
    is_snapshot_file_changed,
)
from dbt_docsmith.dbt.freshness.properties import changed_properties
from dbt_docsmith.dbt.project import PROJECT_FILE, Project
from dbt_docsmith.dbt.project_files import ProjectFiles
from dbt_docsmith.types import Manifest, Node, WrittenEntry

T = TypeVar("T")

CLOCK_SLACK = 1.0
FROM_A_FILE = frozenset(
    "model seed snapshot analysis function source exposure metric semantic_model saved_query test".split()
)


def changed_since(
    manifest: Manifest,
    project: Project,
    files: ProjectFiles,
    written: Sequence[WrittenEntry],
    manifest_mtime: float,
    broken: Iterable[str] = (),
) -> tuple[str, ...]:
    """The project's files in which the manifest is out of date, sorted; empty where it is good.

    ``written`` was read from ``files.properties`` except the ``broken`` ones, which count as unchanged: dbt
    could not read them either. ``manifest_mtime`` is in seconds, as ``stat`` gives it.
    """
    package = manifest.project_name or project.name
    own = _OwnFiles(manifest, package)
    readable = set(files.properties) - set(broken)
    changed = {
        *_changed_code(own, files, lambda name: _read(project.root / name)),
        *changed_properties(manifest, package, readable, written),
        *(name for name in own.names() if not (project.root / name).is_file()),
    }
    if (project.root / PROJECT_FILE).stat().st_mtime > manifest_mtime + CLOCK_SLACK:
        changed.add(PROJECT_FILE)
    return tuple(sorted(changed.difference(broken)))


class _OwnFiles:
    """What a manifest has from each file of the project's own package."""

    def __init__(self, manifest: Manifest, package: str) -> None:
        own = [node for node in manifest.nodes.values() if node.package_name == package]
        self._enabled = [node for node in own if node.resource_type in FROM_A_FILE]
        self.nodes = _by_file(
            (node.original_file_path, node) for node in (*self._enabled, *manifest.disabled_nodes)
        )
        self.macros = _by_file(
            (file, manifest.macros.get(unique_id, ""))
            for unique_id, file in manifest.macro_files.items()
            if unique_id.startswith(f"macro.{package}.")
        )
        self.docs = _by_file(
            (file, (name.removeprefix(f"{package}."), manifest.docs.get(name, "")))
            for name, file in manifest.doc_files.items()
            if name.startswith(f"{package}.")
        )

    def names(self) -> set[str]:
        """Every file the manifest was made from, as far as it is known; disabled nodes' may be gone."""
        enabled = {
            posixpath.normpath(node.original_file_path) for node in self._enabled if node.original_file_path
        }
        return enabled | self.macros.keys() | self.docs.keys()


def _changed_code(own: _OwnFiles, files: ProjectFiles, read: Callable[[str], str | None]) -> Iterator[str]:
    """Files dbt could not read either count as unchanged: their own trouble is told elsewhere."""
    functions = (name for name in files.functions if name in own.nodes)
    for name in (*files.models, *files.analyses, *files.tests, *files.seeds, *functions):
        if _is_node_file_changed(own.nodes.get(name, ()), name, read):
            yield name
    for name in files.snapshots:
        if (text := read(name)) is not None and is_snapshot_file_changed(text, own.nodes.get(name, ())):
            yield name
    for name in files.macros if own.macros else ():
        if (text := read(name)) is not None and is_macro_file_changed(text, own.macros.get(name, ())):
            yield name
    for name in files.docs:
        if (text := read(name)) is not None and is_docs_file_changed(text, dict(own.docs.get(name, ()))):
            yield name


def _is_node_file_changed(nodes: Sequence[Node], name: str, read: Callable[[str], str | None]) -> bool:
    """Every such file makes a node, even an empty one; of a large seed the manifest has the path alone."""
    if not nodes:
        return True
    if not any(node.checksum or node.raw_code for node in nodes):
        return False
    text = read(name)
    return text is not None and is_node_file_changed(text, nodes)


def _read(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _by_file(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for file, thing in pairs:
        if file:
            found.setdefault(posixpath.normpath(file), []).append(thing)
    return found
