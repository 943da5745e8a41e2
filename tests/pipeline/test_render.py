"""`prompts render` shows exactly what `document` sends."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.pipeline.answers import abstaining, tell
from tests.pipeline.shop import Shop, copy_shop
from tests.wire_server import Body, WireServer, asked_columns

from dbt_docsmith.errors import UsageError
from dbt_docsmith.pipeline.render import Rendered, render_prompts


@pytest.fixture
def shop(tmp_path: Path, wire_server: WireServer) -> Shop:
    wire_server.respond = tell
    return copy_shop(tmp_path, wire_server.base_url)


def rendered(shop: Shop, name: str, **given: object) -> Rendered:
    return render_prompts(shop.config(provider="openai", **given), name, shop.heard)


def messages(bodies: list[Body]) -> list[tuple[str, str]]:
    return [(body["messages"][0]["content"], body["messages"][1]["content"]) for body in bodies]


def prompts(shown: Rendered) -> list[tuple[str, str]]:
    return [(prompt.system, prompt.user) for prompt in shown.prompts]


@pytest.mark.parametrize(
    ("name", "selector"),
    [
        ("stg_webshop__payments", "stg_webshop__payments"),
        ("model.shop.stg_webshop__payments", "stg_webshop__payments"),
        ("webshop.products", "source:webshop.products"),
        ("source.shop.webshop.order_lines", "source:webshop.order_lines"),
        ("dim_products", "dim_products.v2"),
        ("dim_products.v2", "dim_products.v2"),
        ("countries", "countries"),
        ("order_status_history", "order_status_history"),
        ("dim_customers", "dim_customers"),
    ],
)
def test_what_is_shown_is_what_is_sent(name: str, selector: str, shop: Shop, wire_server: WireServer) -> None:
    shown = rendered(shop, name)
    assert wire_server.seen == []
    shop.document(provider="openai", select=[selector])
    assert prompts(shown) == messages(wire_server.bodies)
    assert [prompt.schema for prompt in shown.prompts] == [
        body["response_format"]["json_schema"]["schema"] for body in wire_server.bodies
    ]
    assert shown.host == wire_server.host


def test_a_wide_node_is_shown_in_the_parts_it_is_sent_in(shop: Shop, wire_server: WireServer) -> None:
    shown = rendered(shop, "stg_webshop__payments", max_tokens=400)
    assert len(shown.prompts) == 4
    shop.document(provider="openai", select=["stg_webshop__payments"], max_tokens=400)
    assert prompts(shown) == messages(wire_server.bodies)


def test_one_column_is_shown_as_it_is_sent_when_it_is_the_only_one_missing(
    shop: Shop, wire_server: WireServer
) -> None:
    shop.document(provider="openai")
    [sent] = [body for body in wire_server.bodies if asked_columns(body) == ["is_perishable"]]
    shown = rendered(shop, "dim_products.is_perishable")
    assert [prompt.template for prompt in shown.prompts] == ["column"]
    assert prompts(shown) == messages([sent])


def test_what_the_model_left_open_is_told_and_not_shown(shop: Shop, wire_server: WireServer) -> None:
    wire_server.respond = abstaining(2)
    report = shop.document(provider="openai", select=["stg_webshop__payments"])
    shown = rendered(shop, "stg_webshop__payments")
    assert shown.prompts == ()
    assert shown.free == tuple(f"{each.column}: left open before: {each.question}" for each in report.questions)
    assert len(shown.free) > 1


def test_what_costs_nothing_is_told_and_not_shown(shop: Shop) -> None:
    shown = rendered(shop, "stg_webshop__products.list_price")
    assert [prompt.template for prompt in shown.prompts] == ["column"]
    inherited = rendered(shop, "stg_webshop__customers.registered_at")
    assert inherited.prompts == ()
    assert inherited.free == ("registered_at: inherited (source.shop.webshop.customers.created)",)


def test_a_node_that_misses_nothing_is_shown_as_if_it_missed_all(shop: Shop) -> None:
    shop.document(provider="openai")
    [prompt] = rendered(shop, "stg_webshop__payments").prompts
    assert "- is_captured" in prompt.user.partition("## Columns to describe")[2]


@pytest.mark.parametrize("name", ["stg_webshop__paymets", "stg_webshop__payments.amount", "webshop.paymnts", "x"])
def test_a_name_that_is_not_there_is_an_error_of_one_line(name: str, shop: Shop) -> None:
    with pytest.raises(UsageError) as caught:
        rendered(shop, name)
    assert "\n" not in str(caught.value)


def run(shop: Shop, *arguments: str) -> subprocess.CompletedProcess[str]:
    with shop.start(*arguments) as child:
        said, told = child.communicate(timeout=60)
    return subprocess.CompletedProcess(arguments, child.returncode, said, told)


def test_the_command_prints_them_as_json_and_as_text_and_sends_nothing(
    shop: Shop, wire_server: WireServer
) -> None:
    ran = run(shop, "prompts", "render", "webshop.products", "--provider", "openai", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    shown = json.loads(ran.stdout)
    text = run(shop, "prompts", "render", "webshop.products", "--provider", "openai").stdout
    assert wire_server.seen == []
    shop.document(provider="openai", select=["source:webshop.products"])
    [(system, user)] = messages(wire_server.bodies)
    assert [(prompt["system"], prompt["user"]) for prompt in shown["prompts"]] == [(system, user)]
    assert system in text
    assert user in text
    assert wire_server.host in text
