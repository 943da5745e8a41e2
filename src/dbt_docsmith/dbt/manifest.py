"""manifest.json -> Manifest: every enabled resource of the project, typed, only the fields used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from dbt_docsmith.dbt.artifact import collector_paused, read_artifact
from dbt_docsmith.dbt.things.calls import with_calls
from dbt_docsmith.dbt.things.facts import thing_facts
from dbt_docsmith.dbt.wire import (
    WireColumn,
    WireColumnConfig,
    WireConstraint,
    WireMacro,
    WireManifest,
    WireMetadata,
    WireNode,
    WireResource,
    WireTest,
)
from dbt_docsmith.types import Column, GenericTest, Manifest, Node

KNOWN_VERSIONS = frozenset({"10", "11", "12", "20"})
CURE = "make it anew with `dbt parse`, or name another with --manifest"


def read_manifest(path: Path) -> Manifest:
    """Read a manifest of dbt Core (1.6 on), dbt Cloud or Fusion.

    ProjectError: there is no such file, or it is no manifest.
    """
    with collector_paused():
        return _manifest(read_artifact(path, WireManifest, kind="manifest", cure=CURE))


def is_known_version(manifest: Manifest) -> bool:
    """Whether this program was tried on manifests of that schema; others are read all the same."""
    number = re.search(r"v?(\d+)(?:\.\d+)*(?:\.json)?$", manifest.schema_version)
    return number is not None and number[1] in KNOWN_VERSIONS


def _manifest(wire: WireManifest) -> Manifest:
    metadata = wire.metadata or WireMetadata()
    base = metadata.base or metadata
    own = metadata.project_name or _first_package(wire)
    nodes = with_calls({uid: _node(uid, resource) for uid, resource in _resources(wire, own)})
    docs = {f"{doc.package_name}.{doc.name}": doc for doc in (wire.docs or {}).values()}
    macros = wire.macros or {}
    return Manifest(
        schema_version=metadata.dbt_schema_version or base.dbt_schema_version or "",
        project_name=own,
        adapter_type=metadata.adapter_type,
        generated_at=metadata.generated_at or base.generated_at,
        nodes=nodes,
        docs={name: doc.block_contents or "" for name, doc in docs.items()},
        doc_files={name: _posix(doc.original_file_path) for name, doc in docs.items()},
        disabled=frozenset(wire.disabled or ()),
        disabled_nodes=tuple(_disabled_nodes(wire, own)),
        selectors=wire.selectors or {},
        group_owners={group.name or "": _owner(group.owner) for group in (wire.groups or {}).values()},
        macros={unique_id: macro.macro_sql or "" for unique_id, macro in macros.items()},
        macro_files={unique_id: _posix(macro.original_file_path) for unique_id, macro in macros.items()},
    )


def _owner(owner: object) -> str:
    """A name alone: the address is nobody's evidence."""
    name = _mapping(owner).get("name")
    return name if isinstance(name, str) else ""


def _resources(wire: WireManifest, own: str) -> Iterator[tuple[str, WireResource]]:
    """Of macros those of the project itself: dbt alone brings hundreds."""
    yield from wire.nodes.items()
    for section in (
        wire.sources,
        wire.exposures,
        wire.metrics,
        wire.semantic_models,
        wire.saved_queries,
        wire.unit_tests,
        wire.functions,
    ):
        yield from (section or {}).items()
    macros = (wire.macros or {}).items()
    yield from ((unique_id, macro) for unique_id, macro in macros if unique_id.startswith(f"macro.{own}."))


def _disabled_nodes(wire: WireManifest, project_name: str) -> Iterator[Node]:
    """The project's own, for telling a disabled file from a new one. What cannot be read is not needed."""
    own = tuple(f"{kind}.{project_name}." for kind in _DISABLED_KINDS)
    for unique_id, raw in (wire.disabled or {}).items():
        if unique_id.startswith(own):
            with suppress(msgspec.DecodeError):
                yield from (_node(unique_id, node) for node in msgspec.json.decode(raw, type=list[WireNode]))


_DISABLED_KINDS = (*"model seed snapshot source analysis test exposure metric semantic_model".split(),)


def _first_package(wire: WireManifest) -> str:
    parts = (unique_id.split(".") for unique_id in wire.nodes)
    return next((node.package_name or part[1] for node, part in zip(wire.nodes.values(), parts, strict=True)), "")


def _node(unique_id: str, wire: WireResource) -> Node:
    if isinstance(wire, WireNode):
        return _warehouse_node(unique_id, wire)
    return Node(**_common(unique_id, wire), **thing_facts(wire))


def _common(unique_id: str, wire: WireResource) -> dict[str, Any]:
    kind, package, *rest = [*unique_id.split("."), ""]
    config = wire.config or {}
    return {
        "unique_id": unique_id,
        "name": wire.name or ".".join(rest).rstrip("."),
        "resource_type": wire.resource_type or kind,
        "package_name": wire.package_name or package,
        "fqn": tuple(wire.fqn or _fqn_of_macro(wire)),
        "original_file_path": _posix(wire.original_file_path),
        "properties_file": _properties_file(wire),
        "description": wire.description or "",
        "config": config,
        "tags": _tags(config.get("tags") if wire.tags is None else wire.tags),
        "meta": wire.meta or _mapping(config.get("meta")),
        "group": wire.group or config.get("group"),
        "version": _version(wire.version),
        "depends_on": tuple((wire.depends_on and wire.depends_on.nodes) or ()),
        "macros": tuple(_own_macros(wire, unique_id)),
    }


