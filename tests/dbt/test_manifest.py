"""Manifests as dbt Core 1.6 to 1.11, dbt Cloud and Fusion write them, and files that are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dbt_docsmith.dbt.manifest import is_known_version, read_manifest
from dbt_docsmith.errors import ProjectError
from dbt_docsmith.types import Column, GenericTest, Manifest, Node

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples" / "shop" / "target" / "manifest.json"
SCHEMA = "https://schemas.getdbt.com/dbt/manifest/v12.json"
ORDERS = "model.shop.orders"

Read = Callable[..., Manifest]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a manifest of the given sections, written to disk first."""

    def read_sections(**sections: Any) -> Manifest:
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps({"nodes": {}, **sections}), encoding="utf-8")
        return read_manifest(path)

    return read_sections


@pytest.fixture
def orders(read: Read) -> Callable[..., Node]:
    """The model ``orders`` as it is read where the manifest says just this of it."""
    return lambda **said: read(nodes={ORDERS: said}).nodes[ORDERS]


def test_the_example_project_is_read_whole() -> None:
    manifest = read_manifest(SHOP)

    assert manifest.project_name == "shop"
    assert manifest.adapter_type == "duckdb"
    assert manifest.generated_at is not None
    assert is_known_version(manifest)
    kinds = {node.resource_type for node in manifest.nodes.values()}
    assert {"model", "source", "seed", "snapshot", "test", "unit_test", "exposure"} <= kinds
    assert manifest.doc_files["shop.customer_id"] == "models/docs.md"
    assert manifest.docs["shop.customer_id"]
    assert "macro" in manifest.macros["macro.shop.cents_to_dollars"]
    assert manifest.macro_files["macro.shop.cents_to_dollars"] == "macros/cents_to_dollars.sql"


def test_a_model_carries_its_code_its_columns_and_its_place() -> None:
    customers = read_manifest(SHOP).nodes["model.shop.dim_customers"]

    assert customers.original_file_path == "models/marts/dim_customers.sql"
    assert customers.properties_file == "models/marts/dim_customers.yml"
    assert "ref(" in customers.raw_code
    assert customers.tags == ("mart",)
    assert customers.columns["customer_id"].description
    assert customers.identifier == "dim_customers"
    assert customers.checksum is not None
    assert customers.config["materialized"] == "table"


@pytest.mark.parametrize("section", ["sources", "exposures", "metrics", "semantic_models", "saved_queries"])
def test_every_section_is_part_of_the_graph(read: Read, section: str) -> None:
    manifest = read(**{section: {"thing.shop.x": {"name": "x", "depends_on": {"nodes": [ORDERS]}}}})

    assert manifest.nodes["thing.shop.x"].depends_on == (ORDERS,)


def test_a_node_that_says_nothing_is_named_by_its_unique_id(orders: Callable[..., Node]) -> None:
    assert orders() == Node(unique_id=ORDERS, name="orders", resource_type="model", package_name="shop")


def test_null_stands_for_nothing_in_every_field(orders: Callable[..., Node]) -> None:
    fields = (
        "name resource_type package_name fqn original_file_path patch_path description columns raw_code"
        " compiled_code language relation_name database schema alias identifier source_name version latest_version"
        " config tags meta group access depends_on checksum contract test_metadata attached_node column_name"
    )
    assert orders(**dict.fromkeys(fields.split())) == orders()


def test_unknown_keys_are_passed_over(orders: Callable[..., Node]) -> None:
    assert orders(name="orders", classifiers=[1], static_analysis={"a": 1}).name == "orders"


