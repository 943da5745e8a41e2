"""Exposures, macros, analyses, metrics and semantic models, on a project that real dbt parses before and after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.shop import Shop, copy_shop, made_by, texts
from tests.wire_server import Body, WireServer

from dbt_docsmith.describable import DESCRIBABLE
from dbt_docsmith.pipeline.apply import ApplyMode, run_apply
from dbt_docsmith.pipeline.document import Mode, run_document
from dbt_docsmith.pipeline.saving import SaveTo

BAKERY = Path(__file__).parents[1] / "projects" / "bakery"
PROFILE = "bakery: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}\n"
BLOCKS = "models/_docs.md"
SEMANTICS = "semantic_model.bakery.sales"
OF_THE_RUN = frozenset({"description", "created_at", "doc_blocks", "patch_path", "arguments", "metadata"})

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bakery, parsed by real dbt."""
    shop = copy_shop(tmp_path_factory.mktemp("bakery"), project=BAKERY)
    (shop.root / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    shop.dbt("parse")
    return shop.root


@pytest.fixture
def bakery(parsed: Path, tmp_path: Path, wire_server: WireServer) -> Shop:
    return copy_shop(tmp_path, wire_server.base_url, project=parsed)


def manifest(shop: Shop) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((shop.root / "target" / "manifest.json").read_text("utf-8"))
    return read


def without_texts(value: Any) -> Any:
    """A manifest's data without what describing it changes."""
    if isinstance(value, dict):
        return {key: without_texts(item) for key, item in value.items() if key not in OF_THE_RUN}
    return [without_texts(item) for item in value] if isinstance(value, list) else value


def message_about(server: WireServer, name: str) -> str:
    """The one user message that asks for a thing."""
    [body] = [each for each in server.bodies if user_of(each).splitlines()[1].endswith(f": {name}")]
    return user_of(body)


def user_of(body: Body) -> str:
    return str(body["messages"][1]["content"])


def test_dbt_reads_every_text_where_it_belongs_and_nothing_else_changed(bakery: Shop) -> None:
    before = manifest(bakery)
    report = bakery.document(provider="openai", resource_types=["all"])
    assert (report.failures, report.exit_code) == ((), 0)
    bakery.dbt("parse")
    after = manifest(bakery)
    for section in ("exposures", "metrics", "semantic_models", "sources"):
        assert without_texts(after[section]) == without_texts(before[section])
    assert without_texts(
        {k: m for k, m in after["macros"].items() if k.startswith("macro.bakery.")}
    ) == without_texts({k: m for k, m in before["macros"].items() if k.startswith("macro.bakery.")})
    read = read_texts(after)
    assert {key: read[key] for key in texts(report) if not key[0].startswith("seed.")} == {
        key: shown(after, text) for key, text in texts(report).items() if not key[0].startswith("seed.")
    }
    assert {unique_id.partition(".")[0] for unique_id, _ in texts(report)} == set(DESCRIBABLE) - {
        "source",
        "snapshot",
    }


def read_texts(read: dict[str, Any]) -> dict[tuple[str, str | None], str]:
    """Every description that dbt has, by thing and part."""
    found: dict[tuple[str, str | None], str] = {}
    for section in ("nodes", "exposures", "metrics", "semantic_models", "macros"):
        for unique_id, thing in read[section].items():
            found[unique_id, None] = thing["description"]
            lists = (thing.get(key) or [] for key in ("arguments", "entities", "dimensions", "measures"))
            parts = [*(thing.get("columns") or {}).values(), *(part for listed in lists for part in listed)]
            found |= {(unique_id, part["name"]): part["description"] for part in parts}
    return found


def shown(read: dict[str, Any], text: str | None) -> str:
    """A text as dbt renders it."""
    blocks = {doc["name"]: doc["block_contents"].strip() for doc in read["docs"].values()}
    return blocks.get(str(text).removeprefix("{{ doc('").removesuffix("') }}"), str(text))


def test_a_second_run_asks_for_nothing_and_writes_nothing(bakery: Shop, wire_server: WireServer) -> None:
    bakery.document(provider="openai", resource_types=["all"])
    asked, files = len(wire_server.seen), bakery.files()
    again = bakery.document(provider="openai", resource_types=["all"])
    assert (again.proposals, len(wire_server.seen)) == ((), asked)
    assert bakery.files() == files
    assert bakery.check(resource_types=["all"]).exit_code == 0
    assert not [said for said in bakery.heard.said if "parsing the project" in said]


def test_without_a_word_a_run_is_about_nodes_with_columns(bakery: Shop) -> None:
    plain = bakery.check()
    named = bakery.check(resource_types=["default"])
    assert plain == named
    assert {missing.unique_id.partition(".")[0] for missing in plain.missing} == {"model", "seed"}


def test_what_is_missing_is_told_with_its_place(bakery: Shop) -> None:
    found = bakery.check(resource_types=["exposure", "macro", "metric", "semantic_model"]).missing
    places = {(each.unique_id, each.column): (each.file, each.line) for each in found}
    lines = (bakery.root / "models/marts/semantics.yml").read_text("utf-8").splitlines()
    file, line = places[SEMANTICS, "size"]
    assert (file, lines[(line or 0) - 1].strip()) == ("models/marts/semantics.yml", "- name: size")
    assert places["macro.bakery.cents_to_euros", None] == ("macros/money/money.yml", 2)
    assert places["macro.bakery.vat", None] == (None, None)
    assert ("exposure.bakery.tax_letter", None) not in places
    assert ("metric.bakery.made_metric", None) not in places


def test_a_dimension_and_a_metric_take_the_texts_of_what_they_are(bakery: Shop) -> None:
    report = bakery.document(provider="openai", resource_types=["metric", "semantic_model", "macro"])
    sources = {(each.unique_id, each.column): each.source for each in made_by(report, "inherited", "doc_block")}
    assert sources == {
        (SEMANTICS, "customer_id"): "model.bakery.sales.customer_id",
        (SEMANTICS, "sold_at"): "model.bakery.sales.sold_at",
        (SEMANTICS, "receipt_line"): "model.bakery.sales.sale_id",
        ("metric.bakery.revenue", None): f"{SEMANTICS}.revenue",
        ("metric.bakery.customer_count", None): f"{SEMANTICS}.customers",
        ("metric.bakery.average_ticket", None): "average_ticket",
        ("macro.bakery.default__cents_to_euros", "column_name"): "macro.bakery.cents_to_euros.column_name",
    }
    assert texts(report)[SEMANTICS, "receipt_line"] == "{{ doc('sale_id') }}"


def test_a_dry_run_foretells_what_the_run_asks(bakery: Shop, wire_server: WireServer) -> None:
    foretold = bakery.document(provider="openai", resource_types=["all"], dry_run=True)
    assert foretold.estimate is not None
    assert wire_server.seen == []
    done = bakery.document(provider="openai", resource_types=["all"])
    assert foretold.estimate.requests == len(wire_server.seen)
    assert {(p.unique_id, p.column, p.file) for p in foretold.proposals} == {
        (p.unique_id, p.column, p.file) for p in done.proposals
    }


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "till_board",
            [
                "exposure: till_board",
                "type: dashboard",
                "owner: The till team",
                "- ref('sales'): One row per line of a",
            ],
        ),
        (
            "large_revenue",
            [
                "metric: large_revenue",
                "filter: {{ Dimension('sale__size') }} = 'large'",
                "measure revenue is: sum(amount)",
            ],
        ),
        (
            "cents_to_euros",
            [
                "macro: cents_to_euros",
                "called as: cents_to_euros('price_cents')",
                "{% macro default__cents_to_euros(",
                "- column_name: The column to turn, in cents.",
                "## Arguments to describe",
                "- scale (argument)\n  default: 2",
            ],
        ),
        (
            "sales",
            [
                "semantic model: sales",
                "## Entities, dimensions and measures to describe",
                "- sale (entity, primary)",
                "  = case when is_large then 'large' else 'small' end",
                "- price_p90 (measure, percentile)\n  percentile: 0.9",
            ],
        ),
        ("slow_days", ["analysis: slow_days", "SQL:\nselect branch, count(*) as sales"]),
    ],
)
def test_a_thing_is_asked_for_with_what_is_known_of_it(
    name: str, lines: list[str], bakery: Shop, wire_server: WireServer
) -> None:
    bakery.document(
        provider="openai", resource_types=["exposure", "macro", "analysis", "metric", "semantic_model"]
    )
    message = message_about(wire_server, name)
    assert [line for line in lines if line not in message] == []
    assert "bi.example.com" not in message
    assert "@bakery.example.com" not in message


