"""What `document`, `prompts render` and `demo` say and do."""

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.user import JSON, ROOT, RULES, User, finished, reported, running
from tests.wire_server import WireServer


def nodes_of(report: Any) -> set[str]:
    return {proposal["unique_id"] for proposal in report["proposals"]}


# ---------------------------------------------------------------- what is said


def test_quiet_leaves_nothing_on_stderr_but_errors(user: User) -> None:
    said = user(*RULES, "--quiet", "-s", "no_such_node")
    assert (said.code, said.err) == (0, "")
    assert user("document", "-q", "--provider", "nope").error.startswith("--provider: unknown provider")


def test_warnings_are_in_the_json_too_even_where_nobody_heard_them(user: User) -> None:
    unmatched = "the selection criterion 'no_such_node' does not match any enabled nodes"
    assert reported(user, *RULES, "--quiet", "-s", "fct_orders", "no_such_node")["warnings"] == [unmatched]
    assert reported(user, "check", "--quiet", "-s", "fct_orders", "no_such_node")["warnings"] == [unmatched]


@pytest.mark.parametrize("how", ["option", "variable"])
def test_stats_are_told_on_demand(how: str, online: User, wire_server: WireServer) -> None:
    option, environ = (["--llm-stats"], {}) if how == "option" else ([], {"OSMOSIS_LLM_TRACK_USAGE": "1"})
    told = online("document", "-s", "fct_orders", "--model", "gpt-none", *JSON, *option, **environ).err
    assert told == (
        f"openai gpt-none at {wire_server.host}: 1 request, 100 prompt tokens, 20 answer tokens, price unknown "
        "(prompt tokens: 40 of them in the provider's cache)\n"
    )
    again = online("document", "-s", "fct_orders", "--model", "gpt-none", *JSON, *option, **environ).err
    assert again.startswith(f"openai gpt-none at {wire_server.host}: 0 requests, 0 prompt tokens")
    assert online("document", "-s", "dim_customers", *JSON).err == ""


def test_a_diff_is_all_there_is_on_stdout(user: User) -> None:
    before = user.tree()
    said = user(*RULES, "--diff")
    assert said.code == 0
    assert said.out.startswith("diff --git a/models/")
    assert all(line[:1] in "d-+@ n" for line in said.out.splitlines())
    assert "descriptions made, none written, for 10 files" in said.err
    assert user.tree() == before


def test_the_terminal_s_encoding_changes_nothing_but_the_text(user: User) -> None:
    user.write("dbt-docsmith.yml", "glossary: {list_price: 'Prix, en dollars américains €.'}\n")
    command = [sys.executable, "-m", "dbt_docsmith", *RULES, "--skip-inherit", "-s", "dim_products"]
    environ = {**user.environ, "PYTHONIOENCODING": "ascii"}
    plain, text = (finished([*command, *more], environ, user.project) for more in (("--dry-run", *JSON), ()))
    assert "Prix, en dollars am?ricains ?." in text.out
    assert "Prix, en dollars américains €." in {each["description"] for each in json.loads(plain.out)["proposals"]}


@pytest.mark.parametrize("args", [["check"], ["check", *JSON], [*RULES], [*RULES, *JSON]])
def test_a_stdout_that_is_full_or_closed_is_no_fault_of_the_program(args: list[str], user: User) -> None:
    command = [sys.executable, "-m", "dbt_docsmith", *args]
    full, closed = (
        finished(["sh", "-c", f'"$@" {how}', "sh", *command], user.environ, user.project)
        for how in (">/dev/full", ">&-")
    )
    assert (full.code, full.err) == (1, "error: output: No space left on device\n")
    assert (closed.code, closed.err) == (1 if "check" in args else 0, "")


def test_a_reader_that_has_seen_enough_gets_no_traceback(user: User) -> None:
    with running(user, "check") as run:
        assert run.stdout is not None
        run.stdout.close()
        assert run.stderr is not None
        assert run.stderr.read() == ""


# ---------------------------------------------------------------- what is done


def test_check_foretells_work_and_does_none(online: User, wire_server: WireServer) -> None:
    before = online.tree()
    assert online("document", "--check").code == 1
    assert wire_server.seen == []
    assert online.tree() == before
    assert online("document").code == 0
    done, asked = online.tree(), len(wire_server.seen)
    said = online("document", "--check")
    assert (said.code, len(wire_server.seen)) == (0, asked)
    assert said.out.startswith("0 descriptions to write in 0 files")
    assert online.tree() == done


def test_the_offline_provider_foretells_its_own_texts_and_abstentions(user: User) -> None:
    foretold = reported(user, *RULES, "--dry-run")
    assert foretold["counts"]["abstained"] > 0
    made = reported(user, *RULES)
    for part in ("proposals", "questions", "counts", "files", "coverage"):
        assert foretold[part] == made[part]
    assert user(*RULES, "--check").code == 0


@pytest.mark.parametrize("flag", ["--dry-run", "--llm-dry-run"])
def test_a_dry_run_foretells_the_requests(flag: str, online: User, wire_server: WireServer) -> None:
    before = online.tree()
    estimate = reported(online, "document", flag)["estimate"]
    assert wire_server.seen == []
    assert online.tree() == before
    report = reported(online, "document")
    assert report["usage"]["requests"] == estimate["requests"] == len(wire_server.seen)