@pytest.mark.parametrize(
    ("said", "attribute", "value"),
    [
        ({"tags": "daily"}, "tags", ("daily",)),
        ({"tags": ["daily", 7]}, "tags", ("daily", "7")),
        ({"config": {"tags": ["daily"]}}, "tags", ("daily",)),
        ({"tags": [], "config": {"tags": ["daily"]}}, "tags", ()),
        ({"meta": {"owner": "Ada"}}, "meta", {"owner": "Ada"}),
        ({"meta": {}, "config": {"meta": {"owner": "Ada"}}}, "meta", {"owner": "Ada"}),
        ({"config": {"meta": ["no", "mapping"]}}, "meta", {}),
        ({"group": "finance"}, "group", "finance"),
        ({"config": {"group": "finance"}}, "group", "finance"),
        ({"access": "public"}, "access", "public"),
        ({"config": {"access": "public"}}, "access", "public"),
        ({"contract": {"enforced": True}}, "contract_enforced", True),
        ({"contract": True}, "contract_enforced", True),
        ({"contract": False, "config": {"contract": False}}, "contract_enforced", False),
        ({"config": {"contract": {"enforced": True}}}, "contract_enforced", True),
        ({"config": {"contract": {"enforced": False}}}, "contract_enforced", False),
        ({"raw_sql": "select 1"}, "raw_code", "select 1"),
        ({"raw_code": "select 2", "raw_sql": "select 1"}, "raw_code", "select 2"),
        ({"raw_code": "--placeholder--"}, "raw_code", ""),
        ({"compiled_sql": "select 1"}, "compiled_code", "select 1"),
        ({"compiled_code": ""}, "compiled_code", None),
        ({"language": "python"}, "language", "python"),
        ({"schema": "marts"}, "schema_name", "marts"),
        ({"alias": "ORDERS"}, "identifier", "ORDERS"),
        ({"checksum": {"name": "sha256", "checksum": "ab12"}}, "checksum", "ab12"),
        ({"checksum": {"name": "path", "checksum": "seeds/big.csv"}}, "checksum", None),
        ({"checksum": "ab12"}, "checksum", "ab12"),
        ({"depends_on": {"macros": ["macro.x.y"]}}, "depends_on", ()),
        ({"original_file_path": "models\\marts\\orders.sql"}, "original_file_path", "models/marts/orders.sql"),
        ({"patch_path": "shop://models\\marts\\m.yml"}, "properties_file", "models/marts/m.yml"),
        ({"patch_path": "models/m.yml"}, "properties_file", "models/m.yml"),
        ({"original_file_path": "models/orders.sql"}, "properties_file", None),
        ({"original_file_path": "models/sources.yaml"}, "properties_file", "models/sources.yaml"),
    ],
)
def test_what_the_manifest_says_is_found_wherever_it_stands(
    orders: Callable[..., Node], said: dict[str, Any], attribute: str, value: object
) -> None:
    assert getattr(orders(**said), attribute) == value


@pytest.mark.parametrize(
    ("version", "latest", "text", "is_latest"),
    [
        (None, None, None, True),
        (2, 2, "2", True),
        (1, 2, "1", False),
        (1.5, 1.5, "1.5", True),
        (2, 2.0, "2", True),
        (2.0, 2, "2.0", True),
        ("final", "final", "final", True),
        ("draft", "final", "draft", False),
    ],
)
def test_a_version_is_text_and_knows_whether_it_is_the_latest(
    orders: Callable[..., Node], version: object, latest: object, text: str | None, is_latest: bool
) -> None:
    node = orders(version=version, latest_version=latest)

    assert (node.version, node.is_latest) == (text, is_latest)


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ({}, Column(name="id")),
        ({"name": "Id", "description": None, "quote": True}, Column(name="Id", quote=True)),
        ({"config": {"meta": {"pii": True}, "tags": "key"}}, Column(name="id", meta={"pii": True}, tags=("key",))),
        ({"meta": {"pii": True}, "tags": ["key"]}, Column(name="id", meta={"pii": True}, tags=("key",))),
        (
            {"constraints": [{"type": "not_null"}, {"type": "check", "expression": "id > 0"}]},
            Column(name="id", constraints=("not_null", "check: id > 0")),
        ),
    ],
)
def test_a_column_is_read_in_either_spelling(
    orders: Callable[..., Node], said: dict[str, Any], column: Column
) -> None:
    assert orders(columns={"id": said}).columns == {"id": column}


@pytest.mark.parametrize(
    ("said", "test"),
    [
        (
            {
                "test_metadata": {"name": "not_null", "kwargs": {"model": "...", "column_name": "id"}},
                "attached_node": ORDERS,
                "column_name": "id",
            },
            GenericTest(name="not_null", attached_node=ORDERS, column="id"),
        ),
        (
            {
                "test_metadata": {
                    "name": "expression_is_true",
                    "namespace": "dbt_utils",
                    "kwargs": {"model": "...", "expression": "a > 0"},
                },
                "depends_on": {"nodes": [ORDERS]},
            },
            GenericTest(
                name="dbt_utils.expression_is_true", attached_node=ORDERS, arguments={"expression": "a > 0"}
            ),
        ),
        (
            {
                "test_metadata": {
                    "name": "relationships",
                    "kwargs": {"model": "{{ get_where_subquery(source('web', 'orders')) }}", "column_name": "id"},
                },
                "depends_on": {"nodes": ["source.shop.web.customers", "source.shop.web.orders"]},
            },
            GenericTest(name="relationships", attached_node="source.shop.web.orders", column="id"),
        ),
        ({"test_metadata": {"name": "unique"}}, GenericTest(name="unique")),
        ({"test_metadata": None}, None),
    ],
)
def test_a_generic_test_knows_what_it_tests(
    orders: Callable[..., Node], said: dict[str, Any], test: GenericTest | None
) -> None:
    assert orders(resource_type="test", **said).test == test


