"""What a metric's definition says, as facts a person can read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dbt_docsmith.dbt.things.said import mapping, said, said_in_code
from dbt_docsmith.dbt.wire import WireMetric
from dbt_docsmith.types import ColumnRef, Detail, Node

_INPUTS = ("measure", "numerator", "denominator")
_MEASURES = ("measure", "numerator", "denominator", "base measure", "conversion measure")


def metric_details(wire: WireMetric) -> Iterator[Detail]:
    """Its type, what it is made of, and which rows it keeps."""
    params = wire.type_params or {}
    conversion = mapping(params.get("conversion_type_params"))
    aggregation = mapping(params.get("metric_aggregation_params"))
    yield from said({"label": wire.label, "type": wire.type})
    for key in _INPUTS:
        yield from _input(key, params.get(key))
    for each in params.get("metrics") or ():
        yield from _input("metric", each)
    yield from _conversion(conversion)
    yield from said({"aggregation": aggregation.get("agg")})
    yield from _windows((mapping(params.get("cumulative_type_params")), conversion, params))
    yield from said_in_code("expression", params.get("expr") or aggregation.get("expr"))
    yield from _filters("filter", wire.filter)


def measures_of(metric: Node, nodes: Mapping[str, Node]) -> list[ColumnRef]:
    """The measures a metric is directly made of, as parts of their semantic models."""
    wanted = {detail.text.partition(",")[0].lower() for detail in metric.details if detail.label in _MEASURES}
    models = (nodes[uid] for uid in metric.depends_on if uid in nodes and uid.startswith("semantic_model."))
    return [
        ColumnRef(model.unique_id, name)
        for model in models
        for name, part in model.columns.items()
        if part.part == "measure" and name.lower() in wanted
    ]


def only_measure(metric: Node, nodes: Mapping[str, Node]) -> ColumnRef | None:
    """The measure that a simple metric is, whole and as it is; None where it adds anything to it."""
    said = {detail.label for detail in metric.details} - {"label"}
    plain = said == {"type", "measure"} and Detail("type", "simple") in metric.details
    measures = measures_of(metric, nodes) if plain else []
    whole = len(measures) == 1 and Detail("measure", measures[0].column) in metric.details
    return measures[0] if whole else None


def _conversion(params: dict[str, Any]) -> Iterator[Detail]:
    for key in ("base_measure", "conversion_measure"):
        yield from _input(key.replace("_", " "), params.get(key))
    yield from said({key: params.get(key) for key in ("entity", "calculation")})


def _windows(params: tuple[dict[str, Any], ...]) -> Iterator[Detail]:
    """Over which time it is gathered; dbt's versions keep that in different places."""
    for key in ("window", "grain_to_date"):
        found = next((each[key] for each in params if each.get(key)), None)
        yield from said({key.replace("_", " "): found and _window(found)})


def _input(label: str, value: Any) -> Iterator[Detail]:
    """A measure or a metric that goes in: its name, and what is done to it first."""
    if not isinstance(value, dict):
        yield from said({label: value})
        return
    also = [
        f"as {value['alias']}" if value.get("alias") else "",
        f"{_window(value['offset_window'])} before" if value.get("offset_window") else "",
        f"at the beginning of the {value['offset_to_grain']}" if value.get("offset_to_grain") else "",
        f"null counts as {value['fill_nulls_with']}" if value.get("fill_nulls_with") is not None else "",
    ]
    yield Detail(label, ", ".join([str(value.get("name") or ""), *filter(None, also)]))
    yield from _filters(f"filter of {value.get('name')}", value.get("filter"))


def _filters(label: str, value: Any) -> Iterator[Detail]:
    """The conditions of a filter: in the manifest's form, or a text."""
    for each in mapping(value).get("where_filters") or ([value] if value else []):
        yield from said_in_code(label, each.get("where_sql_template") if isinstance(each, dict) else each)


def _window(value: Any) -> str:
    """``1 month``, however dbt's version keeps it."""
    return f"{value.get('count')} {value.get('granularity')}" if isinstance(value, dict) else str(value)
