import pytest
from msgspec.structs import replace

from dbt_docsmith.dbt.columns import known_columns
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk
from dbt_docsmith.types import Catalog, Column, ColumnLineage, Node, NodeLineage

ORDERS = Node(
    unique_id="model.shop.orders",
    name="orders",
    resource_type="model",
    package_name="shop",
    columns={"ID": Column(name="ID", data_type="int")},
)


def declared(*names: str) -> NodeOnDisk:
    return NodeOnDisk(columns={name.lower(): ColumnOnDisk(name=name, line=1, text=None) for name in names})


def projection(*names: str, complete: bool = True) -> NodeLineage:
    columns = {name.lower(): ColumnLineage(name=name, kind="passed") for name in names}
    return NodeLineage(columns=columns, complete=complete)


def catalog(**columns: str) -> Catalog:
    return Catalog(columns={ORDERS.unique_id: columns} if columns else {})


def known(
    on_disk: NodeOnDisk = NodeOnDisk(),  # noqa: B008 - frozen
    in_catalog: Catalog = Catalog(),  # noqa: B008 - frozen
    lineage: NodeLineage = NodeLineage(),  # noqa: B008 - frozen
    header: tuple[str, ...] = (),
    adapter: str | None = "duckdb",
    case: str | None = None,
    node: Node = ORDERS,
):  # type: ignore[no-untyped-def]
    return known_columns(
        node, on_disk, catalog=in_catalog, lineage=lineage, header=header, adapter_type=adapter, case=case
    )


@pytest.mark.parametrize(
    ("sources", "names", "by"),
    [
        ({"in_catalog": catalog(a="INT"), "lineage": projection("a"), "header": ("c",)}, ["a"], "catalog"),
        ({"in_catalog": catalog(a="INT", b="INT"), "lineage": projection("b")}, ["a", "b"], "catalog"),
        ({"in_catalog": catalog(a="INT"), "lineage": projection("b", complete=False)}, ["a"], "catalog"),
        ({"lineage": projection("b"), "header": ("c",)}, ["b"], "sql"),
        ({"lineage": projection("b", complete=False), "header": ("c",)}, ["c"], "header"),
        ({"on_disk": declared("d")}, ["d"], "yaml"),
        ({}, [], None),
    ],
)
def test_the_catalog_speaks_first_then_the_sql_then_the_header_then_the_yaml(
    sources: dict[str, object], names: list[str], by: str | None
) -> None:
    columns = known(**sources).columns  # type: ignore[arg-type]
    assert [column.name for column in columns] == names
    assert {column.known_by for column in columns} == ({by} if by else set())


def test_a_catalog_older_than_the_sql_gives_only_its_types() -> None:
    columns = known(in_catalog=catalog(B="INT", dropped="INT"), lineage=projection("a", "b")).columns
    assert [(column.name, column.known_by, column.data_type) for column in columns] == [
        ("a", "sql", None),
        ("b", "sql", "INT"),
    ]


def test_an_incremental_model_keeps_what_its_sql_no_longer_makes() -> None:
    node = replace(ORDERS, config={"materialized": "incremental"})
    columns = known(in_catalog=catalog(b="INT", old="INT"), lineage=projection("a", "b"), node=node).columns
    assert [column.name for column in columns] == ["a", "b", "old"]


def test_a_column_only_the_yaml_knows_is_unconfirmed_where_a_better_source_spoke() -> None:
    found = known(declared("id", "ghost"), lineage=projection("id", "amount"))
    assert found.unconfirmed == ("ghost",)
    assert [(column.name, column.declared) for column in found.columns] == [("id", True), ("amount", False)]


def test_where_the_sql_cannot_be_read_whole_the_yaml_s_columns_stand_beside_those_it_surely_makes() -> None:
    found = known(declared("id"), lineage=projection("made", complete=False))
    assert [column.name for column in found.columns] == ["id", "made"]
    assert found.unconfirmed == ()


def test_types_come_from_the_catalog_else_from_the_declaration() -> None:
    assert known(in_catalog=catalog(id="BIGINT")).columns[0].data_type == "BIGINT"
    assert known(declared("id"), lineage=projection("id")).columns[0].data_type == "int"


@pytest.mark.parametrize(
    ("sources", "name", "quote"),
    [
        ({"on_disk": declared("Id"), "in_catalog": catalog(ID="INT"), "adapter": "snowflake"}, "Id", False),
        ({"on_disk": declared("FOO"), "in_catalog": catalog(ID="INT"), "adapter": "snowflake"}, "ID", False),
        ({"on_disk": declared("foo"), "in_catalog": catalog(ID="INT"), "adapter": "snowflake"}, "id", False),
        ({"in_catalog": catalog(ID="INT"), "lineage": projection("Id"), "adapter": "snowflake"}, "Id", False),
        ({"in_catalog": catalog(ID="INT"), "adapter": "snowflake"}, "id", False),
        ({"in_catalog": catalog(orderId="INT"), "adapter": "snowflake"}, "orderId", True),
        ({"in_catalog": catalog(orderId="INT"), "adapter": "postgres"}, "orderId", True),
        ({"in_catalog": catalog(orderId="INT"), "adapter": "bigquery"}, "orderId", False),
        ({"in_catalog": catalog(ID="INT"), "adapter": "snowflake", "case": "upper"}, "ID", False),
    ],
)
def test_a_name_is_written_as_the_file_then_the_sql_then_the_warehouse_would(
    sources: dict[str, object], name: str, quote: bool
) -> None:
    column = known(**sources).columns[0]  # type: ignore[arg-type]
    assert (column.name, column.quote) == (name, quote)
