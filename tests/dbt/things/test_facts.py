"""What a manifest says of exposures, metrics and semantic models, read from its JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.dbt.things.metrics import only_measure
from dbt_docsmith.dbt.things.parts import known_parts, part_details, part_lineage
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk
from dbt_docsmith.types import ColumnRef, Manifest, Node

SEMANTIC_MODEL = {
    "model": "ref('orders')",
    "primary_entity": None,
    "defaults": {"agg_time_dimension": "ordered_at"},
    "entities": [
        {"name": "order", "type": "primary", "expr": "order_id"},
        {"name": "customer_id", "type": "foreign"},
    ],
    "dimensions": [
        {"name": "ordered_at", "type": "time", "type_params": {"time_granularity": "day"}},
        {"name": "size", "type": "categorical", "expr": "case when big then 'l' end", "label": "Size"},
        {"name": "Town", "type": "categorical", "expr": "city", "config": {"meta": {"pii": True}}},
    ],
    "measures": [
        {"name": "revenue", "agg": "sum", "expr": "amount"},
        {"name": "orders", "agg": "sum", "expr": 1},
        {"name": "buyers", "agg": "count_distinct", "expr": "customer_id"},
        {"name": "p90", "agg": "percentile", "expr": "amount", "agg_params": {"percentile": 0.9}},
        {"name": "stock", "agg": "max", "non_additive_dimension": {"name": "ordered_at"}},
    ],
    "depends_on": {"nodes": ["model.shop.orders"]},
}


def manifest(tmp_path: Path, **sections: dict[str, dict[str, Any]]) -> Manifest:
    nodes = {"model.shop.orders": {"name": "orders", "resource_type": "model", "package_name": "shop"}}
    told = {section: _named(section, things) for section, things in sections.items()}
    path = tmp_path / "manifest.json"
    path.write_bytes(msgspec.json.encode({"metadata": {"project_name": "shop"}, "nodes": nodes, **told}))
    return read_manifest(path)


def _named(section: str, things: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    kind = section.removesuffix("s")
    return {
        f"{kind}.shop.{name}": {
            "name": name,
            "package_name": "shop",
            "original_file_path": "models/m.yml",
            **thing,
        }
        for name, thing in things.items()
    }


def semantic_model(tmp_path: Path, **changed: Any) -> tuple[Manifest, Node]:
    read = manifest(tmp_path, semantic_models={"orders": {**SEMANTIC_MODEL, **changed}})
    return read, read.nodes["semantic_model.shop.orders"]


def said(node: Node) -> dict[str, str]:
    return {detail.label: detail.text for detail in node.details}


def test_an_exposure_says_all_but_its_address_and_its_owners(tmp_path: Path) -> None:
    owner = {"name": "Sales", "email": "sales@example.com"}
    board = {
        "type": "dashboard",
        "label": "Board",
        "maturity": "high",
        "url": "https://bi.example.com",
        "owner": owner,
    }
    node = manifest(tmp_path, exposures={"board": board}).nodes["exposure.shop.board"]
    assert said(node) == {"type": "dashboard", "label": "Board", "maturity": "high", "owner": "Sales"}
    assert node.properties_file == "models/m.yml"


def test_the_parts_of_a_semantic_model_are_its_columns(tmp_path: Path) -> None:
    _, node = semantic_model(tmp_path)
    found = [(name, part.part, part.data_type) for name, part in node.columns.items()]
    assert found[:3] == [
        ("order", "entity", "primary"),
        ("customer_id", "entity", "foreign"),
        ("ordered_at", "dimension", "time"),
    ]
    assert node.columns["Town"].meta == {"pii": True}
    assert [(each.label, each.text) for each in part_details(node, "p90")] == [("percentile", "0.9")]
    assert [(each.label, each.text) for each in part_details(node, "stock")] == [
        ("not to be added up over", "ordered_at")
    ]


def test_one_name_in_two_lists_is_called_with_its_list(tmp_path: Path) -> None:
    _, node = semantic_model(tmp_path, dimensions=[{"name": "Revenue", "type": "categorical"}], entities=None)
    assert [*node.columns][:2] == ["dimensions.Revenue", "measures.revenue"]
    on_disk = NodeOnDisk(columns={"measures.revenue": ColumnOnDisk(name="measures.revenue", line=1, text=None)})
    [known] = known_parts(node, on_disk).columns
    assert known.listed == ("measures", "revenue")


@pytest.mark.parametrize(
    ("part", "kind", "expression", "origin", "inherits"),
    [
        ("order", "renamed", "order_id", "order_id", False),
        ("customer_id", "passed", "customer_id", "customer_id", True),
        ("ordered_at", "passed", "ordered_at", "ordered_at", True),
        ("town", "renamed", "city", "city", True),
        ("size", "derived", "case when big then 'l' end", None, False),
        ("revenue", "aggregated", "sum(amount)", "amount", False),
        ("orders", "aggregated", "count(*)", None, False),
        ("buyers", "aggregated", "count(distinct customer_id)", "customer_id", False),
        ("p90", "aggregated", "percentile(amount)", "amount", False),
        ("stock", "aggregated", "max(stock)", "stock", False),
    ],
)
def test_a_part_comes_from_its_model(
    part: str, kind: str, expression: str, origin: str | None, inherits: bool, tmp_path: Path
) -> None:
    read, node = semantic_model(tmp_path)
    lineage = part_lineage(node, read.nodes).columns[part]
    assert (lineage.kind, lineage.expression, lineage.inheritable) == (kind, expression, inherits)
    assert lineage.origins == ((ColumnRef("model.shop.orders", origin),) if origin else ())


METRICS: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "metrics.yml").read_text("utf-8"))


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_says_what_it_is_made_of(name: str, tmp_path: Path) -> None:
    read = manifest(tmp_path, metrics={"m": METRICS[name]["wire"]})
    assert said(read.nodes["metric.shop.m"]) == METRICS[name]["said"]


@pytest.mark.parametrize(
    ("name", "whole"),
    [("simple", True), ("a measure as text", False), ("a filter", False), ("cumulative", False), ("ratio", False)],
)
def test_only_a_metric_that_adds_nothing_is_its_measure(name: str, whole: bool, tmp_path: Path) -> None:
    metric = {**METRICS[name]["wire"], "depends_on": {"nodes": ["semantic_model.shop.orders"]}}
    read = manifest(tmp_path, metrics={"m": metric}, semantic_models={"orders": SEMANTIC_MODEL})
    found = only_measure(read.nodes["metric.shop.m"], read.nodes)
    assert found == (ColumnRef("semantic_model.shop.orders", "revenue") if whole else None)
