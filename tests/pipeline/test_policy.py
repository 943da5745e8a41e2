"""What leaves, and to whom: `redact` and `policy` of dbt-docsmith.yml, on the wire."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.answers import tell
from tests.pipeline.shop import Shop, copy_shop
from tests.wire_server import WireServer

from dbt_docsmith.config_sections import NeverSendSection
from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.errors import ConfigError
from dbt_docsmith.pipeline.never_send import NeverSend
from dbt_docsmith.pipeline.policy import is_host
from dbt_docsmith.pipeline.render import render_prompts
from dbt_docsmith.types import ColumnEvidence, Evidence, TestFact

EMAIL, KEY, CARD = "ann@shop.example", "AKIAIOSFODNN7EXAMPLE", "4111111111111111"
CUSTOMERS = "source.shop.webshop.customers"


@pytest.fixture
def shop(tmp_path: Path, wire_server: WireServer) -> Shop:
    wire_server.respond = tell
    return copy_shop(tmp_path, wire_server.base_url)


def configure(shop: Shop, text: str) -> None:
    (shop.root / "dbt-docsmith.yml").write_text(text, encoding="utf-8")


def change_manifest(shop: Shop, old: str, new: str) -> None:
    file = shop.root / "target" / "manifest.json"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def mark_column(shop: Shop, unique_id: str, column: str, **mark: Any) -> str:
    """A manifest in which the column has that mark."""
    manifest = json.loads((shop.root / "target" / "manifest.json").read_text(encoding="utf-8"))
    node = (manifest["nodes"] | manifest["sources"])[unique_id]
    found = node["columns"].setdefault(column, {"name": column})
    found.update(mark, config=mark)
    file = shop.home / "manifest.json"
    file.write_text(json.dumps(manifest), encoding="utf-8")
    return str(file)


def sent(server: WireServer) -> str:
    assert server.bodies
    return json.dumps(server.bodies)


def named(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){name}(?!\w)", text) is not None


def test_secrets_in_comments_and_literals_never_reach_the_wire(shop: Shop, wire_server: WireServer) -> None:
    change_manifest(shop, "lower(email) as email", f"nullif(email, '{EMAIL}') || {CARD} as email -- {KEY}\\n")
    shop.document(provider="openai")
    assert "[masked e-mail]" in sent(wire_server)
    assert [secret for secret in (EMAIL, KEY, CARD) if secret in sent(wire_server)] == []


def test_off_masks_nothing_and_all_masks_every_literal(shop: Shop, wire_server: WireServer) -> None:
    change_manifest(shop, "lower(email) as email", f"nullif(email, '{EMAIL}') as email")
    configure(shop, "redact: {mode: off}\n")
    shop.document(provider="openai", select=["stg_webshop__customers"])
    assert EMAIL in sent(wire_server)
    wire_server.bodies.clear()
    configure(shop, "redact: {mode: all}\n")
    shop.document(provider="openai", overwrite=True)
    assert "'***'" in sent(wire_server)
    assert re.findall(r"'(?!\*\*\*)[a-z]+' (?:then|as|,)", sent(wire_server)) == []


def test_prompts_render_shows_what_is_masked(shop: Shop) -> None:
    change_manifest(shop, "lower(email) as email", f"nullif(email, '{EMAIL}') as email")
    configure(shop, "redact: {patterns: [webshop]}\n")
    rendered = render_prompts(shop.config(provider="openai"), "stg_webshop__customers", shop.heard)
    assert EMAIL not in rendered.prompts[0].user
    assert "[masked e-mail]" in rendered.prompts[0].user


@pytest.mark.parametrize(
    ("mark", "policy"),
    [
        ({"tags": ["pii"]}, "tags: [pii]"),
        ({"meta": {"contains_pii": True}}, "meta: [contains_pii]"),
        ({"meta": {"class": "Secret"}}, "meta: [class=secret]"),
    ],
)
def test_a_column_that_is_never_sent_is_not_even_named(
    mark: dict[str, Any], policy: str, shop: Shop, wire_server: WireServer
) -> None:
    manifest = mark_column(shop, CUSTOMERS, "email", **mark)
    configure(shop, f"policy: {{never_send: {{{policy}}}}}\n")
    foretold = shop.document(dry_run=True, provider="openai", manifest=manifest)
    report = shop.document(provider="openai", manifest=manifest)
    assert not named(sent(wire_server), "email")
    assert foretold.estimate is not None
    assert foretold.estimate.requests == len(wire_server.bodies)
    origins = {p.unique_id: p.origin for p in report.proposals if (p.column or "").lower() == "email"}
    assert set(origins.values()) <= {"inherited", "rules"}
    assert "model.shop.dim_customers" in {p.unique_id for p in report.proposals if p.origin == "llm"}


def test_a_test_that_refers_to_it_from_elsewhere_does_not_name_it(shop: Shop) -> None:
    path = Path(mark_column(shop, CUSTOMERS, "secret_no", tags=["pii"]))
    manifest = read_manifest(path)
    test = TestFact(name="relationships", to="source('webshop', 'customers')", field="Secret_No")
    other = TestFact(name="relationships", to="source('webshop', 'customers')", field="id")
    asked = Evidence(
        unique_id="seed.shop.product_categories",
        name="product_categories",
        resource_type="seed",
        relation="ref('product_categories')",
        tests=(test,),
        columns=(ColumnEvidence(name="owner_no", tests=(test, other)),),
    )
    public, private = NeverSend(NeverSendSection(tags=["pii"]), manifest).split(asked)
    assert public is not None
    assert (public.tests, public.columns[0].tests, private) == ((), (other,), None)


def test_without_that_policy_it_is_named(shop: Shop, wire_server: WireServer) -> None:
    manifest = mark_column(shop, CUSTOMERS, "email", tags=["pii"])
    shop.document(provider="openai", manifest=manifest)
    assert named(sent(wire_server), "email")


def test_a_node_that_is_never_sent_is_asked_about_here(shop: Shop, wire_server: WireServer) -> None:
    configure(shop, "policy: {never_send: {paths: [models/staging]}}\n")
    report = shop.document(provider="openai")
    assert "Document a dbt project" in sent(wire_server)
    assert "model: ref('stg_webshop__" not in sent(wire_server)
    assert {p.origin for p in report.proposals if ".stg_" in p.unique_id} <= {"inherited", "rules", "doc_block"}


def test_prompts_render_says_what_goes_to_no_provider(shop: Shop) -> None:
    configure(shop, "policy: {never_send: {paths: [models/staging]}}\n")
    rendered = render_prompts(shop.config(provider="openai"), "stg_webshop__customers", shop.heard)
    assert rendered.prompts == ()
    assert any("goes to no provider (policy.never_send)" in line for line in rendered.free)


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("providers: [anthropic]", "policy.providers does not allow openai; it allows: anthropic"),
        (
            "hosts: [llm.acme.example]",
            r"policy.hosts does not allow 127.0.0.1:\d+ \(openai\); it allows: llm",
        ),
        ("hosts: []", "policy.hosts does not allow .* it allows: none"),
    ],
)
def test_nothing_goes_where_the_policy_does_not_allow_it(
    policy: str, told: str, shop: Shop, wire_server: WireServer
) -> None:
    configure(shop, f"policy: {{{policy}}}\n")
    for provider in ("openai", "rules,openai"):
        with pytest.raises(ConfigError, match=told):
            shop.document(provider=provider)
    assert shop.document(provider="rules").exit_code == 0
    assert wire_server.bodies == []


@pytest.mark.parametrize(
    ("host", "allowed", "is_allowed"),
    [
        ("api.openai.com", "api.openai.com", True),
        ("api.openai.com", "API.OpenAI.com", True),
        ("acme.openai.azure.com", "*.openai.azure.com", True),
        ("localhost:8000", "localhost", True),
        ("localhost:8000", "localhost:8000", True),
        ("localhost:8000", "localhost:80", False),
        ("api.openai.com.evil.example", "api.openai.com", False),
        ("evil-api.openai.com", "api.openai.com", False),
        ("[::1]:8000", "[[]::1]", True),
    ],
)
def test_a_host_is_named_with_its_port_or_without_or_by_a_pattern(
    host: str, allowed: str, is_allowed: bool
) -> None:
    assert is_host(host, allowed) is is_allowed
