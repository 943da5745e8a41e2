"""The columns dbt itself adds to every snapshot. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from dbt_docsmith.types import ColumnLineage, Node, NodeLineage

ADDED_BY_DBT = "added by dbt:"
_MEANING = {
    "dbt_scd_id": f"{ADDED_BY_DBT} a unique key of each row of the snapshot, that is of each version of a record",
    "dbt_updated_at": f"{ADDED_BY_DBT} when the source record was last updated, as of this version of it",
    "dbt_valid_from": f"{ADDED_BY_DBT} when this version of the record became valid",
    "dbt_valid_to": f"{ADDED_BY_DBT} when this version of the record stopped being valid; {{current}}",
    "dbt_is_deleted": f"{ADDED_BY_DBT} whether the record had been deleted from the source",
}


def with_snapshot_columns(lineage: NodeLineage, snapshot: Node) -> NodeLineage:
    """The columns of a snapshot's query, and dbt's own after them, under the names the project gave them."""
    given = snapshot.config.get("snapshot_meta_column_names")
    names = given if isinstance(given, Mapping) else {}
    added = {}
    for column, meaning in _MEANING.items():
        if column == "dbt_is_deleted" and snapshot.config.get("hard_deletes") != "new_record":
            continue
        name = str(names.get(column) or column)
        comment = meaning.format(current=_current(snapshot))
        added[name.lower()] = ColumnLineage(name=name, kind="derived", comment=comment)
    return structs.replace(lineage, columns={**lineage.columns, **added})


def _current(snapshot: Node) -> str:
    marker = snapshot.config.get("dbt_valid_to_current")
    return f"{marker} for the current version" if marker else "null for the current version"
