"""Budgets, as a user sets and meets them: options, variables, dbt-docsmith.yml; exit codes 2 and 3."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.cli.user import CONFIG, JSON, User, refused
from tests.wire_server import Body, Reply, WireServer, answering, describe_everything

MANY = ("document", "--skip-inherit", "--threads", "8")
PRICED = "prices:\n  gpt-none: {input: 1000, output: 10000}\n"


def run(user: User, *args: str, **environ: str) -> tuple[int, Any, str]:
    """Exit code, JSON and stderr of a run."""
    said = user(*MANY, *JSON, *args, **environ)
    return said.code, json.loads(said.out), said.err


@pytest.mark.parametrize(
    ("args", "environ", "file"),
    [
        (["--max-requests", "3"], {}, ""),
        ([], {"OSMOSIS_LLM_MAX_REQUESTS": "3"}, ""),
        ([], {}, "budget: {requests: 3}\n"),
        (["--max-requests", "3"], {"OSMOSIS_LLM_MAX_REQUESTS": "0"}, "budget: {requests: 0}\n"),
    ],
    ids=["option", "variable", "file", "option before all"],
)
def test_a_run_stops_at_its_last_request_and_writes_what_is_done(
    args: list[str], environ: dict[str, str], file: str, online: User, wire_server: WireServer
) -> None:
    online.write(CONFIG, file)
    before = online.tree()
    code, report, err = run(online, *args, **environ)
    assert (code, report["exit_code"], len(wire_server.seen), report["usage"]["requests"]) == (3, 3, 3, 3)
    assert report["counts"]["generated"] > 0
    assert {failure["error"] for failure in report["failures"]} == {"BudgetExhausted"}
    assert "error: the run has sent its 3 requests; what is done is written" in err
    assert online.tree() != before


@pytest.mark.parametrize("how", ["option", "variable", "file"])
def test_a_run_stops_before_it_may_cost_more_than_it_may(how: str, online: User, wire_server: WireServer) -> None:
    """An answer costs $0.30 there; the most one may cost is about $44, for its 4,096 tokens."""
    limit = "46"
    online.write(CONFIG, PRICED + (f"budget: {{per_run: {limit}}}\n" if how == "file" else ""))
    args = ["--max-cost", limit] if how == "option" else []
    environ = {"OSMOSIS_LLM_MAX_COST": limit} if how == "variable" else {}
    code, report, err = run(online, "--model", "gpt-none", *args, **environ)
    spent = Decimal(report["usage"]["cost_usd"])
    assert (code, spent) == (3, Decimal("0.3") * len(wire_server.seen))
    assert 0 < spent <= Decimal(limit)
    assert f"of ${limit}.00 are spent and the next request may cost $" in err


def test_what_was_stopped_goes_on_with_a_higher_limit_and_pays_for_nothing_twice(
    online: User, wire_server: WireServer
) -> None:
    assert run(online, "--max-requests", "3")[0] == 3
    assert run(online)[0] == 0
    asked = [json.dumps(body, sort_keys=True) for body in wire_server.bodies]
    assert len(set(asked)) == len(asked) > 3


def test_three_wins_over_one(online: User, wire_server: WireServer) -> None:
    wire_server.respond = lambda _body: answering("I would rather not.")
    code, report, _ = run(online, "--max-requests", "4", "--threads", "1")
    assert code == 3
    assert {failure["error"] for failure in report["failures"]} > {"BudgetExhausted"}


def test_an_answer_that_is_billed_and_none_is_in_the_usage(online: User, wire_server: WireServer) -> None:
    def respond(body: Body) -> Reply:
        refusing = len(wire_server.seen) == 1
        return answering(None, refusal="no") if refusing else answering(describe_everything(body))

    wire_server.respond = respond
    said = online("document", "-s", "fct_orders", *JSON, "--provider", "openai,rules")
    usage = json.loads(said.out)["usage"]
    assert (usage["requests"], usage["prompt_tokens"], usage["completion_tokens"]) == (1, 100, 20)
    assert float(usage["cost_usd"]) > 0
    assert [(each["provider"], each["requests"]) for each in usage["by_model"]] == [("openai", 1)]


@pytest.mark.parametrize(
    ("args", "file"),
    [(["--max-cost", "1"], ""), ([], "budget: {per_run: 1}\n"), ([], "budget: {per_month: 1}\n")],
)
def test_a_cost_limit_without_a_price_ends_before_anything_is_sent(
    args: list[str], file: str, online: User, wire_server: WireServer
) -> None:
    online.write(CONFIG, file)
    error = refused(online, wire_server, "document", "--model", "gpt-none", *args)
    assert "the price of openai's model gpt-none, which is not known" in error
    assert "prices: {gpt-none: {input: USD, output: USD}}" in error
    online.write(CONFIG, file + PRICED)
    assert online("document", "-s", "fct_orders", "--model", "gpt-none", *args).code == 3


def test_the_month_is_spent_by_all_runs_together(online: User, wire_server: WireServer) -> None:
    online.write(CONFIG, PRICED + "budget: {per_month: 46}\n")
    code, first, _ = run(online, "--model", "gpt-none", "--no-cache")
    asked = len(wire_server.seen)
    assert (code, asked > 0) == (3, True)
    code, second, err = run(online, "--model", "gpt-none", "--no-cache")
    assert code == 3
    assert Decimal(first["usage"]["cost_usd"]) + Decimal(second["usage"]["cost_usd"]) <= 46
    assert "the month's $46.00 do not hold" in err


def test_the_dry_run_says_which_limit_would_be_passed(online: User, wire_server: WireServer) -> None:
    online.write(CONFIG, PRICED + "budget: {per_month: 5}\n")
    said = online(*MANY, "--dry-run", "--model", "gpt-none", "--max-cost", "1", "--max-requests", "2")
    assert said.code == 0
    assert "that is more than --max-requests allows (2): the run would stop there" in said.out
    assert "that is perhaps more than --max-cost allows ($1.00)" in said.out
    assert "that is perhaps more than the month has left ($5.00 of $5.00)" in said.out
    assert wire_server.seen == []
    enough = online("document", "--dry-run", "-s", "fct_orders", "--max-cost", "1")
    assert "would stop there" not in enough.out


def test_the_dry_run_foretells_no_less_than_the_run_costs(online: User) -> None:
    foretold = run(online, "--dry-run")[1]["estimate"]
    spent = run(online, "--max-cost", foretold["cost_usd"])
    assert spent[0] == 0
    assert 0 < Decimal(spent[1]["usage"]["cost_usd"]) <= Decimal(foretold["cost_usd"])


@pytest.mark.parametrize(
    ("args", "file", "told"),
    [
        (["--max-cost", "much"], "", "--max-cost: 'much' is not an amount of US dollars"),
        (["--max-cost", "-1"], "", "--max-cost: '-1' is not an amount"),
        (["--max-requests", "1.5"], "", "--max-requests: '1.5' is not a whole number"),
        ([], "budget:\n  per_run: -1\n", f"{CONFIG}:2: budget.per_run: expected"),
        ([], "budget:\n  per_day: 1\n", f"{CONFIG}:2: unknown key 'budget.per_day'"),
        ([], "prices:\n  a-1.5: {input: 1}\n", f"{CONFIG}:2: prices.a-1.5: object missing required field output"),
        ([], "prices:\n  m:\n    input: 1\n    output: much\n", f"{CONFIG}:4: prices.m.output: expected float"),
        ([], "prices:\n  m: {input: 1, output: 2, cached: 1}\n", f"{CONFIG}:2: unknown key 'prices.m.cached'"),
    ],
)
def test_a_wrong_limit_or_price_is_one_line(
    args: list[str], file: str, told: str, online: User, wire_server: WireServer
) -> None:
    online.write(CONFIG, file)
    assert told in refused(online, wire_server, "document", *args)


def test_a_dry_run_warns_of_a_limit_that_a_run_could_not_keep(online: User, wire_server: WireServer) -> None:
    said = online("document", "--dry-run", "--model", "gpt-none", "--max-cost", "1")
    assert (said.code, wire_server.seen) == (0, [])
    assert "a real run would end here: a cost limit needs the price of openai's model gpt-none" in said.warnings[0]
