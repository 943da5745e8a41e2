"""Coverage of SQL: of how many models the lineage is read, by dialect, and why the rest is not.

    python -m benchmarks sql PROJECT[=ADAPTER] ...

ADAPTER is the one the project is written for, where its manifest was made with another: ``trino``, ``bigquery``.
Of a compiled project, what is read of the raw code is compared with what is read of the compiled.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from dbt_docsmith.dbt.catalog import read_catalog
from dbt_docsmith.dbt.lineage.reader import LineageReader
from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.dbt.project import Project, find_project, manifest_path
from dbt_docsmith.dbt.project_files import seed_header
from dbt_docsmith.dbt.sql.dialects import dialect_of
from dbt_docsmith.dbt.sql.macros import search_orders
from dbt_docsmith.types import ColumnLineage, Manifest, NodeLineage

_MOST_REASONS = 12
_DETAILS = (
    (re.compile(r"at line \d+"), "at line N"),
    (re.compile(r"^the columns of source\(.*\) are not known$"), "the columns of a source are not known"),
    (re.compile(r"^the columns of ref\(.*\) are not known$"), "the columns of a parent are not known"),
    (re.compile(r"(?<=\{\{ )([\w.]+)\(.*(?= \}\})", re.DOTALL), r"\1(...)"),
    (re.compile(r"(?<=no query but ).*", re.DOTALL), "..."),
)


class Coverage(Struct, frozen=True):
    """What was read of one project's models. ``reasons`` are those of models not read whole."""

    models: int
    whole: int
    columns: int
    told: int
    reasons: Mapping[str, int]
    cpu_seconds: float


def main(arguments: Sequence[str]) -> None:
    for argument in arguments:
        folder, _, adapter = argument.partition("=")
        project = find_project(Path(folder))
        manifest = read_manifest(manifest_path(project))
        if adapter:
            manifest = structs.replace(manifest, adapter_type=adapter)
        dialect = dialect_of(manifest.adapter_type) or "generic SQL"
        _tell(f"{project.name} ({dialect})", coverage_of(project, manifest))
        if any(node.compiled_code for node in manifest.nodes.values()):
            _tell_agreement(project, manifest)


def coverage_of(project: Project, manifest: Manifest) -> Coverage:
    """Read the lineage of every model the project itself has."""
    began = time.process_time()
    read = list(_read(project, manifest).values())
    columns = [column for lineage in read for column in lineage.columns.values()]
    return Coverage(
        models=len(read),
        whole=sum(lineage.complete for lineage in read),
        columns=len(columns),
        told=sum(column.kind != "unknown" for column in columns),
        reasons=Counter(_reason(lineage) for lineage in read if not lineage.complete),
        cpu_seconds=time.process_time() - began,
    )


def _read(project: Project, manifest: Manifest) -> dict[str, NodeLineage]:
    reader = LineageReader(
        manifest,
        _known_columns(project, manifest),
        project_vars=project.vars,
        search_orders=search_orders(project.raw.get("dispatch")),
    )
    return {
        node.unique_id: reader.columns_of(node.unique_id)
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.package_name == manifest.project_name
    }


def _tell_agreement(project: Project, manifest: Manifest) -> None:
    nodes = {
        unique_id: structs.replace(node, compiled_code=None) if node.resource_type != "source" else node
        for unique_id, node in manifest.nodes.items()
    }
    compiled = _read(project, manifest)
    raw = _read(project, structs.replace(manifest, nodes=nodes))
    found = Counter(
        _agreement(unique_id, column, compiled[unique_id])
        for unique_id, lineage in raw.items()
        for column in lineage.columns.values()
    )
    print("    columns read of the raw code, against the compiled")
    for verdict, number in found.most_common():
        print(f"    {number:6}  {verdict}")


def _agreement(unique_id: str, column: ColumnLineage, compiled: NodeLineage) -> str:
    if column.kind == "unknown":
        return "unknown"
    other = compiled.columns.get(column.name.lower())
    if other and (other.kind, other.origins) == (column.kind, column.origins):
        return "the same"
    return f"CONTRADICTED: {unique_id}.{column.name}"


def _known_columns(project: Project, manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """What a run knows as well: the headers of seeds, and a catalog where there is one."""
    file = manifest_path(project).with_name("catalog.json")
    catalog = read_catalog(file).columns if file.is_file() else {}
    headers = {
        node.unique_id: seed_header(
            project.root / node.original_file_path, str(node.config.get("delimiter") or ",")
        )
        for node in manifest.nodes.values()
        if node.resource_type == "seed" and node.package_name == manifest.project_name
    }
    return {**headers, **{unique_id: tuple(columns) for unique_id, columns in catalog.items()}}


def _reason(lineage: NodeLineage) -> str:
    reason = lineage.reason
    for detail, plain in _DETAILS:
        reason = detail.sub(plain, reason)
    return reason[:100]


def _tell(name: str, coverage: Coverage) -> None:
    print(f"\n  {name}: {coverage.models} models in {coverage.cpu_seconds:.1f} s CPU")
    print(f"    read whole                {coverage.whole:8} ({_percent(coverage.whole, coverage.models)})")
    print(f"    columns                   {coverage.columns:8}")
    print(f"    whose making is known     {coverage.told:8} ({_percent(coverage.told, coverage.columns)})")
    for reason, number in Counter(coverage.reasons).most_common(_MOST_REASONS):
        print(f"    {number:6}  {reason}")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
