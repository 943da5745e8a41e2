"""Whether the properties files declare what the manifest says they do. Pure.

Descriptions do not count, nor do entries and columns that hold little else: the texts on disk are read anyway,
and a manifest must stay good for the run after the one that wrote them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec import Struct

from dbt_docsmith.dbt.freshness.declared import (
    DeclaredTest,
    declared_config,
    declared_meta,
    declared_tags,
    declared_tests,
    has_jinja,
    made_test,
    spelled,
)
from dbt_docsmith.types import Column, Manifest, Node, WrittenColumn, WrittenEntry

SECTIONS = {
    "model": "models",
    "seed": "seeds",
    "snapshot": "snapshots",
    "analysis": "analyses",
    "source": "sources",
    "exposure": "exposures",
    "metric": "metrics",
    "semantic_model": "semantic_models",
}
MADE_BY_THEIR_ENTRY = frozenset({"sources", "exposures", "metrics", "semantic_models"})
MADE_ELSEWHERE_TOO = frozenset({"metrics", "semantic_models"})
"""Sections whose things a measure or a model can make as well."""
TEXT_KEYS = frozenset({"description", "data_type", "quote"})

Key = tuple[str, str | None, str]


class Declaration(Struct, frozen=True):
    """One node's entry, and those of its versions."""

    entry: WrittenEntry
    versions: Mapping[str, WrittenEntry]

    def columns_of(self, node: Node, siblings: Sequence[Node]) -> dict[str, WrittenColumn]:
        """The columns declared for a node, by lower-case name. A version may leave out a shared column: which ones
        it leaves out is read off the manifest, where its siblings have them and it has not."""
        own = self.versions.get(node.version or "")
        shared = {column.name.lower(): column for column in self.entry.columns.values()}
        if own is None or not own.own_columns:
            return shared
        left_out = {name.lower() for sibling in siblings for name in sibling.columns}
        left_out -= {name.lower() for name in node.columns}
        kept = {name: column for name, column in shared.items() if name not in left_out}
        return kept | {column.name.lower(): column for column in own.columns.values()}

    def tests_of(self, node: Node, columns: Mapping[str, WrittenColumn]) -> set[DeclaredTest]:
        """All tests declared for a node. Those of a version stand for those of its model."""
        own = self.versions.get(node.version or "")
        of_the_node = (own and set(declared_tests(own))) or set(declared_tests(self.entry))
        return of_the_node.union(*(declared_tests(column, name) for name, column in columns.items()))

    def configures_a_version(self, node: Node) -> bool:
        """Whether the node's version has settings of its own, which are laid over those of the entry."""
        own = self.versions.get(node.version or "")
        return own is not None and bool(declared_config(own))


def changed_properties(
    manifest: Manifest, package: str, files: AbstractSet[str], written: Sequence[WrittenEntry]
) -> Iterator[str]:
    """The properties files that declare other nodes, columns, tests or settings than the manifest has.

    ``files`` are the ones that ``written`` was read from; nothing is known of any other.
    """
    known = _Known(manifest, package)
    declared = _declarations(written, known)
    for key, declaration in declared.items():
        nodes = known.nodes.get(key, ())
        if known.differ(nodes, declaration) if nodes else _is_new(key, declaration.entry, known):
            yield declaration.entry.file
    for key, nodes in known.nodes.items():
        if key not in declared and key[0] not in MADE_ELSEWHERE_TOO:
            yield from files & {node.properties_file for node in nodes if node.properties_file}


def _is_new(key: Key, entry: WrittenEntry, known: _Known) -> bool:
    """Whether an entry makes a node. One for a model that has no file makes none: dbt only warns of it."""
    if key in known.elsewhere or any(has_jinja(word or "") for word in key):
        return False
    return entry.section in MADE_BY_THEIR_ENTRY or (
        entry.section == "snapshots" and "strategy" in declared_config(entry)
    )


def _declarations(written: Sequence[WrittenEntry], known: _Known) -> dict[Key, Declaration]:
    entries: dict[Key, list[WrittenEntry]] = {}
    for entry in written:
        if entry.section in SECTIONS.values():
            entries.setdefault((entry.section, entry.source_name, entry.name), []).append(entry)
    return {key: _declaration(found, known.files_of(key)) for key, found in entries.items()}


def _declaration(entries: Sequence[WrittenEntry], files: Collection[str | None]) -> Declaration:
    """Of several entries of one name the one that the manifest was made from."""
    whole = [entry for entry in entries if entry.version is None]
    entry = next((entry for entry in whole if entry.file in files), whole[-1])
    versions = {
        other.version: other for other in entries if other.version is not None and other.file == entry.file
    }
    return Declaration(entry, versions)


