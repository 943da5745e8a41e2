"""`apply` writes what a person left in a file of proposals, and says what no longer fits."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.user import RULES, User, copy_of_the_shop, reported
from tests.wire_server import Body, WireServer, answering, asked_columns

Edit = Callable[[str], str]

SHOWN = "text: English short name, as printed on the customs form."
"""The text of country_name, which it inherits."""


@pytest.fixture
def saved(user: User, tmp_path: Path) -> Path:
    """The proposals of facts for one model, ready to be edited."""
    file = tmp_path / "p.yml"
    user(*RULES, "-s", "dim_customers", "--save-proposals", file)
    return file


def edit(file: Path, change: Edit) -> None:
    before = file.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, encoding="utf-8")


def entry(column: str) -> re.Pattern[str]:
    """The entry of a column of dim_customers that stands there alone."""
    return re.compile(rf"^- risk: (?:(?!^- ).)*?column: {column},(?:(?!^- ).)*", re.MULTILINE | re.DOTALL)


def tree(user: User) -> dict[str, object]:
    """Every file; of the doc blocks what dbt reads, in any order: a run writes them as their texts come."""
    blocks = re.compile(rb"{% docs .*?{% enddocs %}", re.DOTALL)
    return {
        path: set(blocks.findall(text)) or text if path.endswith("_docs.md") else text
        for path, text in user.tree().items()
    }


def descriptions(report: Any) -> dict[str, str]:
    return {each["column"]: each["description"] for each in report["proposals"]}


# ---------------------------------------------------------------- all of it


@pytest.mark.slow
@pytest.mark.parametrize("ways", [[], ["--provider", "rules"], ["--overwrite"]], ids=["asked", "rules", "anew"])
@pytest.mark.parametrize("blocks", ["never", "repeated", "always"])
def test_saved_and_applied_is_the_same_as_documented(
    blocks: str, ways: list[str], online: User, wire_server: WireServer, tmp_path: Path
) -> None:
    args = ["document", *ways]
    elsewhere = {**online.environ, "HOME": str(tmp_path)}
    other = User(copy_of_the_shop(tmp_path / "other"), tmp_path, elsewhere, online.capture)
    for user in (online, other):
        user.write("dbt-docsmith.yml", f"doc_blocks: {{columns: {blocks}}}\nledger: on\n")
    assert online(*args, "--save-proposals", tmp_path / "p.yml").code == 0
    assert other(*args).code == 0
    asked = len(wire_server.seen)
    report = reported(online, "apply", tmp_path / "p.yml")
    assert (report["command"], report["exit_code"], report["counts"]["failed"]) == ("apply", 0, 0)
    assert report["usage"]["requests"] == 0
    assert len(wire_server.seen) == asked
    assert tree(online) == tree(other)
    if (
        "--overwrite" not in ways
    ):  # a version's own text, that the entry shared by all does not reach, is told anew
        assert online("apply", tmp_path / "p.yml").code == 0
        assert tree(online) == tree(other)


def test_what_is_there_already_is_nothing_to_do(user: User, saved: Path) -> None:
    first = reported(user, "apply", saved)
    tree = user.tree()
    again = reported(user, "apply", saved, saved)
    assert (again["exit_code"], again["files"]) == (0, [])
    assert again["counts"]["present"] == len(first["proposals"])
    assert user.tree() == tree


@pytest.mark.parametrize("mode", ["--dry-run", "--diff"])
def test_a_preview_writes_nothing_and_says_the_same(mode: str, user: User, saved: Path) -> None:
    before = user.tree()
    foretold = reported(user, "apply", saved, mode)
    assert user.tree() == before
    assert foretold.get("diff", "").startswith("diff --git ") is (mode == "--diff")
    done = reported(user, "apply", saved)
    for part in ("proposals", "counts", "files", "coverage"):
        assert foretold[part] == done[part]
    assert user("apply", saved, "--diff").out == ""


def test_a_folder_stands_for_its_files(user: User, tmp_path: Path) -> None:
    user(*RULES, "--save-proposals", tmp_path / "parts", "--split", "folder")
    assert user("apply", tmp_path / "parts").code == 0
    assert reported(user, *RULES, "--dry-run")["proposals"] == []


# ---------------------------------------------------------------- what a person decides


def test_an_edited_text_is_written_and_a_deleted_one_is_not(user: User, saved: Path) -> None:
    edit(saved, lambda text: entry("registered_at").sub("", text))
    edit(saved, lambda text: text.replace(SHOWN, "text: The country's short name."))
    edit(saved, lambda text: re.sub(r"^  text: Whether the customer ticked.*\n", "", text, flags=re.MULTILINE))
    edit(saved, lambda text: re.sub(r"^  - \{.*column: shipping_zone,.*\n", "", text, flags=re.MULTILINE))
    edit(saved, lambda text: text.replace("- risk:", "- decision: refused\n  risk:", 1))
    refused = {each["column"] for each in reported(user, "apply", saved, "--dry-run")["proposals"]}
    report = reported(user, "apply", saved)
    made = descriptions(report)
    assert refused == made.keys()
    assert made["country_name"].startswith("The country's short name")
    assert made.keys().isdisjoint({"registered_at", "has_marketing_consent", "shipping_zone"})
    assert report["counts"]["refused"] == 1


def test_only_what_was_accepted(user: User, saved: Path) -> None:
    edit(saved, lambda text: text.replace("- risk:", "- decision: accepted\n  risk:", 1))
    said = user("apply", saved, "--dry-run")
    assert "undecided and written, too; leave them out with --accepted" in said.warnings[0]
    assert len(reported(user, "apply", saved, "--accepted")["proposals"]) == 1


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("{{ doc('country_code') }}", "{{ doc('country_code') }}"),
        ("See {{ doc('country_code') }}, {% not this %}", "See {{ doc('country_code') }}, {{ '{%' }} not this %}"),
        ("{{ env_var('HOME') }}", "{{ '{{' }} env_var('HOME') }}"),
        ("yes", "yes"),
        ("key: [value] # & *all", "key: [value] # & *all"),
        ("two\n\nparagraphs", "two\n\nparagraphs"),
    ],
)
def test_what_a_person_types_is_what_dbt_shows(typed: str, written: str, user: User, saved: Path) -> None:
    import yaml

    text = "|-\n    " + typed.replace("\n", "\n    ").replace("    \n", "\n")
    edit(saved, lambda found: found.replace(SHOWN, f"text: {text}"))
    assert user("apply", saved).code == 0
    [model] = yaml.safe_load((user.project / "models/marts/dim_customers.yml").read_text())["models"]
    assert {c["name"]: c.get("description") for c in model["columns"]}["country_name"] == written


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("{{ doc('nowhere') }}", "there is no doc block 'nowhere'"),
        ("{{ doc(name) }}", "in a way that is no reference"),
        ('"bell \\a"', "control character (U+0007)"),
    ],
)
def test_a_text_that_cannot_be_written_stops_no_other(typed: str, told: str, user: User, saved: Path) -> None:
    quoted = typed if typed.startswith('"') else f'"{typed}"'
    edit(saved, lambda found: found.replace(SHOWN, f"text: {quoted}"))
    report = reported(user, "apply", saved)
    [failure] = report["failures"]
    assert (report["exit_code"], failure["column"], failure["error"]) == (1, "country_name", "AnswerError")
    assert told in failure["message"]
    assert re.match(rf"{re.escape(str(saved))}:\d+: ", failure["message"])
    assert len(report["proposals"]) > 5


def test_what_a_model_said_stays_what_it_said(online: User, wire_server: WireServer, tmp_path: Path) -> None:
    hostile = "Uses {{ doc('country_code') }} and {% if %} in a text\u00a0of its own: # yes"

    def respond(body: Body) -> Any:
        columns = [{"name": name, "description": hostile, "question": None} for name in asked_columns(body)]
        return answering({"description": hostile, "question": None, "columns": columns})

    wire_server.respond = respond
    other = User(copy_of_the_shop(tmp_path / "other"), online.home, online.environ, online.capture)
    online("document", "-s", "dim_customers", "--save-proposals", tmp_path / "p.yml")
    other("document", "-s", "dim_customers")
    assert online("apply", tmp_path / "p.yml").code == 0
    assert online.tree() == other.tree()


def test_windows_lines_change_nothing_but_the_lines(user: User, saved: Path) -> None:
    file = user.project / "models/marts/dim_customers.yml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    saved.write_bytes(saved.read_bytes().replace(b"\n", b"\r\n"))
    report = reported(user, "apply", saved)
    assert report["exit_code"] == 0
    content = file.read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n")


# ---------------------------------------------------------------- the project has moved on


def moved_on(user: User, saved: Path) -> dict[str | None, str]:
    """What no longer fits, by column; all else is written."""
    before = saved.read_text(encoding="utf-8").count("  - {node:")
    report = reported(user, "apply", saved)
    assert report["exit_code"] == 1
    assert len(report["proposals"]) + len(report["failures"]) == before
    assert {each["error"] for each in report["failures"]} == {"NoLongerFits"}
    return {each["column"]: each["message"] for each in report["failures"]}


def test_a_text_that_a_person_has_written_since_stays(user: User, saved: Path) -> None:
    file = user.project / "models/marts/dim_customers.yml"
    edit(
        file,
        lambda text: text.replace(
            "- name: customer_name\n", "- name: customer_name\n        description: Mine.\n"
        ),
    )
    unfit = moved_on(user, saved)
    assert list(unfit) == ["customer_name"]
    assert "there is a text by now, at models/marts/dim_customers.yml:" in unfit["customer_name"]
    assert unfit["customer_name"].endswith(": Mine.")
    assert "description: Mine.\n" in file.read_text()


def test_a_text_is_replaced_only_while_it_is_the_one_that_was_seen(user: User, tmp_path: Path) -> None:
    user(*RULES, "--overwrite", "-s", "fct_orders", "--save-proposals", tmp_path / "p.yml")
    file = user.project / "models/marts/finance/_finance__models.yml"
    edit(file, lambda text: text.replace("one row per order.", "one row for each order."))
    unfit = moved_on(user, tmp_path / "p.yml")
    assert list(unfit) == [None]


def test_a_column_that_is_gone_is_said_to_be(user: User, saved: Path) -> None:
    edit(saved, lambda text: text.replace("column: country_name,", "column: country_nam,"))
    assert "the column is gone; did you mean 'country_name'?" in moved_on(user, saved)["country_nam"]


def test_a_node_that_is_gone_is_said_to_be(user: User, saved: Path) -> None:
    edit(
        saved,
        lambda text: text.replace(
            "model.shop.dim_customers, column: country_name", "model.shop.dim_customer, column: country_name"
        ),
    )
    assert "the node is gone; did you mean 'model.shop.dim_customers'?" in moved_on(user, saved)["country_name"]


def test_a_node_that_is_skipped_by_now_is_left_alone(user: User, saved: Path) -> None:
    user.write("dbt-docsmith.yml", "skip: [dim_customers]\n")
    assert "it is skipped" in moved_on(user, saved)["country_name"]


def test_two_texts_for_one_place_are_not_chosen_between(user: User, saved: Path) -> None:
    found = entry("country_name").search(saved.read_text(encoding="utf-8"))
    assert found is not None
    again = found.group().replace("text: English", "text: Another")
    saved.write_text(saved.read_text(encoding="utf-8") + again, encoding="utf-8")
    assert "another text for the same place stands in" in moved_on(user, saved)["country_name"]


@pytest.mark.slow
def test_a_file_that_moved_is_told_and_the_text_goes_where_it_belongs(user: User, saved: Path) -> None:
    old = user.project / "models/marts/dim_customers.yml"
    new = old.with_name("_customers.yml")
    old.rename(new)
    said = user("apply", saved)
    assert said.code == 0
    assert "its texts go to models/marts/_customers.yml now, not to models/marts/dim_customers.yml" in said.err
    assert "English short name" in new.read_text()
    assert not old.exists()


# ---------------------------------------------------------------- what cannot be read


def test_a_file_that_cannot_be_read_writes_nothing(user: User, saved: Path, tmp_path: Path) -> None:
    edit(saved, lambda text: text.replace("  origin: ", "  orgin: ", 1))
    before = user.tree()
    said = user("apply", saved)
    assert said.code == 2
    assert re.match(rf"{re.escape(str(saved))}:\d+: unknown key 'orgin'; did you mean 'origin'\?", said.error)
    assert (
        user("apply", tmp_path / "none.yml").error
        == f"{tmp_path / 'none.yml'}: cannot be read: No such file or directory"
    )
    assert user.tree() == before


def test_proposals_for_another_project_are_refused(user: User, saved: Path) -> None:
    edit(saved, lambda text: text.replace("project: shop", "project: warehouse"))
    said = user("apply", saved)
    assert said.code == 2
    assert "is for the project 'warehouse', and this one is 'shop'" in said.error


def test_nothing_is_said_to_be_requested_where_nobody_is_asked(user: User, saved: Path) -> None:
    assert "requested" not in user("apply", saved, "--dry-run").out
