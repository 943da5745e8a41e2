"""Which properties file takes a node: decided before any request is paid for. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct

from dbt_docsmith.describable import MADE_BY_ENTRY, SECTIONS
from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.ground import Ground
from dbt_docsmith.properties.habits import Habits, Sighting
from dbt_docsmith.properties.path_templates import fill_in, folder_name, folder_of, resolve
from dbt_docsmith.properties.routing import osmosis_rule, placement_pattern
from dbt_docsmith.types import Failure, Node, WrittenEntry

PlacementReason = Literal[
    "entry", "placement", "routing rule", "manifest", "folder habit", "project habit", "default"
]


class PlacementSettings(Struct, frozen=True, kw_only=True):
    """What placement needs to know of the project. Paths are POSIX and relative to it.

    ``patterns`` is ``placement:`` of dbt-docsmith.yml; ``vars`` the project's variables, where dbt-osmosis has
    rules too. ``source_paths`` are all folders dbt reads; ``foreign_folders`` hold other people's files.
    ``properties_files`` are the ones that were read, ``existing_files`` all files in the source folders.
    """

    project_name: str
    patterns: str | Mapping[str, str] | None = None
    vars: Mapping[str, Any] = {}
    model_paths: tuple[str, ...] = ("models",)
    source_paths: tuple[str, ...] = ("models", "seeds", "snapshots", "analyses", "macros", "tests", "functions")
    foreign_folders: tuple[str, ...] = ("dbt_packages", "dbt_modules", "target")
    properties_files: frozenset[str] = frozenset()
    existing_files: frozenset[str] = frozenset()


class PlacementPlan(Struct, frozen=True, kw_only=True):
    """The file of each node that has one, why it is that one, and the nodes that cannot be written."""

    files: Mapping[str, str]
    reasons: Mapping[str, PlacementReason]
    failures: tuple[Failure, ...] = ()


def plan_placement(
    nodes: Sequence[Node],
    entries: Sequence[WrittenEntry],
    settings: PlacementSettings,
    neighbours: Sequence[Node] = (),
) -> PlacementPlan:
    """The properties file of each of ``nodes``: where its entry stands, else where a new one is to stand.

    Habits are read off ``nodes`` and ``neighbours`` that have entries: hand in the project's other nodes there.
    """
    planner = _Planner([*nodes, *neighbours], entries, settings)
    files: dict[str, str] = {}
    reasons: dict[str, PlacementReason] = {}
    failures: list[Failure] = []
    for node in sorted(nodes, key=lambda node: node.unique_id):
        try:
            files[node.unique_id], reasons[node.unique_id] = planner.place(node)
        except WriteError as error:
            failures.append(_failure(node, error))
    return PlacementPlan(files=files, reasons=reasons, failures=tuple(failures))


class _Planner:
    def __init__(
        self, nodes: Sequence[Node], entries: Sequence[WrittenEntry], settings: PlacementSettings
    ) -> None:
        self._settings = settings
        self._written = _files_by_entry(entries)
        self._ground = Ground(
            source_paths=(*settings.source_paths, *settings.model_paths),
            foreign_folders=settings.foreign_folders,
            properties_files=settings.properties_files | {entry.file for entry in entries},
            existing_files=settings.existing_files,
        )
        self._nodes = {node.unique_id: node for node in nodes}

    def place(self, node: Node) -> tuple[str, PlacementReason]:
        """The node's file and the reason for it. Raises WriteError where there is none."""
        if node.package_name != self._settings.project_name:
            raise WriteError(f"it belongs to the package {node.package_name}, whose files are not this project's")
        if node.resource_type not in SECTIONS:
            raise WriteError(f"no entry can be made for a {node.resource_type}")
        written = self._entry_file(node)
        if written is not None:
            return written, "entry"
        if SECTIONS[node.resource_type] in MADE_BY_ENTRY:
            raise WriteError(f"no properties file has an entry for {node.reference}: the manifest is out of date")
        path, reason = self._new_path(node)
        return self._ground.settle(path), reason

    def _entry_file(self, node: Node) -> str | None:
        """Where the entry stands; dbt's own word decides between two, and names a file that cannot be read."""
        known = node.properties_file
        files = self._written.get(_key(node), ())
        if known in files:
            return known
        if len(files) > 1:
            raise WriteError(f"{files[0]} and {files[1]} both have an entry for it, which dbt refuses: remove one")
        if files:
            return files[0]
        if known is not None and self._ground.is_unreadable(known):
            raise WriteError(f"{known}, where dbt found its entry, cannot be read as a properties file")
        return None

    def _new_path(self, node: Node) -> tuple[str, PlacementReason]:
        """Where a new entry is to stand: as somebody ruled, else as the project is used to."""
        folder = folder_of(node.original_file_path)
        ruled = self._ruled_path(node, folder)
        if ruled is not None:
            return ruled
        if node.properties_file in self._ground.properties_files:
            return node.properties_file, "manifest"
        habits = self._habits[node.resource_type]
        usual = habits.file_for(node.name, folder)
        if usual is not None:
            return usual, "folder habit" if habits.is_known_in(folder) else "project habit"
        if node.resource_type == "macro" and (only := self._ground.only_properties_file(folder)):
            return only, "folder habit"
        section = SECTIONS[node.resource_type]
        stem = f"_{section}" if folder_name(node) == "macros" else f"_{folder_name(node)}__{section}"
        return f"{folder}/{stem}{self._ground.extension}", "default"

    def _ruled_path(self, node: Node, folder: str) -> tuple[str, PlacementReason] | None:
        settings = self._settings
        root = self._ground.root_of(node.original_file_path)
        pattern = placement_pattern(folder, root, settings.patterns)
        if pattern is not None:
            filled = fill_in(pattern, node)
            return resolve(filled, beside=folder, root=root, extension=self._ground.extension), "placement"
        rule = osmosis_rule(node, settings.vars) if node.resource_type != "macro" else None
        if rule is not None:
            return resolve(fill_in(rule, node), beside=folder, root=settings.model_paths[0]), "routing rule"
        return None

    @cached_property
    def _habits(self) -> Mapping[str, Habits]:
        """By resource type. Measured when the first node needs them: a project without gaps never does."""
        sightings: dict[str, list[Sighting]] = {kind: [] for kind in SECTIONS}
        for node in self._nodes.values():
            if node.package_name == self._settings.project_name and node.resource_type in SECTIONS:
                folder = folder_of(node.original_file_path)
                files = self._written.get(_key(node), ())
                sightings[node.resource_type] += [Sighting(node.name, folder, file) for file in files]
        return {kind: Habits(seen, self._ground.is_read_by_dbt) for kind, seen in sightings.items()}


_Key = tuple[str | None, str | None, str]


def _key(node: Node) -> _Key:
    return SECTIONS.get(node.resource_type), node.source_name, node.name


def _files_by_entry(entries: Sequence[WrittenEntry]) -> Mapping[_Key, Sequence[str]]:
    """The files that describe each node, each once; a version's item stands beside the entry it belongs to."""
    files: dict[_Key, dict[str, None]] = defaultdict(dict)
    for entry in entries:
        files[entry.section, entry.source_name, entry.name][entry.file] = None
    return {key: tuple(found) for key, found in files.items()}


def _failure(node: Node, error: WriteError) -> Failure:
    return Failure(unique_id=node.unique_id, column=None, error=type(error).__name__, message=str(error))
