"""`document` where the provider fails, wholly or for one node: what is kept, what is asked, how the run ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.pipeline.answers import asked_node, tell
from tests.pipeline.shop import Shop, copy_shop, made_by, texts
from tests.wire_server import Body, Reply, WireServer, answering, failing

THREADS = 4
ONE = "ref('stg_webshop__payments')"


@pytest.fixture
def shop(tmp_path: Path, wire_server: WireServer) -> Shop:
    wire_server.respond = tell
    return copy_shop(tmp_path, wire_server.base_url)


@pytest.fixture(scope="module")
def by_rules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The example as `--provider rules` leaves it."""
    shop = copy_shop(tmp_path_factory.mktemp("by_rules"))
    shop.document(provider="rules")
    return shop.files()


def refusing(status: int) -> Callable[[Body], Reply]:
    return lambda _body: failing(status, "no")


def after(good: int, then: Callable[[Body], Reply], server: WireServer) -> Callable[[Body], Reply]:
    """So many good answers, then the other kind."""
    return lambda body: tell(body) if len(server.seen) <= good else then(body)


@pytest.mark.parametrize("status", [401, 403, 402])
def test_a_key_that_is_not_accepted_ends_all_asking_at_once(
    status: int, shop: Shop, wire_server: WireServer
) -> None:
    wire_server.respond = refusing(status)
    report = shop.document(provider="openai", threads=THREADS)
    assert report.exit_code == 2
    assert 1 <= len(wire_server.seen) <= THREADS
    assert {failure.error for failure in report.failures} <= {"AuthenticationFailed", "QuotaExhausted"}
    assert made_by(report, "llm", "cache") == []


def test_what_is_free_is_written_without_a_key_that_is_accepted(shop: Shop, wire_server: WireServer) -> None:
    wire_server.respond = refusing(401)
    before = shop.files()
    report = shop.document(provider="openai", threads=THREADS)
    free = made_by(report, "inherited", "doc_block", "glossary")
    assert len(free) > 5
    assert len(free) == len(report.proposals)
    assert {file.path for file in report.files} == {
        name for name, now in shop.files().items() if now != before.get(name)
    }


def test_a_key_that_expires_on_the_way_ends_with_1_because_money_was_spent(
    shop: Shop, wire_server: WireServer
) -> None:
    wire_server.respond = after(5, refusing(401), wire_server)
    report = shop.document(provider="openai", threads=1)
    assert (report.exit_code, len(wire_server.seen)) == (1, 6)
    assert len({each.unique_id for each in made_by(report, "llm")}) == 5


def test_money_counts_as_spent_where_the_server_does_not_say_how_much(shop: Shop, wire_server: WireServer) -> None:
    def without_usage(body: Body) -> Reply:
        said = tell(body)
        return Reply(said.status, said.body.replace(b'"usage"', b'"usage_is_not_told"'), said.headers)

    wire_server.respond = lambda body: without_usage(body) if len(wire_server.seen) < 3 else failing(401, "no")
    report = shop.document(provider="openai", threads=1)
    assert made_by(report, "llm")
    assert report.exit_code == 1


def test_the_next_provider_serves_where_the_first_does_not_let_us_in(
    shop: Shop, wire_server: WireServer, by_rules: dict[str, bytes]
) -> None:
    wire_server.respond = refusing(401)
    report = shop.document(provider="openai,rules", threads=THREADS)
    assert report.exit_code == 0
    assert len(wire_server.seen) <= THREADS
    assert shop.files() == by_rules


def test_the_next_provider_serves_what_the_first_fails_at(
    shop: Shop, wire_server: WireServer, by_rules: dict[str, bytes]
) -> None:
    wire_server.respond = refusing(500)
    report = shop.document(provider="openai,rules", max_retries=0)
    assert report.exit_code == 0
    assert shop.files() == by_rules
    assert len({asked_node(body) for body in wire_server.bodies}) == len(wire_server.seen)


def test_the_next_provider_serves_only_the_node_the_first_fails_at(shop: Shop, wire_server: WireServer) -> None:
    wire_server.respond = lambda body: failing(500, "no") if asked_node(body) == ONE else tell(body)
    report = shop.document(provider="openai,rules", max_retries=0)
    assert report.exit_code == 0
    assert {each.unique_id for each in made_by(report, "rules")} == {"model.shop.stg_webshop__payments"}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (failing(500, "no"), "ServerFailed"),
        (failing(400, "no"), "RequestRejected"),
        (failing(429, "no"), "RateLimited"),
        (Reply(manner="drop"), "ConnectionFailed"),
        (answering(None, refusal="I will not."), "AnswerRefused"),
        (answering("Sure! Here is something else."), "AnswerError"),
    ],
)
def test_a_node_that_fails_fails_alone(reply: Reply, error: str, shop: Shop, wire_server: WireServer) -> None:
    wire_server.respond = lambda body: reply if asked_node(body) == ONE else tell(body)
    report = shop.document(provider="openai", max_retries=1, rate_limit=0)
    assert report.exit_code == 1
    assert {(failure.unique_id, failure.error) for failure in report.failures} == {
        ("model.shop.stg_webshop__payments", error)
    }
    assert len(report.failures) == 8
    unconfirmed = report.unconfirmed
    done = {unique_id for unique_id, _ in texts(report)}
    assert len(done) > 20
    missing = {
        each.unique_id for each in shop.check().missing if f"{each.unique_id}.{each.column}" not in unconfirmed
    }
    assert missing == {"model.shop.stg_webshop__payments"}
    wire_server.respond = tell
    asked = len(wire_server.seen)
    assert shop.document(provider="openai").exit_code == 0
    assert {asked_node(body) for body in wire_server.bodies[asked:]} == {ONE}


def test_a_file_that_is_no_yaml_fails_its_own_nodes(shop: Shop, wire_server: WireServer) -> None:
    (shop.root / "seeds" / "_seeds.yml").write_text("seeds:\n  - name: [countries\n", encoding="utf-8")
    report = shop.document(provider="openai", manifest=str(shop.root / "target" / "manifest.json"))
    assert report.exit_code == 1
    assert {failure.unique_id for failure in report.failures} == {
        "seed.shop.countries",
        "seed.shop.product_categories",
    }
    assert all("seeds/_seeds.yml" in failure.message for failure in report.failures)
    assert not [body for body in wire_server.bodies if asked_node(body) == "ref('countries')"]
    assert len(report.files) == 9
