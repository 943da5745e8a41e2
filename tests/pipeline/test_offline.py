"""`document --offline`: nothing is sent; what was answered before serves, and the rules where nothing was."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pipeline.answers import tell
from tests.pipeline.shop import Shop, copy_shop
from tests.wire_server import WireServer

FEW = ["stg_webshop__products", "stg_webshop__payments"]


@pytest.fixture
def shop(tmp_path: Path, wire_server: WireServer) -> Shop:
    wire_server.respond = tell
    return copy_shop(tmp_path, wire_server.base_url)


def origins(shop: Shop, **options: object) -> dict[str, set[str]]:
    report = shop.document(offline=True, **options)
    assert report.failures == ()
    made = [each for each in report.proposals if each.origin in ("llm", "cache", "rules")]
    return {
        uid: {each.origin for each in made if each.unique_id == uid} for uid in {each.unique_id for each in made}
    }


def test_stored_answers_serve_and_the_rules_for_the_rest(shop: Shop, wire_server: WireServer) -> None:
    shop.document(select=FEW[:1], diff=True)
    asked = len(wire_server.seen)
    assert asked
    assert origins(shop, select=FEW) == {
        "model.shop.stg_webshop__products": {"cache"},
        "model.shop.stg_webshop__payments": {"rules"},
    }
    assert len(wire_server.seen) == asked


def test_stored_answers_serve_where_the_key_is_not(shop: Shop, wire_server: WireServer) -> None:
    shop.document(select=FEW, diff=True)
    asked = len(wire_server.seen)
    del shop.environ["OPENAI_API_KEY"]
    found = origins(shop, select=FEW, provider="openai")
    assert set(found) == {"model.shop.stg_webshop__products", "model.shop.stg_webshop__payments"}
    assert all(each == {"cache"} for each in found.values())
    assert len(wire_server.seen) == asked


def test_where_nothing_is_configured_it_is_the_rules(shop: Shop, wire_server: WireServer) -> None:
    shop.environ.clear()
    assert {origin for each in origins(shop, select=FEW).values() for origin in each} == {"rules"}
    assert wire_server.seen == []


def test_its_dry_run_foretells_no_request_and_tells_the_same_texts(shop: Shop, wire_server: WireServer) -> None:
    foretold = shop.document(offline=True, dry_run=True)
    assert foretold.estimate is not None
    assert (foretold.estimate.requests, foretold.estimate.requests_most) == (0, 0)
    assert foretold.proposals == shop.document(offline=True).proposals
    assert wire_server.seen == []