def test_a_source_stands_in_its_properties_file(read: Read) -> None:
    source = {
        "name": "orders",
        "source_name": "web",
        "source_description": "The web shop.",
        "identifier": "ORDERS_RAW",
        "resource_type": "source",
        "original_file_path": "models/_sources.yml",
        "patch_path": None,
    }
    node = read(sources={"source.shop.web.orders": source}).nodes["source.shop.web.orders"]

    assert node.properties_file == "models/_sources.yml"
    assert (node.source_name, node.source_description) == ("web", "The web shop.")
    assert (node.identifier, node.reference) == ("ORDERS_RAW", "source('web', 'orders')")


def test_disabled_nodes_are_named_and_not_among_the_nodes(read: Read) -> None:
    manifest = read(disabled={ORDERS: [{"anything": ["at", "all"]}]})

    assert manifest.disabled == {ORDERS}
    assert not manifest.nodes


@pytest.mark.parametrize(
    ("metadata", "known"),
    [
        ({"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v10.json"}, True),
        ({"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v11.json"}, True),
        ({"dbt_schema_version": SCHEMA}, True),
        ({"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v20.json"}, True),
        ({"__base__": {"dbt_schema_version": SCHEMA}}, True),
        ({"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v9.json"}, False),
        ({"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v120.json"}, False),
        ({"dbt_schema_version": None}, False),
        (None, False),
    ],
)
def test_a_version_nobody_tried_is_known_for_it(read: Read, metadata: object, known: bool) -> None:
    assert is_known_version(read(metadata=metadata)) is known


def test_a_manifest_without_a_project_name_takes_that_of_its_first_node(read: Read) -> None:
    assert read(nodes={ORDERS: {}}, metadata={"adapter_type": "snowflake"}).project_name == "shop"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.decode().encode("utf-16"),
        lambda text: text.replace(b'"ratio"', b"NaN"),
        lambda text: text.replace(b'"ratio"', rb'"\ud83d"'),
        lambda text: text.replace(b'"ratio"', b"-Infinity"),
    ],
    ids=["byte order mark", "utf-16", "NaN", "a lone surrogate", "infinity"],
)
def test_json_that_only_python_and_windows_write_is_read(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(change(json.dumps({"nodes": {ORDERS: {"meta": {"share": "ratio"}}}}).encode()))

    assert list(read_manifest(path).nodes) == [ORDERS]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is not JSON or was cut short"),
        (b"name: shop\n", "is not JSON or was cut short"),
        (b'{"nodes": {"model.shop.orders": {"name": "or', "is not JSON or was cut short"),
        (b"\xff\xfe\x00", "is not JSON or was cut short"),
        (b'{"x": ' + b"[" * 100_000, "is not JSON or was cut short"),
        (b"[]", "is not a dbt manifest"),
        (b"{}", "is not a dbt manifest"),
        (b'{"nodes": {"model.shop.orders": {"name": 3}}}', "is not a dbt manifest"),
        (
            b'{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"}, "nodes": {}}',
            "is a dbt catalog, not a manifest",
        ),
    ],
    ids=["empty", "yaml", "truncated", "binary", "bottomless", "list", "no nodes", "wrong type", "catalog"],
)
def test_a_file_that_is_no_manifest_is_one_line_with_its_cure(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(content)

    with pytest.raises(ProjectError) as raised:
        read_manifest(path)

    line = str(raised.value)
    assert line.startswith(str(path))
    assert complaint in line
    assert "dbt parse" in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("name", "complaint"), [("missing.json", "there is no manifest at"), ("", "cannot be read")]
)
def test_a_path_without_a_file_is_one_line_with_its_cure(tmp_path: Path, name: str, complaint: str) -> None:
    with pytest.raises(ProjectError, match=complaint):
        read_manifest(tmp_path / name)
