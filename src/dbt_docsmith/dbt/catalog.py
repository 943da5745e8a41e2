"""catalog.json -> Catalog: the columns and types the warehouse itself reports."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from dbt_docsmith.dbt.artifact import read_artifact
from dbt_docsmith.types import Catalog

CURE = "make it anew with `dbt docs generate`, or name another with --catalog"


class WireCatalogColumn(Struct):
    """A column of a relation. ``index`` is its position, counted from 1 or from 0."""

    name: str | None = None
    type: str | None = None
    index: int | float | None = None


class WireRelation(Struct):
    """A table or view that stands in the warehouse."""

    columns: dict[str, WireCatalogColumn] | None = None


class WireCatalog(Struct):
    """The whole file, only the fields used."""

    nodes: dict[str, WireRelation]
    sources: dict[str, WireRelation] | None = None


def read_catalog(path: Path) -> Catalog:
    """Read the catalog `dbt docs generate` writes. Columns keep the warehouse's order and case.

    ProjectError: there is no such file, or it is no catalog.
    """
    wire = read_artifact(path, WireCatalog, kind="catalog", cure=CURE)
    relations = {**wire.nodes, **(wire.sources or {})}
    return Catalog(columns={unique_id: _columns(relation) for unique_id, relation in relations.items()})


def _columns(relation: WireRelation) -> dict[str, str]:
    columns = (relation.columns or {}).items()
    in_order = sorted(columns, key=lambda item: item[1].index or 0)
    return {column.name or key: column.type or "" for key, column in in_order}