def _own_macros(wire: WireResource, unique_id: str) -> Iterator[str]:
    """The macros of its own package that a resource calls."""
    called = (wire.depends_on and wire.depends_on.macros) or ()
    own = f"macro.{wire.package_name or unique_id.split('.')[1]}."
    return (macro for macro in called if macro.startswith(own))


def _fqn_of_macro(wire: WireResource) -> tuple[str, ...]:
    """dbt gives macros no path of names, as it never selects one: the folders below the first, and the name."""
    if not isinstance(wire, WireMacro) or not wire.name:
        return ()
    return (wire.package_name or "", *_posix(wire.original_file_path).split("/")[1:-1], wire.name)


def _warehouse_node(unique_id: str, wire: WireNode) -> Node:
    config = wire.config or {}
    return Node(
        **_common(unique_id, wire),
        columns={key: _column(key, column) for key, column in (wire.columns or {}).items()},
        raw_code=_raw_code(wire),
        compiled_code=wire.compiled_code or wire.compiled_sql or None,
        language=wire.language or "sql",
        relation_name=wire.relation_name,
        database=wire.database,
        schema_name=wire.schema,
        identifier=wire.identifier or wire.alias,
        source_name=wire.source_name,
        source_description=wire.source_description or "",
        latest_version=_latest_version(wire),
        access=wire.access or config.get("access"),
        checksum=_checksum(wire),
        test=_generic_test(wire, wire.test_metadata) if wire.test_metadata else None,
        contract_enforced=_is_enforced(config.get("contract")) or _is_enforced(wire.contract),
    )


def _properties_file(wire: WireResource) -> str | None:
    """dbt names the file for what it patches; everything else is either defined in a properties file itself,
    or is SQL that has no entry in one."""
    if wire.patch_path:
        return _posix(wire.patch_path).split("://", 1)[-1]
    path = _posix(wire.original_file_path)
    return path if path.endswith((".yml", ".yaml")) else None


def _column(key: str, wire: WireColumn) -> Column:
    config = wire.config or _NO_CONFIG
    return Column(
        name=wire.name or key,
        description=wire.description or "",
        data_type=wire.data_type,
        quote=wire.quote,
        tags=_tags(wire.tags or config.tags),
        meta=wire.meta or config.meta or {},
        constraints=tuple(_constraint(constraint) for constraint in wire.constraints or ()),
    )


_NO_CONFIG = WireColumnConfig()


def _is_enforced(contract: object) -> bool:
    """dbt 1.5 began with a bare true or false."""
    return contract is True or bool(_mapping(contract).get("enforced"))


def _constraint(wire: WireConstraint | str) -> str:
    if isinstance(wire, str):
        return wire
    return f"{wire.type}: {wire.expression}" if wire.expression else wire.type or ""


def _generic_test(wire: WireNode, test: WireTest) -> GenericTest:
    arguments = {key: value for key, value in (test.kwargs or {}).items() if key not in ("model", "column_name")}
    return GenericTest(
        name=f"{test.namespace}.{test.name}" if test.namespace else test.name or "",
        attached_node=wire.attached_node or _tested_node(wire, test),
        column=_unquoted(wire.column_name or (test.kwargs or {}).get("column_name")),
        arguments=arguments,
    )


def _unquoted(column: str | None) -> str | None:
    """Tests of a column with ``quote: true`` name it in the warehouse's quotes."""
    return column.strip('"`[]') if isinstance(column, str) else None


def _raw_code(wire: WireNode) -> str:
    """Early Fusion keeps the code to itself, and says so in a comment."""
    code = wire.raw_code or wire.raw_sql or ""
    return "" if code == "--placeholder--" else code


_QUOTED_NAME = re.compile(r"""['"]([^'"]+)['"]""")


def _tested_node(wire: WireNode, test: WireTest) -> str | None:
    """A source's tests name no ``attached_node``; their ``model`` argument quotes the source and the table."""
    parents = (wire.depends_on and wire.depends_on.nodes) or []
    if len(parents) == 1:
        return parents[0]
    names = _QUOTED_NAME.findall(str((test.kwargs or {}).get("model", "")))
    tail = "." + ".".join(names)
    return next((parent for parent in parents if names and parent.endswith(tail)), None)


def _latest_version(wire: WireNode) -> str | None:
    """As ``version`` spells it where the two are the same number: 2 and 2.0 are one version to dbt."""
    same = wire.latest_version is not None and wire.version == wire.latest_version
    return _version(wire.version if same else wire.latest_version)


def _version(version: str | float | None) -> str | None:
    return None if version is None else str(version)


def _checksum(wire: WireNode) -> str | None:
    """A large seed's checksum is its path, and Fusion writes the digest alone."""
    if isinstance(wire.checksum, str):
        return wire.checksum or None
    if wire.checksum is None or wire.checksum.name != "sha256":
        return None
    return wire.checksum.checksum


def _tags(tags: object) -> tuple[str, ...]:
    if not tags:
        return ()
    if isinstance(tags, str):
        return (tags,)
    return tuple(str(tag) for tag in tags) if isinstance(tags, list) else ()


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _posix(path: str | None) -> str:
    return (path or "").replace("\\", "/")
