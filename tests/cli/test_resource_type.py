"""What `--resource-type` chooses, as it is typed."""

from __future__ import annotations

import pytest
from tests.cli.user import User, reported
from tests.wire_server import WireServer

MACRO = "macro.shop.load_raw_tables"


def test_a_macro_is_found_missing_with_its_place_and_then_described(online: User, wire_server: WireServer) -> None:
    told = reported(online, "check", "--resource-type", "exposure", "macro", "analysis")
    assert told["coverage"]["nodes"] == [2, 3]
    assert told["coverage"]["columns"] == [1, 1]
    [found] = told["missing"]
    assert (found["unique_id"], found["column"], found["file"], found["line"]) == (
        MACRO,
        None,
        "macros/_macros.yml",
        8,
    )
    assert online("document", "--resource-type", "macro").code == 0
    [sent] = wire_server.bodies
    assert "Describe the macro load_raw_tables itself" in sent["messages"][1]["content"]
    assert online("check", "--resource-type", "macro").code == 0


@pytest.mark.parametrize("selector", ["load_raw_tables", "path:macros", "load_*", "file:load_raw_tables.sql"])
def test_a_macro_is_selected_by_name_and_by_path_where_its_type_is_named(selector: str, user: User) -> None:
    missing = reported(user, "check", "--resource-type", "macro", "-s", selector)["missing"]
    assert [each["unique_id"] for each in missing] == [MACRO]
    assert "nothing is selected" in user("check", "-s", selector).err


def test_the_default_is_nodes_with_columns(user: User) -> None:
    usual = reported(user, "check")
    assert reported(user, "check", "--resource-type", "default") == usual
    everything = reported(user, "check", "--resource-type", "all")
    assert everything["coverage"]["nodes"][1] == usual["coverage"]["nodes"][1] + 3


def test_what_is_shown_of_a_macro_is_its_text_and_its_arguments(user: User) -> None:
    said = user("prompts", "render", "macro.shop.cents_to_dollars", "--provider", "rules")
    assert "macro: cents_to_dollars\n" in said.out
    assert "## Arguments to describe" in said.out
