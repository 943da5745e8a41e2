"""`document` through `openai` against a server on loopback: what leaves, how often, and what comes of it."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.pipeline.answers import abstaining, asked_node, asks_for_node, saying, tell, user_message
from tests.pipeline.shop import Shop, copy_shop, made_by, texts
from tests.wire_server import Body, Reply, WireServer, answering, asked_columns

from dbt_docsmith.prompting.answer import ANSWER_SCHEMA
from dbt_docsmith.reports import Report


class Conversation:
    """A dry run, a run, and the requests that the run made."""

    def __init__(self, folder: Path, server: WireServer) -> None:
        server.respond = tell
        self.shop = copy_shop(folder, server.base_url)
        declare_a_ghost(self.shop)
        self.before = self.shop.files()
        self.foretold = self.shop.document(dry_run=True, provider="openai")
        self.sent_by_the_dry_run = list(server.bodies)
        self.after_the_dry_run = self.shop.files()
        self.report = self.shop.document(provider="openai")
        self.bodies = list(server.bodies)
        self.after = self.shop.files()
        self.server = server

    def about(self, node: str) -> Body:
        """The one request about a node."""
        [body] = [body for body in self.bodies if asked_node(body) == node]
        return body


def declare_a_ghost(shop: Shop) -> None:
    """A column that the YAML declares and nobody else has heard of."""
    file = shop.root / "seeds" / "_seeds.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("- name: category_name", "- name: ghost\n      - name: category_name"), encoding="utf-8"
    )


def relation_of(unique_id: str) -> str:
    """How a prompt names a node."""
    kind, _, *names = unique_id.split(".")
    if kind == "source":
        return f"source('{names[0]}', '{names[1]}')"
    version = f", v={names[1].removeprefix('v')}" if len(names) > 1 else ""
    return f"ref('{names[0]}'{version})"


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conversation]:
    with WireServer() as server:
        yield Conversation(tmp_path_factory.mktemp("talked"), server)


@pytest.fixture
def shop(tmp_path: Path, wire_server: WireServer) -> Shop:
    wire_server.respond = tell
    return copy_shop(tmp_path, wire_server.base_url)


# ------------------------------------------------------------------ how often


def test_a_node_is_asked_for_once(talked: Conversation) -> None:
    assert len(talked.bodies) > 20
    assert {node: times for node, times in Counter(map(asked_node, talked.bodies)).items() if times > 1} == {}


def test_the_dry_run_foretold_each_request_and_made_none(talked: Conversation) -> None:
    assert talked.foretold.estimate is not None
    assert talked.foretold.estimate.requests == len(talked.bodies) == talked.report.usage.requests
    assert talked.sent_by_the_dry_run == []


def test_the_dry_run_foretold_which_texts_and_where_from(talked: Conversation) -> None:
    def told(report: Report) -> set[tuple[object, ...]]:
        return {(each.unique_id, each.column, each.origin, each.source, each.file) for each in report.proposals}

    assert told(talked.foretold) == told(talked.report)


def test_the_dry_run_wrote_nothing(talked: Conversation) -> None:
    assert talked.after_the_dry_run == talked.before


def test_everything_that_is_missing_gets_its_text(talked: Conversation) -> None:
    report = talked.report
    assert (report.exit_code, report.failures, report.questions) == (0, (), ())
    assert report.coverage is not None
    assert report.coverage.after.nodes[0] == report.coverage.after.nodes[1]
    missing = {f"{each.unique_id}.{each.column}" for each in talked.shop.check().missing}
    assert missing == set(report.unconfirmed)


def test_a_second_run_asks_nothing_and_changes_nothing(talked: Conversation) -> None:
    again = talked.shop.document(provider="openai")
    assert (len(talked.server.seen), again.usage.requests) == (len(talked.bodies), 0)
    assert talked.shop.files() == talked.after


def test_the_same_project_elsewhere_is_answered_from_the_store(talked: Conversation, tmp_path: Path) -> None:
    other = copy_shop(tmp_path, talked.server.base_url)
    declare_a_ghost(other)
    other.environ["OSMOSIS_LLM_CACHE_DIR"] = str(talked.shop.cache)
    report = other.document(provider="openai")
    assert len(talked.server.seen) == len(talked.bodies)
    assert other.files() == talked.after
    assert {each.origin for each in made_by(report, "llm", "cache")} == {"cache"}


# ------------------------------------------------------------------ what leaves


def test_each_request_asks_for_the_one_schema(talked: Conversation) -> None:
    schemas = [body["response_format"]["json_schema"]["schema"] for body in talked.bodies]
    assert schemas == [ANSWER_SCHEMA] * len(talked.bodies)


def test_no_prompt_names_a_relation_a_database_or_a_folder(talked: Conversation, tmp_path: Path) -> None:
    said = "\n".join(user_message(body) + body["messages"][0]["content"] for body in talked.bodies)
    for secret in (str(talked.shop.root), "/tmp", '"shop"."', "shop.main", "raw_webshop", "duckdb"):
        assert secret not in said


def test_parents_are_asked_before_children_who_see_their_texts(talked: Conversation) -> None:
    asked = [asked_node(body) for body in talked.bodies]
    assert asked.index("source('webshop', 'products')") < asked.index("ref('stg_webshop__products')")
    made = texts(talked.report)
    told = made["source.shop.webshop.products", None]
    title = made["source.shop.webshop.products", "title"]
    assert told
    assert title
    assert f"- source('webshop', 'products'): {told}" in user_message(talked.about("ref('stg_webshop__products')"))
    assert f"- product_name: {title}" in user_message(talked.about("ref('stg_webshop__products')"))


def test_what_is_inherited_is_asked_of_nobody(talked: Conversation) -> None:
    inherited = {(each.unique_id, each.column) for each in made_by(talked.report, "inherited")}
    assert len(inherited) > 20
    names = {relation_of(uid): uid for uid, _ in texts(talked.report)}
    asked = {(names[asked_node(body)], column) for body in talked.bodies for column in asked_columns(body)}
    assert len(asked) > 50
    assert inherited.isdisjoint(asked)


def test_a_column_only_the_yaml_knows_is_told_and_not_asked_about(talked: Conversation) -> None:
    assert "seed.shop.product_categories.ghost" in talked.report.unconfirmed
    assert "ghost" not in [name for body in talked.bodies for name in asked_columns(body)]
    assert ("seed.shop.product_categories", "ghost") not in texts(talked.report)


# ------------------------------------------------------------------ dry runs, stores


def test_a_dry_run_needs_no_key(tmp_path: Path) -> None:
    shop = copy_shop(tmp_path)
    report = shop.document(dry_run=True, provider="openai")
    assert report.exit_code == 0
    assert report.estimate is not None
    assert report.estimate.requests > 20
    assert [warning for warning in shop.heard.warnings if "OPENAI_API_KEY" in warning]


def test_refresh_asks_again(shop: Shop, wire_server: WireServer, tmp_path: Path) -> None:
    shop.document(provider="openai", select=["stg_webshop__products"])
    twin = copy_shop(tmp_path / "twin", wire_server.base_url)
    twin.environ["OSMOSIS_LLM_CACHE_DIR"] = str(shop.cache)
    twin.document(provider="openai", select=["stg_webshop__products"], refresh=True)
    first, second = wire_server.bodies
    assert first == second


def test_refresh_asks_again_what_was_left_open(shop: Shop, wire_server: WireServer) -> None:
    wire_server.respond = abstaining(1)
    for refresh, requests in ((False, 1), (False, 1), (True, 2)):
        shop.document(provider="openai", select=["stg_webshop__payments"], refresh=refresh)
        assert len(wire_server.seen) == requests


def test_no_cache_keeps_nothing_but_what_was_spent(shop: Shop, wire_server: WireServer) -> None:
    wire_server.respond = abstaining(1)
    for requests in (1, 2):
        shop.document(provider="openai", select=["stg_webshop__payments"], use_cache=False)
        assert len(wire_server.seen) == requests
    assert {path.name.removesuffix(path.suffix) for path in shop.cache.iterdir()} == {"usage"}


def test_overwriting_twice_asks_nothing_the_second_time_and_changes_nothing(
    shop: Shop, wire_server: WireServer
) -> None:
    first = shop.document(provider="openai", overwrite=True)
    asked, written = len(wire_server.seen), shop.files()
    assert len(first.proposals) > 150
    second = shop.document(provider="openai", overwrite=True)
    assert len(wire_server.seen) == asked
    assert shop.files() == written
    assert made_by(second, "llm") == []


@pytest.mark.parametrize("one_in", [1, 2, 3])
def test_what_was_left_open_is_not_asked_again(one_in: int, shop: Shop, wire_server: WireServer) -> None:
    wire_server.respond = abstaining(one_in)
    first = shop.document(provider="openai")
    asked, written = len(wire_server.seen), shop.files()
    second = shop.document(provider="openai")
    assert first.questions
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert set(second.questions) == set(first.questions)
    assert len(wire_server.seen) == asked
    assert shop.files() == written


# ------------------------------------------------------------------ what the answer may be


def unruly(seed: int) -> Callable[[Body], Reply]:
    """Answers that are bad in one way or another, half of the time."""
    chance = random.Random(seed)

    def text(name: str) -> str | None:
        return chance.choice(
            [f"Told of {name} by chance.", f"Told of {name} by chance.", None, name, "Sure! It is"]
        )

    def respond(body: Body) -> Reply:
        names = [name for name in asked_columns(body) if chance.random() > 0.2]
        whole = saying(text("the whole"), {name: text(name) for name in names})
        return chance.choice([whole, whole, whole, answering("I would rather not."), answering({"columns": 3})])

    return respond


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))])
def test_however_unruly_the_answers_the_requests_stay_within_what_was_foretold(
    seed: int, shop: Shop, wire_server: WireServer
) -> None:
    estimate = shop.document(dry_run=True, provider="openai").estimate
    wire_server.respond = unruly(seed)
    report = shop.document(provider="openai", threads=1)
    assert estimate is not None
    assert estimate.requests < len(wire_server.seen) <= estimate.requests_most
    assert report.exit_code == 1
    settled = {(each.unique_id, each.column) for each in (*report.failures, *report.questions)} | texts(
        report
    ).keys()
    foretold = texts(shop.document(dry_run=True, provider="openai", use_cache=False)).keys()
    assert foretold <= settled


@pytest.mark.parametrize(("answer_tokens", "needs_more"), [(4096, False), (400, True)])
def test_where_every_text_is_refused_each_question_is_asked_twice_and_that_is_the_most(
    answer_tokens: int, needs_more: bool, shop: Shop, wire_server: WireServer
) -> None:
    """With 400 tokens an answer has room for two columns, so what cannot be inherited takes more of them; where
    another free text takes the place of what cannot be inherited, it takes less than the most."""
    estimate = shop.document(dry_run=True, provider="openai", max_tokens=answer_tokens).estimate
    wire_server.respond = lambda body: saying("TODO", dict.fromkeys(asked_columns(body), "TODO"))
    shop.document(provider="openai", max_tokens=answer_tokens)
    assert estimate is not None
    asked = len(wire_server.seen)
    assert asked % 2 == 0
    assert 2 * estimate.requests <= asked <= estimate.requests_most
    assert (asked > 2 * estimate.requests) is needs_more
    assert needs_more or asked == estimate.requests_most


def in_an_odd_shape(body: Body) -> Reply:
    """Ghosts, upper-case names, a column said twice."""
    names = asked_columns(body)
    said = [{"name": "ghost", "description": "Nobody asked."}]
    said += [{"name": name.upper(), "description": f"The first word on {name} counts."} for name in names]
    said += [{"name": name, "description": f"The second word on {name} is too late."} for name in names]
    return answering({"description": "What one row is, told first.", "columns": said})


def as_a_mapping(body: Body) -> Reply:
    """Columns as keys, some with a bare text."""
    said: dict[str, object] = {name: f"Mapped: what {name} stands for." for name in asked_columns(body)}
    said |= {"ghost": "Nobody asked."}
    return answering({"description": "What one row is, told first.", "columns": said})


def behind_a_preamble(body: Body) -> Reply:
    """Prose and a fence around the JSON."""
    said = [{"name": name, "description": f"Fenced: {name}, told."} for name in asked_columns(body)]
    whole = json.dumps({"description": "What one row is, told first.", "columns": said})
    return answering(f"Here you are:\n```json\n{whole}\n```")


@pytest.mark.parametrize("respond", [in_an_odd_shape, as_a_mapping, behind_a_preamble])
def test_an_answer_of_another_shape_is_read_as_it_is_meant(
    respond: Callable[[Body], Reply], shop: Shop, wire_server: WireServer
) -> None:
    wire_server.respond = respond
    report = shop.document(provider="openai", select=["stg_webshop__payments"])
    assert (report.exit_code, len(wire_server.seen)) == (0, 1)
    made = texts(report)
    assert len(made) == 8
    assert made["model.shop.stg_webshop__payments", None] == "What one row is, told first."
    assert not [text for text in made.values() if text and ("Nobody" in text or "too late" in text)]
    assert asks_for_node(wire_server.bodies[0])
