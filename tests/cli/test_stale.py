"""The ledger as a user meets it: `ledger: on`, `check --stale`, `document --refresh-stale`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.contract import CHECK, misfits
from tests.cli.ledgers import CUSTOMERS, LEDGER, PROPERTIES, change_sql, documented, edit_manifest, entries, stale
from tests.cli.user import RULES, User, reported

REFRESH = (*RULES, "--refresh-stale")
NO_GAPS = ("--min-coverage", "0")


def test_without_a_word_there_is_no_ledger(user: User) -> None:
    assert user(*RULES).code == 0
    assert not (user.project / ".dbt-docsmith").exists()


def test_every_text_that_is_written_has_a_line_and_no_word_of_it_is_there(user: User) -> None:
    user.write("dbt-docsmith.yml", "ledger: on\n")

    proposals = reported(user, *RULES)["proposals"]

    written = {(each["unique_id"], each["column"] and each["column"].lower()) for each in proposals}
    assert {(each["node"], each.get("column")) for each in entries(user)} == written
    assert {each["origin"] for each in entries(user)} == {each["origin"] for each in proposals}
    ledger = (user.project / LEDGER).read_text(encoding="utf-8")
    assert not any(each["description"] in ledger for each in proposals if len(each["description"]) > 20)


@pytest.mark.parametrize("how", [("--dry-run",), ("--diff",)])
def test_what_writes_no_text_writes_no_ledger(user: User, how: tuple[str, ...]) -> None:
    user.write("dbt-docsmith.yml", "ledger: on\n")
    before = user.tree()

    user(*RULES, *how)

    assert user.tree() == before


def test_nothing_is_stale_right_after_a_run_nor_on_another_target(user: User) -> None:
    documented(user)
    assert stale(user, "--stale=upstream") == {}

    compiled = {"compiled_code": "select 1 from prod.t", "database": "prod", "relation_name": "prod.main.t"}
    edit_manifest(user, "model.shop.stg_till__sales", **compiled)
    edit_manifest(user, "model.shop.daily_revenue", description="A new text.", config={"meta": {"a": 1}})

    assert stale(user, "--stale=upstream") == {}


@pytest.mark.slow
def test_nothing_is_stale_for_a_dbt_that_parses_or_compiles_another_target(user: User) -> None:
    documented(user)
    profiles = (user.project / "profiles.yml").read_text(encoding="utf-8")
    user.write(
        "profiles.yml", f"{profiles}    prod:\n      type: duckdb\n      path: prod.duckdb\n      schema: mart\n"
    )
    dbt = [
        str(Path(sys.executable).with_name("dbt")),
        "--quiet",
        "--no-partial-parse",
        "compile",
        "--no-introspect",
    ]

    for target in ("dev", "prod"):
        environ = {**user.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "0"}
        command = [*dbt, "--target", target, "--profiles-dir", "."]
        subprocess.run(command, cwd=user.project, env=environ, check=True, capture_output=True)
        assert stale(user, "--stale=upstream") == {}


def test_a_changed_node_is_named_with_file_line_and_reason(user: User) -> None:
    documented(user)
    change_sql(user)

    found = stale(user)

    assert {unique_id for unique_id, _ in found} == {CUSTOMERS}
    lines = (user.project / PROPERTIES).read_text(encoding="utf-8").splitlines()
    for (_, column), each in found.items():
        assert each["file"] == PROPERTIES
        assert f"name: {column or 'dim_customers'}" in lines[each["line"] - 1]
        assert (each["because"], each["edited"]) == (["sql"], False)
    assert misfits(reported(user, "check", "--stale"), CHECK) == []
    said = user("check", "--stale", *NO_GAPS)
    assert said.code == 1
    place = f"{PROPERTIES}:{found[CUSTOMERS, 'customer_segment']['line']}"
    assert f"{place}: {CUSTOMERS}.customer_segment: made on " in said.out
    assert "(rules); its SQL changed since" in said.out


def test_upstream_counts_only_where_it_is_asked_for(user: User) -> None:
    documented(user)
    change_sql(user, "model.shop.stg_webshop__customers")

    own = {unique_id for unique_id, _ in stale(user)}
    with_parents = stale(user, "--stale=upstream")

    assert own == {"model.shop.stg_webshop__customers"}
    below = with_parents[CUSTOMERS, "customer_segment"]
    assert below["because"] == ["upstream"]
    assert below["parents"] == ["model.shop.stg_webshop__customers"]


def test_a_changed_test_moves_the_ground_of_its_column(user: User) -> None:
    documented(user)
    path = user.project / "target" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    [test] = [uid for uid in manifest["nodes"] if "accepted_values_dim_customers_customer_segment" in uid]
    manifest["nodes"][test]["test_metadata"]["kwargs"]["values"] = ["prospect", "new"]
    path.write_text(json.dumps(manifest), encoding="utf-8")

    found = stale(user, "--stale", "--manifest", str(path))

    assert {key: each["because"] for key, each in found.items()} == {(CUSTOMERS, "customer_segment"): ["tests"]}


@pytest.mark.parametrize("form", ["github", "markdown", "sarif"])
def test_every_format_of_a_gate_tells_it(user: User, form: str) -> None:
    documented(user)
    change_sql(user)

    said = user("check", "--stale", *NO_GAPS, "--format", form)

    assert said.code == 1
    assert "its SQL changed since" in said.out
    assert "dim_customers.yml" in said.out


def test_what_is_still_as_it_was_made_is_made_anew_and_what_a_person_edited_stays(user: User) -> None:
    documented(user)
    text = (user.project / PROPERTIES).read_text(encoding="utf-8")
    user.write(PROPERTIES, text.replace("One of: domestic, north_america, overseas.", "Where we ship to."))
    change_sql(user)
    before = stale(user)
    assert before[CUSTOMERS, "shipping_zone"]["edited"]

    report = reported(user, *REFRESH)

    remade = {each["column"] for each in report["proposals"] if each["unique_id"] == CUSTOMERS}
    assert remade == {column for _, column in before} - {"shipping_zone"}
    assert [each["column"] for each in report["stale"]] == ["shipping_zone"]
    assert "Where we ship to." in (user.project / PROPERTIES).read_text(encoding="utf-8")
    assert set(stale(user)) == {(CUSTOMERS, "shipping_zone")}


def test_a_refresh_that_says_the_same_again_puts_that_on_record(user: User) -> None:
    documented(user)
    before = (user.project / PROPERTIES).read_bytes()
    change_sql(user)

    assert user(*REFRESH).code == 0

    assert (user.project / PROPERTIES).read_bytes() == before
    assert stale(user) == {}


def test_a_refresh_shows_what_it_would_do(user: User) -> None:
    documented(user)
    change_sql(user)
    before = user.tree()

    assert user(*REFRESH, "--check").code == 1
    assert reported(user, *REFRESH, "--dry-run")["proposals"]
    assert user.tree() == before


def test_texts_of_persons_are_neither_stale_nor_refreshed(user: User) -> None:
    user.write("dbt-docsmith.yml", "ledger: on\n")
    change_sql(user)

    assert stale(user) == {}
    assert all(each["origin"] for each in reported(user, *REFRESH, "--dry-run")["proposals"])


@pytest.mark.parametrize("command", [("check", "--stale"), REFRESH])
def test_without_a_ledger_the_line_says_how_to_keep_one(user: User, command: tuple[str, ...]) -> None:
    said = user(*command)

    assert said.code == 2
    assert "needs the ledger: write `ledger: on` in dbt-docsmith.yml" in said.error


def test_an_unknown_ground_is_one_line(user: User) -> None:
    said = user("check", "--stale=everything")

    assert said.code == 2
    assert "own" in said.error
    assert "upstream" in said.error


def test_a_ledger_that_cannot_be_written_ends_the_run_before_anything_is_spent(user: User) -> None:
    user.write("dbt-docsmith.yml", "ledger: on\n")
    user.write(".dbt-docsmith", "a file where the folder would be")
    before = user.tree()

    said = user(*RULES)

    assert said.code == 2
    assert "the ledger cannot be" in said.error
    assert user.tree() == before


def test_git_merges_two_branches_that_documented_at_once(user: User) -> None:
    user.write("dbt-docsmith.yml", "ledger: on\n")
    user.write(".gitignore", "target/\nlogs/\n")

    def git(*args: str) -> None:
        who = ("-c", "user.name=someone", "-c", "user.email=someone@example.com")
        subprocess.run(["git", *who, *args], cwd=user.project, check=True, capture_output=True)

    def document(node: str) -> None:
        assert user(*RULES, "-s", node).code == 0
        git("add", "--all")
        git("commit", "--quiet", "-m", f"Describe {node}")

    git("init", "--quiet", "--initial-branch", "main")
    document("countries")
    git("checkout", "--quiet", "-b", "other")
    document("daily_revenue")
    git("checkout", "--quiet", "main")
    document("dim_customers")

    git("merge", "--quiet", "other", "-m", "Both")

    assert {each["node"].rpartition(".")[2] for each in entries(user)} == {
        "countries",
        "daily_revenue",
        "dim_customers",
    }
    assert stale(user) == {}
    assert user(*RULES).code == 0
    lines = (user.project / LEDGER).read_text(encoding="utf-8").splitlines()
    assert len(set(lines)) == len(lines)