class _Known:
    """The project's own nodes of a manifest, by what an entry calls them, and the tests of each.

    ``elsewhere`` are disabled nodes and those of packages: an entry can be theirs too.
    """

    def __init__(self, manifest: Manifest, package: str) -> None:
        self.nodes: dict[Key, list[Node]] = {}
        self.elsewhere = {_key(node) for node in manifest.disabled_nodes}
        self._enabled_tests: dict[str | None, set[DeclaredTest]] = {}
        self._disabled_tests: dict[str | None, set[DeclaredTest]] = {}
        for node in manifest.nodes.values():
            if node.package_name == package:
                self._add(node, self._enabled_tests)
            else:
                self.elsewhere.add(_key(node))
        for node in manifest.disabled_nodes:
            _add_test(node, self._disabled_tests)

    def _add(self, node: Node, tests: dict[str | None, set[DeclaredTest]]) -> None:
        if node.resource_type in SECTIONS:
            self.nodes.setdefault(_key(node), []).append(node)
        _add_test(node, tests)

    def files_of(self, key: Key) -> set[str | None]:
        return {node.properties_file for node in self.nodes.get(key, ())}

    def differ(self, nodes: Sequence[Node], declaration: Declaration) -> bool:
        """Whether any version of a node, or the only one, is not what its entry declares."""
        return any(self._differs(node, nodes, declaration) for node in nodes)

    def _differs(self, node: Node, siblings: Sequence[Node], declaration: Declaration) -> bool:
        columns = declaration.columns_of(node, siblings)
        return (
            (node.version is not None and node.version not in declaration.versions)
            or _columns_differ(node, columns)
            or _settings_differ(node, declaration)
            or self._tests_differ(node, declaration.tests_of(node, columns))
        )

    def _tests_differ(self, node: Node, declared: set[DeclaredTest]) -> bool:
        enabled = self._enabled_tests.get(node.unique_id, set())
        made = enabled | self._disabled(node.unique_id)
        is_new = any(not any(test.may_be(one) for one in made) for test in declared)
        return is_new or any(not any(test.may_be(one) for test in declared) for one in enabled)

    def _disabled(self, unique_id: str) -> set[DeclaredTest]:
        """dbt does not say what the disabled test of a source belongs to: it may be any node's."""
        return self._disabled_tests.get(unique_id, set()) | self._disabled_tests.get(None, set())


def _add_test(node: Node, tests: dict[str | None, set[DeclaredTest]]) -> None:
    if node.test is not None:
        tests.setdefault(node.test.attached_node, set()).add(made_test(node.test))


def _key(node: Node) -> Key:
    return SECTIONS.get(node.resource_type, node.resource_type), node.source_name, node.name


def _columns_differ(node: Node, declared: Mapping[str, WrittenColumn]) -> bool:
    made = {name.lower(): column for name, column in node.columns.items()}
    if not made.keys() <= declared.keys():
        return True
    return any(_column_differs(made.get(name), column) for name, column in declared.items())


def _column_differs(made: Column | None, declared: WrittenColumn) -> bool:
    if made is None:
        return not TEXT_KEYS.issuperset(declared.keys)
    if bool(made.constraints) != ("constraints" in declared.keys):
        return True
    if not declared.more and not {"tags", "meta", "config"}.isdisjoint(declared.keys):
        return False
    tags, meta = declared_tags(declared), declared_meta(declared)
    if has_jinja(spelled([*tags, meta])):
        return False
    return tags != set(made.tags) or spelled(meta) != spelled(made.meta)


def _settings_differ(node: Node, declaration: Declaration) -> bool:
    """Tags, meta and plain settings of the entry. What the SQL sets too is left alone, for there it wins."""
    if declaration.configures_a_version(node):
        return False
    entry = declaration.entry
    settings = {
        key: value
        for key, value in declared_config(entry).items()
        if _is_plain(value) and _is_plain(node.config.get(key, ())) and key not in node.raw_code
    }
    meta = {} if "meta" in node.raw_code else declared_meta(entry)
    tags = dict.fromkeys(declared_tags(entry))
    return (
        _lacks(node.config, settings)
        or _lacks(node.meta, meta)
        or _lacks(dict.fromkeys(node.tags), tags)
        or _contract_differs(node, declared_config(entry).get("contract"))
    )


def _contract_differs(node: Node, declared: Any) -> bool:
    if not isinstance(declared, dict) or "contract" in node.raw_code:
        return False
    return declared.get("enforced", node.contract_enforced) is not node.contract_enforced


def _is_plain(value: Any) -> bool:
    """dbt keeps hooks, tags and the like in shapes of its own."""
    return value is None or isinstance(value, str | int | float)


def _lacks(made: Mapping[str, Any], declared: Mapping[str, Any]) -> bool:
    """Whether some declared value is not in the manifest. What Jinja makes of a value is not known."""
    plain = {key: value for key, value in declared.items() if not has_jinja(spelled([key, value]))}
    return any(key not in made or spelled(made[key]) != spelled(value) for key, value in plain.items())