def test_what_is_never_sent_shows_in_no_question(bakery: Shop, wire_server: WireServer) -> None:
    (bakery.root / "dbt-docsmith.yml").write_text("policy: {never_send: {meta: [secret]}}\n", encoding="utf-8")
    models = bakery.root / "models/marts/marts.yml"
    entry = "      - name: customer_id\n"
    assert entry in models.read_text("utf-8")
    marked = models.read_text("utf-8").replace(entry, f"{entry}        config: {{meta: {{secret: true}}}}\n")
    models.write_text(marked, encoding="utf-8")
    bakery.dbt("parse")
    report = bakery.document(provider="openai", resource_types=["all"])
    assert report.failures == ()
    assert wire_server.seen
    assert not [body for body in wire_server.bodies if "customer_id" in json.dumps(body)]


def test_a_call_of_a_macro_stays_here_with_the_model_that_makes_it(bakery: Shop, wire_server: WireServer) -> None:
    hidden = "policy: {never_send: {paths: [models/marts/sales.sql]}}\n"
    (bakery.root / "dbt-docsmith.yml").write_text(hidden, encoding="utf-8")
    bakery.document(provider="openai", resource_types=["macro", "exposure"])
    assert "called as" not in message_about(wire_server, "cents_to_euros")
    assert "receipt" not in message_about(wire_server, "till_board")


