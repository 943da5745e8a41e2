"""`document` beside real dbt: what it compiled and where it built makes no difference to what is asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.pipeline.answers import asked_node, tell, user_message
from tests.pipeline.shop import Shop, copy_shop
from tests.wire_server import Body, WireServer

PROFILE = """
shop:
  target: there
  outputs:
    there:
      type: duckdb
      path: "{path}"
      schema: somebodys_own_schema
      threads: 1
"""


def asked_by(shop: Shop, server: WireServer) -> list[Body]:
    before = len(server.seen)
    server.respond = tell
    report = shop.document(provider="openai", threads=1)
    assert report.failures == ()
    return server.bodies[before:]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The example, built by real dbt in another database, schema and folder."""
    shop = copy_shop(tmp_path_factory.mktemp("else where"), within="a project of my own")
    database = shop.home / "my_database.duckdb"
    (shop.root / "profiles.yml").write_text(PROFILE.format(path=database), encoding="utf-8")
    shop.dbt("build")
    shop.dbt("docs", "generate")
    return shop


@pytest.mark.slow
def test_another_machine_and_another_target_ask_the_same(
    elsewhere: Shop, wire_server: WireServer, tmp_path: Path
) -> None:
    here = copy_shop(tmp_path / "here", wire_server.base_url)
    there = copy_shop(tmp_path / "there", wire_server.base_url, project=elsewhere.root)
    shutil.copy(there.root / "target" / "catalog.json", here.root / "target")
    sent_here = {asked_node(body): body for body in asked_by(here, wire_server)}
    sent_there = {asked_node(body): body for body in asked_by(there, wire_server)}
    assert len(sent_here) > 20
    assert sent_here == sent_there


@pytest.mark.slow
def test_compiling_adds_what_only_dbt_can_render_and_changes_nothing_else(
    elsewhere: Shop, wire_server: WireServer, tmp_path: Path
) -> None:
    compiled = copy_shop(tmp_path / "compiled", wire_server.base_url, project=elsewhere.root)
    parsed = copy_shop(tmp_path / "parsed", wire_server.base_url, project=elsewhere.root)
    parsed.dbt("parse", "--no-partial-parse")
    sent_compiled = {asked_node(body): user_message(body) for body in asked_by(compiled, wire_server)}
    sent_parsed = {asked_node(body): user_message(body) for body in asked_by(parsed, wire_server)}
    assert sent_parsed.keys() == sent_compiled.keys()
    different = {node for node, said in sent_parsed.items() if said != sent_compiled[node]}
    macros = {node for node in different if "cents_to_dollars" in sent_parsed[node]}
    assert different == macros


@pytest.mark.slow
def test_no_prompt_tells_where_it_was_built(elsewhere: Shop, wire_server: WireServer, tmp_path: Path) -> None:
    shop = copy_shop(tmp_path, wire_server.base_url, project=elsewhere.root)
    said = "\n".join(user_message(body) for body in asked_by(shop, wire_server))
    for secret in (
        "my_database",
        "somebodys_own_schema",
        "a project of my own",
        "else where",
        str(shop.home),
        "/tmp/",
    ):
        assert secret not in said


@pytest.mark.slow
def test_dbt_builds_what_was_written_and_nothing_is_left_to_do(elsewhere: Shop, tmp_path: Path) -> None:
    shop = copy_shop(tmp_path, project=elsewhere.root)
    shop.document(provider="rules")
    written = shop.files()
    shop.dbt("build")
    again = shop.document(provider="rules")
    assert again.files == ()
    assert {name: content for name, content in shop.files().items() if name.endswith(".yml")} == {
        name: content for name, content in written.items() if name.endswith(".yml")
    }


@pytest.mark.slow
def test_without_a_manifest_the_project_is_parsed_first(tmp_path: Path) -> None:
    shop = copy_shop(tmp_path)
    (shop.root / "target" / "manifest.json").unlink()
    shop.environ["PATH"] = "/usr/bin:/bin"
    report = shop.document(provider="rules")
    assert report.exit_code == 0
    assert [said for said in shop.heard.said if "parsing the project with dbt" in said]
    assert len(report.proposals) > 90
