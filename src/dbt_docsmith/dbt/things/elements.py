"""The entities, dimensions and measures of a semantic model -> its parts, and where each comes from. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dbt_docsmith.dbt.things.said import said
from dbt_docsmith.dbt.wire import WireColumnConfig, WireElement, WireSemanticModel
from dbt_docsmith.describable import LISTS, part_names
from dbt_docsmith.types import Column, ColumnLineage, ColumnRef, Detail, LineageKind, Node, NodeLineage

_PLAIN_NAME = re.compile(r"[A-Za-z_][\w$]*")
_CALLS: Mapping[str, str] = {
    "sum_boolean": "sum(case when {} then 1 else 0 end)",
    "count_distinct": "count(distinct {})",
    "average": "avg({})",
}


def elements(wire: WireSemanticModel) -> dict[str, Column]:
    """The parts of a semantic model, by what reports call them, in the order of its lists."""
    found = list(_listed(wire))
    names = part_names([(list_key, element.name or "") for list_key, element in found])
    return {name: _part(list_key, name, element) for name, (list_key, element) in zip(names, found, strict=True)}


def element_lineage(node: Node, model: Node | None) -> NodeLineage:
    """Where each part of the semantic model ``node`` comes from, as if it were a column made of its model's.

    A dimension that is a plain column of the model is that column; so is an entity of the same name.
    """
    columns = {name.lower(): _lineage(name, part, model) for name, part in node.columns.items()}
    return NodeLineage(columns=columns)


def _listed(wire: WireSemanticModel) -> Iterator[tuple[str, WireElement]]:
    lists = {"entities": wire.entities, "dimensions": wire.dimensions, "measures": wire.measures}
    for list_key, found in lists.items():
        yield from ((list_key, element) for element in found or () if element.name)


def _part(list_key: str, name: str, wire: WireElement) -> Column:
    config = wire.config or _NO_CONFIG
    return Column(
        name=name,
        description=wire.description or "",
        data_type=wire.agg or wire.type,
        meta=config.meta or {},
        part=LISTS["semantic_models"][list_key],
        expression="" if wire.expr is None else str(wire.expr),
        details=tuple(_details(wire)),
    )


_NO_CONFIG = WireColumnConfig()


def _details(wire: WireElement) -> Iterator[Detail]:
    params, agg_params = wire.type_params or {}, wire.agg_params or {}
    return said(
        {
            "label": wire.label,
            "role": wire.role,
            "granularity": params.get("time_granularity"),
            "percentile": agg_params.get("percentile"),
            "not to be added up over": (wire.non_additive_dimension or {}).get("name"),
            "time dimension": wire.agg_time_dimension,
        }
    )


def _lineage(name: str, part: Column, model: Node | None) -> ColumnLineage:
    own_name = name.rpartition(".")[2]
    expression = part.expression or own_name
    column = expression if model and _PLAIN_NAME.fullmatch(expression) else ""
    origins = (ColumnRef(model.unique_id, column),) if model and column else ()
    same = part.part == "dimension" or (part.part == "entity" and column.lower() == own_name.lower())
    if part.part == "measure":
        return ColumnLineage(
            name=name, kind="aggregated", expression=_aggregated(part, expression), origins=origins
        )
    kind: LineageKind = "derived"
    if column:
        kind = "passed" if column.lower() == own_name.lower() else "renamed"
    return ColumnLineage(
        name=name, kind=kind, expression=expression, origins=origins, inheritable=bool(origins) and same
    )


def _aggregated(part: Column, expression: str) -> str:
    """``sum(amount)``; an aggregation that has no SQL name of its own is named as dbt names it.

    Rows are counted by adding up ones.
    """
    if part.data_type in ("sum", "count") and expression.strip() == "1":
        return "count(*)"
    return _CALLS.get(part.data_type or "", f"{part.data_type or 'aggregate'}({{}})").replace("{}", expression)