def test_a_skipped_thing_is_neither_asked_for_nor_counted(bakery: Shop) -> None:
    skip = "skip: ['metric:*', 'exposure:till_board']\n"
    (bakery.root / "dbt-docsmith.yml").write_text(skip, encoding="utf-8")
    report = bakery.check(resource_types=["metric", "exposure"])
    assert (report.missing, report.coverage.nodes) == ((), (1, 1))


def test_dimensions_of_columns_in_blocks_are_applied_as_they_would_have_been_written(bakery: Shop) -> None:
    (bakery.root / "dbt-docsmith.yml").write_text("doc_blocks: {columns: always}\n", encoding="utf-8")
    file = bakery.home / "proposals.yml"
    config = bakery.config(provider="openai", resource_types=["all"])
    before = bakery.files()
    run_document(config, Mode(save=SaveTo(path=file)), bakery.heard)
    assert bakery.files() == before
    report = run_apply(config, [file], ApplyMode(), bakery.heard)
    assert (report.failures, report.exit_code) == ((), 0)
    applied = bakery.files()
    assert "{{ doc('loaf_of_raw_sales') }}" in applied["models/marts/semantics.yml"].decode()
    for name in applied.keys() - before.keys():
        (bakery.root / name).unlink()
    for name, content in before.items():
        (bakery.root / name).write_bytes(content)
    bakery.document(provider="openai", resource_types=["all"])
    assert sorted(applied[BLOCKS].splitlines()) == sorted((bakery.root / BLOCKS).read_bytes().splitlines())
    assert bakery.files()["models/marts/semantics.yml"] == applied["models/marts/semantics.yml"]
