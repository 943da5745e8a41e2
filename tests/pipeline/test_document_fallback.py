"""`document` with several providers: who serves, whose texts they are, and how it ends where none is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pipeline.answers import abstaining, asked_node, tell
from tests.pipeline.shop import Shop, copy_shop
from tests.wire_server import Body, Reply, WireServer, failing

from dbt_docsmith.reports import Report

FEW = ["stg_webshop__products", "stg_webshop__payments", "stg_webshop__customers"]


@pytest.fixture
def shop(tmp_path: Path, wire_server: WireServer) -> Shop:
    shop = copy_shop(tmp_path, wire_server.base_url)
    shop.environ |= {"GROQ_API_KEY": "gsk-loopback", "GROQ_BASE_URL": f"http://{wire_server.host}/openai/v1"}
    wire_server.respond = tell
    return shop


def writers(report: Report) -> set[tuple[str | None, str | None, str]]:
    asked = [each for each in report.proposals if each.origin in ("llm", "cache", "rules")]
    return {(each.provider, each.model, each.origin) for each in asked}


def broke(body: Body) -> Reply:
    """No credit with the first; the second is well."""
    first = body["model"] == "gpt-5.4-mini"
    return failing(429, "You exceeded your quota", code="insufficient_quota") if first else tell(body)


def test_the_next_serves_all_that_the_first_no_longer_does_and_the_report_says_so(
    shop: Shop, wire_server: WireServer
) -> None:
    wire_server.respond = broke
    report = shop.document(provider="openai,groq:llama-x", select=FEW, threads=1)
    assert (report.exit_code, report.failures, report.ended) == (0, (), None)
    assert writers(report) == {("groq", "llama-x", "llm")}
    assert [body["model"] for body in wire_server.bodies].count("gpt-5.4-mini") == 1
    assert [warning for warning in shop.heard.warnings if "no credit left" in warning and "next" in warning]


def test_rules_serve_the_nodes_that_fail(shop: Shop, wire_server: WireServer) -> None:
    def respond(body: Body) -> Reply:
        return failing(400, "I do not like it") if "payments" in asked_node(body) else tell(body)

    wire_server.respond = respond
    report = shop.document(provider="openai,rules", select=FEW)
    assert report.failures == ()
    assert writers(report) == {("openai", "gpt-5.4-mini", "llm"), ("rules", "rules", "rules")}
    by_rules = {each.unique_id for each in report.proposals if each.origin == "rules"}
    assert by_rules == {"model.shop.stg_webshop__payments"}


def test_what_the_fallback_leaves_open_is_asked_of_the_first_when_it_is_well_again(
    shop: Shop, wire_server: WireServer
) -> None:
    wire_server.respond = lambda _body: failing(401, "no such key")
    left = shop.document(provider="openai,rules").questions
    assert left
    wire_server.respond = tell
    report = shop.document(provider="openai,rules")
    made = {(each.unique_id, each.column) for each in report.proposals}
    assert report.questions == ()
    assert {(each.unique_id, each.column) for each in left} <= made


def test_what_the_first_leaves_open_is_not_asked_again(shop: Shop, wire_server: WireServer) -> None:
    wire_server.respond = abstaining(1)
    shop.document(provider="openai,groq:llama-x", select=FEW)
    asked = len(wire_server.seen)
    assert shop.document(provider="openai,groq:llama-x", select=FEW).questions
    assert len(wire_server.seen) == asked


@pytest.mark.parametrize(("good", "code"), [(0, 2), (2, 1)])
def test_with_none_left_the_exit_code_says_whether_anything_was_spent(
    good: int, code: int, shop: Shop, wire_server: WireServer
) -> None:
    def respond(body: Body) -> Reply:
        return tell(body) if len(wire_server.seen) <= good else failing(401, "no such key")

    wire_server.respond = respond
    report = shop.document(provider="openai,groq:llama-x", threads=1)
    assert report.exit_code == code
    assert report.ended is not None
    assert len(wire_server.seen) == good + 2