@pytest.mark.parametrize(("only", "of_nodes", "of_columns"), [("nodes", True, False), ("columns", False, True)])
def test_only_nodes_or_only_columns(only: str, of_nodes: bool, of_columns: bool, user: User) -> None:
    columns = [each["column"] for each in reported(user, *RULES, "--only", only)["proposals"]]
    assert (None in columns, bool([name for name in columns if name])) == (of_nodes, of_columns)


def test_limit_is_of_nodes(user: User) -> None:
    report = reported(user, *RULES, "--limit", "2")
    assert report["counts"]["nodes"] == len(nodes_of(report)) == 2


def declared(user: User) -> list[str]:
    """Every column that has an entry in the staging folder."""
    files = sorted((user.project / "models/staging").glob("*.yml"))
    return [line for file in files for line in file.read_text().splitlines() if re.match(r"\s{6,}- name:", line)]


def test_columns_are_added_to_models_by_default_and_to_sources_on_demand(user: User) -> None:
    select = ("-s", "path:models/staging", *JSON)
    before = declared(user)
    kept, default, with_sources, without = (
        json.loads(user(*RULES, "--dry-run", *options, *select).out)["counts"]["columns"]
        for options in (
            ["--skip-add-columns"],
            [],
            ["--add-source-columns"],
            ["--add-source-columns", "--skip-add-source-columns"],
        )
    )
    assert kept < default < with_sources
    assert without == default
    user(*RULES, "--skip-add-columns", *select)
    assert declared(user) == before
    user(*RULES, *select)
    assert len(declared(user)) > len(before)


def test_overwrite_and_skip_inherit_reach_the_run(user: User) -> None:
    plain = reported(user, *RULES, "--dry-run")["counts"]
    assert reported(user, *RULES, "--dry-run", "--skip-inherit")["counts"]["inherited"] == 0 < plain["inherited"]
    assert reported(user, *RULES, "--dry-run", "--overwrite")["counts"]["columns"] > plain["columns"]


def test_the_model_and_the_template_reach_the_server(online: User, wire_server: WireServer) -> None:
    prompts = online.write("my.yml", "model_user: |\n  In short.\n  {{ column_facts }}\n")
    online("document", "--model", "small", "--llm-prompt-file", prompts, "-s", "source:webshop.orders")
    assert {body["model"] for body in wire_server.bodies} == {"small"}
    assert wire_server.bodies[0]["messages"][-1]["content"].startswith("In short.")


# ---------------------------------------------------------------- prompts


def test_a_prompt_is_rendered_as_it_would_be_sent(online: User, wire_server: WireServer) -> None:
    text = online("prompts", "render", "monthly_category_sales")
    rendered = json.loads(online("prompts", "render", "monthly_category_sales", *JSON).out)
    assert (text.code, text.err, wire_server.seen) == (0, "", [])
    assert text.out.startswith(f"# model.shop.monthly_category_sales: 1 request to {wire_server.host}\n")
    online("document", "-s", "monthly_category_sales")
    (sent,) = wire_server.bodies
    assert [each["content"] for each in sent["messages"]] == [
        rendered["prompts"][0]["system"],
        rendered["prompts"][0]["user"],
    ]
    assert all(each["content"] in text.out for each in sent["messages"])


@pytest.mark.parametrize(
    ("name", "unique_id", "template"),
    [
        ("fct_orders.paid_cents", "model.shop.fct_orders", "column"),
        ("model.shop.fct_orders.paid_cents", "model.shop.fct_orders", "column"),
        ("dim_products", "model.shop.dim_products.v2", "model"),
        ("dim_products.v1", "model.shop.dim_products.v1", "column"),
        ("webshop.order_lines", "source.shop.webshop.order_lines", "table"),
    ],
)
def test_a_prompt_is_of_a_node_or_of_a_column(name: str, unique_id: str, template: str, user: User) -> None:
    said = user("prompts", "render", name, *JSON)
    rendered = json.loads(said.out)
    assert (rendered["unique_id"], rendered["host"]) == (unique_id, None)
    assert [prompt["template"] for prompt in rendered["prompts"]] == [template]
    assert "no provider is configured" in said.warnings[0]


# ---------------------------------------------------------------- demo


def test_the_demo_shows_a_patch_and_leaves_nothing_behind(user: User) -> None:
    said = user.anywhere("demo")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("diff --git a/models/")
    assert "descriptions written in 10 files" in said.out
    assert list(user.home.iterdir()) == []


def test_the_demo_keeps_its_copy_where_it_is_told_to(user: User, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert user.anywhere("demo", "--keep", folder).code == 0
    texts = (folder / "models/marts/dim_customers.yml").read_text()
    assert "English short name, as printed on the customs form." in texts
    assert (
        user.anywhere("demo", "--keep", folder).error
        == f"--keep: {folder} is there already; name a folder that is not"
    )


def test_the_demo_of_a_checkout_is_not_disturbed_by_its_times(user: User, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for part in ("src", "prompts", "examples"):
        shutil.copytree(ROOT / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__", "*.duckdb*"))
    shutil.copy(ROOT / "pyproject.toml", checkout)
    os.utime(checkout / "examples/shop/target/manifest.json", (0, 0))
    command = [sys.executable, "-m", "dbt_docsmith", "demo"]
    said = finished(command, {**user.environ, "PYTHONPATH": str(checkout / "src")}, tmp_path)
    assert (said.code, said.err) == (0, "")
