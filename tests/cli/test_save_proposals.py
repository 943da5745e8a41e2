"""`document --save-proposals` writes what a person is to look at, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.user import RULES, User, refused, reported
from tests.wire_server import WireServer

from dbt_docsmith.review.proposals import Proposals
from dbt_docsmith.review.reading import read_proposals


def proposals_in(file: Path) -> Proposals:
    return read_proposals(str(file), file.read_bytes()).proposals


def test_only_the_file_is_written_and_a_second_save_asks_for_nothing(
    online: User, wire_server: WireServer, tmp_path: Path
) -> None:
    before, file = online.tree(), tmp_path / "p.yml"
    said = online("document", "--save-proposals", file)
    assert said.code == 0
    assert f"saved in {file}: " in said.out
    assert online.tree() == before
    content, asked = file.read_bytes(), len(wire_server.seen)
    assert asked > 0
    again = reported(online, "document", "--save-proposals", file)
    assert (file.read_bytes(), len(wire_server.seen)) == (content, asked)
    assert again["saved"] == [{"path": str(file), "texts": len(proposals_in(file).proposals)}]


def test_each_text_is_there_once_with_all_its_places(user: User, tmp_path: Path) -> None:
    report = reported(user, *RULES, "--save-proposals", tmp_path / "p.yml")
    items = proposals_in(tmp_path / "p.yml").proposals
    assert len({item.text for item in items}) == len(items)
    places = {(place.node, place.column) for item in items for place in item.places}
    assert places == {(each["unique_id"], each["column"]) for each in report["proposals"]}
    assert sum(len(item.places) for item in items) == len(places)


def test_thin_evidence_and_a_long_reach_come_first(online: User, tmp_path: Path) -> None:
    online("document", "--save-proposals", tmp_path / "p.yml")
    items = proposals_in(tmp_path / "p.yml").proposals
    thin = [number for number, item in enumerate(items) if "thin evidence" in item.risk]
    assert thin == list(range(len(thin)))
    assert "feeds exposure" in items[0].risk
    assert items[-1].origin != "llm"


def test_a_text_that_is_to_be_replaced_is_shown(user: User, tmp_path: Path) -> None:
    user(*RULES, "--overwrite", "-s", "dim_customers", "--save-proposals", tmp_path / "p.yml")
    replaced = [
        p.replaces for item in proposals_in(tmp_path / "p.yml").proposals for p in item.places if p.replaces
    ]
    assert replaced
    assert all("doc(" not in text for text in replaced)


def test_a_diff_can_be_had_besides(user: User, tmp_path: Path) -> None:
    said = user(*RULES, "--diff", "--save-proposals", tmp_path / "p.yml")
    assert said.out.startswith("diff --git ")
    assert (tmp_path / "p.yml").is_file()


@pytest.mark.parametrize("how", ["folder", "group", "owner"])
def test_one_file_for_each_of_several_people(how: str, user: User, tmp_path: Path) -> None:
    user(*RULES, "--save-proposals", tmp_path / "whole.yml")
    said = user(*RULES, "--save-proposals", tmp_path / "parts", "--split", how)
    files = sorted((tmp_path / "parts").rglob("*.yml"))
    assert said.out.count("saved in ") == len(files)
    texts = [
        (item.text, p.node, p.column)
        for file in files
        for item in proposals_in(file).proposals
        for p in item.places
    ]
    assert len(texts) == len(set(texts))
    whole = proposals_in(tmp_path / "whole.yml").proposals
    assert set(texts) == {(item.text, p.node, p.column) for item in whole for p in item.places}
    if how == "folder":
        assert tmp_path / "parts" / "models" / "staging.yml" in files


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--save-proposals", "{project}/models/p.yml"], "dbt reads every YAML file in models/"),
        (["--save-proposals", "{project}"], "is a folder"),
        (["--save-proposals", "{project}", "--split", "folder"], "the project is in there"),
        (["--save-proposals", "{project}/dbt_project.yml", "--split", "group"], "is a file"),
        (["--save-proposals", "{project}/dbt_project.yml"], "is not what --save-proposals wrote"),
        (["--save-proposals", "{project}/p.yml", "--dry-run"], "a dry run makes no texts to save"),
        (["--split", "owner"], "--split: says how to part"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_spent(
    args: list[str], told: str, online: User, wire_server: WireServer
) -> None:
    given = [arg.replace("{project}", str(online.project)) for arg in args]
    assert told in refused(online, wire_server, "document", *given)


@pytest.mark.parametrize("split", [False, True])
def test_what_a_person_has_edited_is_not_written_over(
    split: bool, online: User, wire_server: WireServer, tmp_path: Path
) -> None:
    where = tmp_path / "parts" if split else tmp_path / "p.yml"
    args = [
        "document",
        "-s",
        "fct_orders",
        "--save-proposals",
        str(where),
        *(["--split", "folder"] if split else []),
    ]
    online(*args)
    [file] = where.rglob("*.yml") if split else [where]
    file.write_bytes(file.read_bytes().replace(b"said by the server", b"said by Ann"))
    edited = file.read_bytes()
    wire_server.seen.clear()
    assert "was edited or reviewed since it was made" in refused(online, wire_server, *args, "--refresh")
    assert file.read_bytes() == edited


def test_what_was_made_before_a_stop_is_saved(online: User, tmp_path: Path) -> None:
    said = online("document", "--max-requests", "2", "--threads", "1", "--save-proposals", tmp_path / "p.yml")
    assert said.code == 3
    assert any(item.origin == "llm" for item in proposals_in(tmp_path / "p.yml").proposals)
