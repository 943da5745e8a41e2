"""What the model is told of the example, and at what price."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from benchmarks.price import tokens
from benchmarks.prompts import run_of
from benchmarks.recall import KINDS, facts
from tests.pipeline.answers import tell
from tests.pipeline.shop import EXAMPLE, Shop, copy_shop
from tests.wire_server import WireServer

from dbt_docsmith.pipeline.render import render_prompts


def test_all_that_is_known_of_a_missing_column_is_in_its_prompt() -> None:
    with run_of(EXAMPLE) as run:
        found = list(facts(run))
    assert [fact for fact in found if not fact.told] == []
    assert set(Counter(fact.kind for fact in found)) == set(KINDS)
    assert len({fact.column for fact in found}) > 50


def test_a_description_costs_at_most_90_prompt_tokens() -> None:
    with run_of(EXAMPLE) as run:
        assert sum(tokens(each.prompt) for each in run.asked) / len(run.proposals) <= 90


@pytest.fixture
def shop(tmp_path: Path, wire_server: WireServer) -> Shop:
    wire_server.respond = tell
    return copy_shop(tmp_path, wire_server.base_url)


def prompt_of(shop: Shop, name: str) -> str:
    (prompt,) = render_prompts(shop.config(provider="openai"), name, shop.heard).prompts
    return prompt.user


def test_owner_and_comments_of_the_properties_file_are_told_and_masked(shop: Shop) -> None:
    path = shop.root / "target" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["groups"] = {
        "group.shop.finance": {"name": "finance", "owner": {"name": "Mo", "email": "mo@x.example"}}
    }
    manifest["nodes"]["model.shop.daily_revenue"]["group"] = "finance"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    file = shop.root / "models" / "marts" / "finance" / "_finance__models.yml"
    text = file.read_text(encoding="utf-8")
    noted = text.replace("- name: channel", "- name: channel  # ask ann@shop.example: web or till")
    file.write_text(noted, encoding="utf-8")
    prompt = prompt_of(shop, "daily_revenue")
    assert "group finance, owner Mo" in prompt
    assert "  comment: ask [masked e-mail]: web or till" in prompt
    assert "example" not in prompt


def style_of(prompt: str) -> str:
    return prompt.partition("house style:")[2].partition("SQL:")[0]


def test_texts_that_a_model_wrote_are_no_style(shop: Shop) -> None:
    before = prompt_of(shop, "daily_revenue")
    shop.document(provider="openai", exclude=["daily_revenue"])
    after = prompt_of(shop, "daily_revenue")
    assert "house style:" in before
    assert style_of(before) == style_of(after)


def test_the_user_s_own_examples_take_the_place_of_the_project_s(shop: Shop) -> None:
    (shop.root / "dbt-docsmith.yml").write_text("style: {examples: [Net of tax.]}\n", encoding="utf-8")
    (prompt,) = render_prompts(shop.config(provider="openai"), "daily_revenue", shop.heard).prompts
    assert "- Net of tax." in prompt.system
    assert "house style:" not in prompt.user


def test_texts_of_what_is_never_sent_are_shown_nowhere(shop: Shop) -> None:
    before = prompt_of(shop, "daily_revenue")
    assert "Number on the customer's confirmation mail." in before
    config = "policy: {never_send: {paths: [models/marts/finance/fct_orders.sql]}}\n"
    (shop.root / "dbt-docsmith.yml").write_text(config, encoding="utf-8")
    assert "Number on the customer's confirmation mail." not in prompt_of(shop, "daily_revenue")


def test_a_prompt_is_no_longer_than_the_model_s_context_leaves_room_for(shop: Shop) -> None:
    whole = prompt_of(shop, "dim_customers")
    config = "providers: {openai: {context_tokens: 900}}\n"
    (shop.root / "dbt-docsmith.yml").write_text(config, encoding="utf-8")
    fitted = prompt_of(shop, "dim_customers")
    assert len(fitted) < len(whole)
    assert column_part(fitted).count("\n- ") == column_part(whole).count("\n- ")


def column_part(prompt: str) -> str:
    return prompt.partition("## Columns to describe")[2]
