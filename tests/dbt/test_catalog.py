"""The catalog `dbt docs generate` writes: what the warehouse itself says of its columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dbt_docsmith.dbt.catalog import read_catalog
from dbt_docsmith.errors import ProjectError

SHOP = Path(__file__).parents[2] / "examples" / "shop" / "target" / "catalog.json"


def read(tmp_path: Path, **sections: Any) -> dict[str, dict[str, str]]:
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps({"nodes": {}, **sections}), encoding="utf-8")
    return {unique_id: dict(columns) for unique_id, columns in read_catalog(path).columns.items()}


def test_the_example_projects_catalog_knows_models_and_sources() -> None:
    catalog = read_catalog(SHOP)

    assert catalog.columns["model.shop.dim_customers"]["customer_id"]
    assert "source.shop.webshop.orders" in catalog.columns


def test_columns_stand_in_the_order_of_the_warehouse(tmp_path: Path) -> None:
    columns = {
        "B": {"name": "B", "type": "TEXT", "index": 2},
        "A": {"name": "A", "type": "INTEGER", "index": 10},
        "C": {"name": "C", "type": "DATE", "index": 1},
    }
    known = read(tmp_path, nodes={"model.shop.x": {"columns": columns}})

    assert list(known["model.shop.x"].items()) == [("C", "DATE"), ("B", "TEXT"), ("A", "INTEGER")]


@pytest.mark.parametrize(
    ("relation", "columns"),
    [
        ({}, {}),
        ({"columns": None}, {}),
        ({"columns": {"id": {}}}, {"id": ""}),
        ({"columns": {"id": {"name": None, "type": None, "index": None, "comment": 3}}}, {"id": ""}),
        ({"columns": {"b": {"index": 1.0}, "a": {"index": 0}}}, {"a": "", "b": ""}),
    ],
)
def test_what_is_missing_is_tolerated(tmp_path: Path, relation: object, columns: dict[str, str]) -> None:
    assert read(tmp_path, sources={"source.shop.web.x": relation}) == {"source.shop.web.x": columns}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"nodes": {"model.shop.x"', '{"nodes": []}'])
def test_a_file_that_is_no_catalog_is_one_line_with_its_cure(tmp_path: Path, content: str) -> None:
    path = tmp_path / "catalog.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ProjectError, match="dbt docs generate") as raised:
        read_catalog(path)

    assert str(path) in str(raised.value)


def test_a_manifest_is_not_taken_for_a_catalog() -> None:
    with pytest.raises(ProjectError, match="is a dbt manifest, not a catalog"):
        read_catalog(SHOP.with_name("manifest.json"))


def test_a_catalog_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="there is no catalog at"):
        read_catalog(tmp_path / "catalog.json")
