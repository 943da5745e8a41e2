"""What is there: project, manifest, catalog, properties files, and whether the manifest is up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.catalog import read_catalog
from dbt_docsmith.dbt.columns import KnownColumns, known_columns
from dbt_docsmith.dbt.doc_blocks import with_blocks_on_disk
from dbt_docsmith.dbt.lineage.reader import LineageReader
from dbt_docsmith.dbt.lineage.store import LineageStore
from dbt_docsmith.dbt.manifest import is_known_version
from dbt_docsmith.dbt.project import Project, manifest_path
from dbt_docsmith.dbt.project_files import ProjectFiles, list_files, seed_header
from dbt_docsmith.dbt.sql.macros import search_orders
from dbt_docsmith.dbt.things.evidence import macro_text
from dbt_docsmith.dbt.things.parts import known_parts, part_lineage
from dbt_docsmith.dbt.written import Entries, NodeOnDisk
from dbt_docsmith.describable import THINGS
from dbt_docsmith.errors import WriteError
from dbt_docsmith.pipeline.current_manifest import Say, current_manifest
from dbt_docsmith.pipeline.texts import text_from_manifest
from dbt_docsmith.properties.doc_blocks import DocBlock, read_doc_blocks
from dbt_docsmith.properties.read import is_placeholder, read_entries
from dbt_docsmith.types import Catalog, ColumnRef, Manifest, Node, NodeLineage, WrittenEntry


class OpenProject:
    """A project as a run sees it: the manifest with the texts on disk laid over it.

    ``broken`` holds the properties files that cannot be read, with the reason; ``doc_blocks`` the blocks of each
    Markdown file that dbt can read.
    """

    def __init__(
        self,
        config: Config,
        project: Project,
        files: ProjectFiles,
        manifest: Manifest,
        catalog: Catalog,
        entries: Sequence[WrittenEntry],
        broken: Mapping[str, WriteError],
        doc_blocks: Mapping[str, Sequence[DocBlock]],
        lineage_store: LineageStore | None,
        warn: Say,
    ) -> None:
        self.project = project
        self.files = files
        self.manifest = manifest
        self.entries = entries
        self.broken = broken
        self.doc_blocks = doc_blocks
        self.catalog = catalog
        self.headers = _headers(project, manifest, catalog)
        known = {uid: tuple(columns) for uid, columns in catalog.columns.items()}
        self._lineage = LineageReader(
            manifest,
            {**self.headers, **known},
            project_vars=project.vars,
            search_orders=search_orders(project.raw.get("dispatch")),
            store=lineage_store,
            warn=warn,
        )
        self.lineage_of = cache(self._lineage_of)
        self._lineage_store = lineage_store
        self._case = config.case
        self._entries = Entries(manifest, entries, is_placeholder)
        self._on_disk: dict[str, NodeOnDisk] = {}
        self._known: dict[str, KnownColumns] = {}

    def on_disk(self, unique_id: str) -> NodeOnDisk:
        """What is written of a node: in its properties file, or, of an installed package's, in the manifest."""
        if unique_id not in self._on_disk:
            node = self.manifest.nodes.get(unique_id)
            if node is None:
                return NodeOnDisk()
            own = node.package_name == self.manifest.project_name
            found = self._entries.of(node) if own else text_from_manifest(self.manifest, unique_id)
            self._on_disk[unique_id] = _without_skipped(node, found)
        return self._on_disk[unique_id]

    def on_disk_text(self, column: ColumnRef) -> str:
        """What a column's properties file says of it, "" where it says nothing."""
        text = self.on_disk(column.unique_id).column_text(column.column)
        return text.text if text else ""

    def sql_of(self, node: Node) -> str:
        """A node's SQL with ``ref`` and ``source`` names, or a macro's own text; "" where there is none."""
        if node.resource_type == "macro":
            return macro_text(node, self.manifest.nodes)
        return self._lineage.sql_of(node.unique_id).display

    def _lineage_of(self, unique_id: str) -> NodeLineage:
        node = self.manifest.nodes.get(unique_id)
        if node is not None and node.resource_type in THINGS:
            return part_lineage(node, self.manifest.nodes)
        return self._lineage.columns_of(unique_id)

    def close(self) -> None:
        """Keep the lineage that was read, where anything is to be kept."""
        if self._lineage_store is not None:
            self._lineage_store.close()

    def known(self, node: Node) -> KnownColumns:
        """Which columns a node has."""
        if node.unique_id not in self._known:
            found = self._known_columns(node)
            skipped = skipped_columns(node)
            columns = tuple(column for column in found.columns if column.name.lower() not in skipped)
            self._known[node.unique_id] = KnownColumns(columns=columns, unconfirmed=found.unconfirmed)
        return self._known[node.unique_id]

    def _known_columns(self, node: Node) -> KnownColumns:
        on_disk = self.on_disk(node.unique_id)
        if node.resource_type in THINGS:
            return known_parts(node, on_disk)
        return known_columns(
            node,
            on_disk,
            catalog=self.catalog,
            lineage=self.lineage_of(node.unique_id),
            header=self.headers.get(node.unique_id, ()),
            adapter_type=self.manifest.adapter_type,
            case=self._case,
        )


