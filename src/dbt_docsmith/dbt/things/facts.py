"""What the manifest says of exposures, metrics, semantic models and macros alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dbt_docsmith.dbt.things.elements import elements
from dbt_docsmith.dbt.things.metrics import metric_details
from dbt_docsmith.dbt.things.said import said
from dbt_docsmith.dbt.wire import (
    WireArgument,
    WireExposure,
    WireMacro,
    WireMetric,
    WireResource,
    WireSemanticModel,
)
from dbt_docsmith.types import Column, Detail


def thing_facts(wire: WireResource) -> dict[str, Any]:
    """The fields of a Node that only such a thing has."""
    if isinstance(wire, WireMacro):
        return {"raw_code": wire.macro_sql or "", "columns": dict(map(_argument, wire.arguments or ()))}
    if isinstance(wire, WireExposure):
        return {"details": tuple(_exposure(wire))}
    if isinstance(wire, WireMetric):
        return {"details": tuple(metric_details(wire))}
    if isinstance(wire, WireSemanticModel):
        return {"details": tuple(_semantic_model(wire)), "columns": elements(wire)}
    return {}


def _argument(wire: WireArgument) -> tuple[str, Column]:
    name = wire.name or ""
    return name, Column(name=name, description=wire.description or "", data_type=wire.type, part="argument")


def _exposure(wire: WireExposure) -> Iterator[Detail]:
    owner = wire.owner.name if wire.owner else None
    return said({"label": wire.label, "type": wire.type, "maturity": wire.maturity, "owner": owner})


def _semantic_model(wire: WireSemanticModel) -> Iterator[Detail]:
    return said(
        {
            "label": wire.label,
            "model": wire.model,
            "primary entity": wire.primary_entity,
            "time dimension": (wire.defaults or {}).get("agg_time_dimension"),
        }
    )
