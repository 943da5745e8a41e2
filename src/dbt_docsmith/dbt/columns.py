"""Which columns a node has, who says so, and how their names are written. Pure.

A node's columns are the catalog's; where it has none, or is older than the SQL, those its SQL projects (a seed's:
its header); where that cannot be read whole, those the YAML declares and those the SQL surely makes. A column that
only the YAML knows although a better source spoke is unconfirmed: it may not exist, so nobody is asked about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from dbt_docsmith.dbt.written import NodeOnDisk
from dbt_docsmith.types import Catalog, KnownBy, KnownColumn, Node, NodeLineage

_FOLDS_TO_UPPER = frozenset({"snowflake", "oracle", "teradata", "exasol"})
_FOLDS_TO_LOWER = frozenset({"postgres", "redshift", "materialize", "risingwave", "greenplum", "netezza"})
_KEEPS_COLUMNS = frozenset({"incremental", "snapshot"})


class KnownColumns(Struct, frozen=True, kw_only=True):
    """The columns of one node in its own order; ``unconfirmed`` are declared and not among them."""

    columns: tuple[KnownColumn, ...] = ()
    unconfirmed: tuple[str, ...] = ()


def known_columns(
    node: Node,
    on_disk: NodeOnDisk,
    *,
    catalog: Catalog,
    lineage: NodeLineage,
    header: Sequence[str] = (),
    adapter_type: str | None = None,
    case: str | None = None,
) -> KnownColumns:
    """The node's columns. ``case`` (``lower``, ``upper``): what the user wants for names not declared yet."""
    known_by, types = _best_word(node, on_disk, catalog, lineage, header)
    declared = {column.name.lower(): column.name for column in on_disk.columns.values()}
    habit = case or _case_habit(list(declared.values()))
    columns = []
    for name, data_type in types.items():
        lowered = name.lower()
        if lowered in declared:
            written, quote = declared[lowered], False
        else:
            written, quote = _written_name(name, habit, lineage, known_by, adapter_type)
        columns.append(
            KnownColumn(
                name=written,
                known_by=known_by,
                declared=lowered in declared,
                data_type=data_type or _declared_type(node, lowered),
                quote=quote,
            )
        )
    real = {name.lower() for name in types}
    return KnownColumns(
        columns=tuple(columns), unconfirmed=tuple(name for key, name in declared.items() if key not in real)
    )


def _best_word(
    node: Node, on_disk: NodeOnDisk, catalog: Catalog, lineage: NodeLineage, header: Sequence[str]
) -> tuple[KnownBy, Mapping[str, str | None]]:
    in_catalog = {name: kind or None for name, kind in catalog.columns.get(node.unique_id, {}).items()}
    if in_catalog and not _is_older(in_catalog, lineage):
        return "catalog", in_catalog
    if lineage.complete and lineage.columns:
        return "sql", _with_types(node, lineage, in_catalog)
    if header:
        return "header", dict.fromkeys(header)
    declared = {column.name.lower(): column.name for column in on_disk.columns.values()}
    in_sql = {name: column.name for name, column in lineage.columns.items() if name not in declared}
    return "yaml", dict.fromkeys([*declared.values(), *in_sql.values()])


def _is_older(in_catalog: Mapping[str, str | None], lineage: NodeLineage) -> bool:
    """Whether the SQL makes a column that the warehouse did not have: it was changed since."""
    return lineage.complete and bool(lineage.columns.keys() - {name.lower() for name in in_catalog})


def _with_types(
    node: Node, lineage: NodeLineage, in_catalog: Mapping[str, str | None]
) -> Mapping[str, str | None]:
    """The SQL's columns with the types the catalog has, and after them those that are never dropped again."""
    types = {name.lower(): kind for name, kind in in_catalog.items()}
    made = {column.name: types.get(name) for name, column in lineage.columns.items()}
    keeps = node.resource_type == "snapshot" or node.config.get("materialized") in _KEEPS_COLUMNS
    return made | {n: kind for n, kind in in_catalog.items() if keeps and n.lower() not in lineage.columns}


def _declared_type(node: Node, lowered: str) -> str | None:
    return next((column.data_type for name, column in node.columns.items() if name.lower() == lowered), None)


def _case_habit(names: Sequence[str]) -> str | None:
    lettered = [name for name in names if name.lower() != name.upper()]
    if lettered and all(name == name.upper() for name in lettered):
        return "upper"
    if lettered and all(name == name.lower() for name in lettered):
        return "lower"
    return None


def _written_name(
    name: str, habit: str | None, lineage: NodeLineage, known_by: KnownBy, adapter_type: str | None
) -> tuple[str, bool]:
    """A new column's name as a person would type it, and whether dbt must quote it."""
    if _needs_quotes(name, known_by, adapter_type):
        return name, True
    if habit is not None:
        return (name.upper() if habit == "upper" else name.lower()), False
    in_sql = lineage.columns.get(name.lower())
    if in_sql is not None:
        return in_sql.name, False
    return (name.lower() if adapter_type in _FOLDS_TO_UPPER else name), False


def _needs_quotes(name: str, known_by: KnownBy, adapter_type: str | None) -> bool:
    if known_by != "catalog":
        return False
    if adapter_type in _FOLDS_TO_UPPER:
        return name != name.upper()
    return adapter_type in _FOLDS_TO_LOWER and name != name.lower()
