"""The columns dbt itself adds to every snapshot. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from dbt_docsmith.types import ColumnLineage, Node, NodeLineage

_MEANING = {
    "dbt_scd_id": "added by dbt: a unique key of each row of the snapshot, that is of each version of a record",
    "dbt_updated_at": "added by dbt: when the source record was last updated, as this version of it was recorded",
    "dbt_valid_from": "added by dbt: when this version of the record became valid",
    "dbt_valid_to": "added by dbt: when this version of the record stopped being valid; {current}",
    "dbt_is_deleted": "added by dbt: whether the record had been deleted from the source",
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