def open_project(
    config: Config, project: Project, say: Say, warn: Say, make: Callable[..., OpenProject] = OpenProject
) -> OpenProject:
    """Read everything a run needs. Raises ProjectError in one line with file and cure.

    ``make`` is called as OpenProject is: it may see more than the files say.
    """
    files = list_files(project)
    entries, broken = _read_properties(project.root, files.properties)
    manifest = current_manifest(config, project, files, entries, broken, say, warn)
    blocks = _read_doc_blocks(project.root, files.docs)
    manifest = with_blocks_on_disk(
        manifest, {file: {block.name: block.text for block in found} for file, found in blocks.items()}
    )
    described = {node.properties_file for node in manifest.nodes.values()}
    for file in broken.keys() - described:
        warn(f"{broken[file]}; dbt cannot read it either")
    if not is_known_version(manifest):
        warn(f"the manifest's schema {manifest.schema_version or '(none)'} is not one this version was tried on")
    catalog = _catalog(config, project)
    store = LineageStore(config.cache_dir / "lineage.db") if config.use_cache else None
    return make(config, project, files, manifest, catalog, entries, broken, blocks, store, warn)


def _read_properties(root: Path, files: Sequence[str]) -> tuple[tuple[WrittenEntry, ...], dict[str, WriteError]]:
    entries: list[WrittenEntry] = []
    broken: dict[str, WriteError] = {}
    for file in files:
        try:
            text = (root / file).read_bytes().decode("utf-8")
            entries += read_entries(file, text)
        except WriteError as error:
            broken[file] = error
        except UnicodeDecodeError:
            broken[file] = WriteError(f"{file}: is not UTF-8 text; save it as UTF-8")
        except OSError as error:
            broken[file] = WriteError(f"{file}: cannot be read: {error.strerror}")
    return tuple(entries), broken


def _read_doc_blocks(root: Path, files: Sequence[str]) -> dict[str, tuple[DocBlock, ...]]:
    """By file; what cannot be read is left to the manifest, and to dbt to complain of."""
    blocks = {}
    for file in files:
        with suppress(WriteError, UnicodeDecodeError, OSError):
            blocks[file] = read_doc_blocks((root / file).read_bytes().decode("utf-8"))
    return blocks


def _catalog(config: Config, project: Project) -> Catalog:
    if config.catalog is not None:
        return read_catalog(config.catalog)
    path = manifest_path(project, config.target_path, config.manifest).with_name("catalog.json")
    return read_catalog(path) if path.is_file() else Catalog()


def _headers(project: Project, manifest: Manifest, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    headers = {}
    for node in manifest.nodes.values():
        if node.resource_type != "seed" or node.unique_id in catalog.columns:
            continue
        file = project.root / node.original_file_path
        if node.package_name == manifest.project_name and file.is_file():
            headers[node.unique_id] = seed_header(file, str(node.config.get("delimiter") or ","))
    return headers


def is_skipped(meta: Mapping[str, object]) -> bool:
    """Whether a `meta` says that its thing is never described."""
    own = meta.get("dbt-docsmith") or meta.get("dbt_docsmith")
    return isinstance(own, dict) and own.get("skip") is True


def skipped_columns(node: Node) -> set[str]:
    """The columns of a node, in lower case, whose `meta` has them skipped."""
    return {name.lower() for name, column in node.columns.items() if is_skipped(column.meta)}


def _without_skipped(node: Node, found: NodeOnDisk) -> NodeOnDisk:
    skipped = skipped_columns(node)
    if not skipped:
        return found
    return replace(found, columns={name: column for name, column in found.columns.items() if name not in skipped})
