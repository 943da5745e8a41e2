from __future__ import annotations

import pytest

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.path_templates import fill_in, resolve
from dbt_docsmith.types import Node

ORDERS = Node(
    unique_id="model.shop.orders",
    name="orders",
    resource_type="model",
    package_name="shop",
    fqn=("shop", "marts", "finance", "orders"),
    original_file_path="models/marts/finance/orders.sql",
    database="wh",
    schema_name="analytics",
    identifier="fct_orders",
    tags=("money", "daily"),
    config={"materialized": "table", "meta": {"owner": "ann"}, "my-key": "k", "enabled": True},
    meta={"owner": "ann"},
)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("_{model}.yml", "_orders.yml"),
        ("{parent}.yml", "finance.yml"),
        ("_{folder}__{section}", "_finance__models"),
        ("{schema}/{model}", "analytics/orders"),
        ("{node.name}", "orders"),
        ("{node.alias}", "fct_orders"),
        ("{node.database}/{node.schema}/{node.name}.yml", "wh/analytics/orders.yml"),
        ("{node.config[materialized]}/{model}.yml", "table/orders.yml"),
        ("{node.config.materialized}", "table"),
        ("{node.config[meta][owner]}", "ann"),
        ("{node.meta[owner]}", "ann"),
        ("{node.config[my-key]}", "k"),
        ("{node.tags[0]}_{model}", "money_orders"),
        ("{node.fqn[0]}/{node.resource_type}_{node.language}", "shop/model_sql"),
        ("{node.fqn[-1]}", "orders"),
        ("{node.fqn[-2]}/x", "finance/x"),
        ("a{{b}}", "a{b}"),
        ("schema", "schema"),
    ],
)
def test_names_in_braces_are_filled_in(template: str, filled: str) -> None:
    assert fill_in(template, ORDERS) == filled


@pytest.mark.parametrize(
    "template",
    [
        "{node.__class__}",
        "{node.__class__.__init__.__globals__[os]}",
        "{node.name.__class__}",
        "{node.config.__class__}",
        "{model.__len__}",
        "{node}",
        "{node.config}",
        "{node.tags}",
        "{node.tags[2]}",
        "{node.tags[-3]}",
        "{node.tags[x]}",
        "{node.config[missing]}",
        "{node.source_name}",
        "{node.group}",
        "{nothing}",
        "{}",
        "{0}",
        "{model!r}",
        "{model:>1000000000}",
        "{model:{model}}",
        "{model",
        "model}",
        "{node.config[meta}",
        "{ model }",
    ],
)
def test_what_names_nothing_of_the_node_is_refused_with_its_template(template: str) -> None:
    with pytest.raises(WriteError) as refused:
        fill_in(template, ORDERS)
    assert template in str(refused.value)


def test_the_folder_of_a_file_at_the_very_top_is_the_project() -> None:
    top = Node(
        unique_id="model.shop.a", name="a", resource_type="model", package_name="shop", original_file_path="a.sql"
    )
    assert fill_in("{parent}", top) == "shop"


@pytest.mark.parametrize(
    ("filled", "path"),
    [
        ("_a.yml", "models/marts/_a.yml"),
        ("_a.yaml", "models/marts/_a.yaml"),
        ("_a", "models/marts/_a.yml"),
        ("_a.docs", "models/marts/_a.docs.yml"),
        ("deep/er/a", "models/marts/deep/er/a.yml"),
        ("/a", "models/a.yml"),
        ("/docs/a.yml", "models/docs/a.yml"),
        ("../a.yml", "models/a.yml"),
        ("./a.yml", "models/marts/a.yml"),
        ("docs\\a.yml", "models/marts/docs/a.yml"),
        ("../../../a.yml", "../a.yml"),
        ("//etc/passwd", "/etc/passwd.yml"),
    ],
)
def test_a_slash_means_from_the_root_and_none_beside_the_file(filled: str, path: str) -> None:
    assert resolve(filled, beside="models/marts", root="models") == path


@pytest.mark.parametrize("filled", ["", "/", "docs/", "a/..", "a\nb.yml", "c:/a.yml", "what?.yml"])
def test_what_is_no_file_name_is_refused(filled: str) -> None:
    with pytest.raises(WriteError):
        resolve(filled, beside="models", root="models")
