"""A project that cannot be read, a manifest that is none or too old, a file that cannot be written."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from tests.cli.user import RULES, Program, User, refused
from tests.wire_server import WireServer

# ---------------------------------------------------------------- the project


@pytest.mark.parametrize("command", ["document", "check"])
def test_a_folder_without_a_project(command: str, user: User) -> None:
    (user.project / "dbt_project.yml").unlink()
    said = user(command)
    assert (said.code, said.error) == (
        2,
        f"{user.project}: there is no dbt_project.yml here; name the project with --project-dir",
    )


def test_a_folder_that_is_not_there(user: User) -> None:
    said = user.anywhere("document", "--project-dir", "/nowhere/at/all")
    assert (said.code, said.error) == (
        2,
        "/nowhere/at/all: there is no such folder; give the dbt project's with --project-dir",
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name: [shop\n", ":2: not YAML:"),
        ("- shop\n", ": not a mapping"),
        ("", ": not a mapping"),
        ("version: 2\n", ": the project has no name"),
        ("name: shop\nmodel-paths: models\n", "`model-paths` must be a list of folders"),
        (b"name: caf\xe9\n", ": not UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_project_file_that_cannot_be_read(
    content: str | bytes, told: str, online: User, wire_server: WireServer
) -> None:
    file = online.write("dbt_project.yml", content)
    error = refused(online, wire_server, "document")
    assert error.startswith(str(file))
    assert told in error


# ---------------------------------------------------------------- the manifest


def broken_manifests() -> Mapping[str, bytes]:
    whole = (Path(__file__).parents[2] / "examples/shop/target/manifest.json").read_bytes()
    return {
        "empty": b"",
        "not JSON": b"<html>502 Bad Gateway</html>",
        "truncated": whole[: len(whole) // 2],
        "a list": b"[]",
        "a word": b'"manifest"',
        "null": b"null",
        "not text": b"\x00\xff\xfe\x80",
        "of another tool": b'{"nodes": [], "version": 1}',
        "of nothing": b"{}",
        "a catalog": (Path(__file__).parents[2] / "examples/shop/target/catalog.json").read_bytes(),
        "nested too deep": b"[" * 100_000,
    }


@pytest.mark.parametrize("kind", broken_manifests())
@pytest.mark.parametrize("command", ["document", "check"])
def test_a_manifest_that_is_none(command: str, kind: str, online: User, wire_server: WireServer) -> None:
    file = online.write("target/manifest.json", broken_manifests()[kind])
    error = refused(online, wire_server, command)
    assert error.startswith(str(file))
    assert "dbt parse" in error


def test_a_named_manifest_that_is_not_there_is_not_made(online: User, wire_server: WireServer) -> None:
    assert (
        refused(online, wire_server, "document", "--manifest", "/no/manifest.json")
        == "/no/manifest.json: there is no such manifest; run `dbt parse`, or name another with --manifest"
    )


def test_a_named_catalog_that_is_not_there(online: User, wire_server: WireServer) -> None:
    error = refused(online, wire_server, "document", "--catalog", "/no/catalog.json")
    assert "there is no catalog at /no/catalog.json" in error
    assert "dbt docs generate" in error


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"metadata": 3}'])
def test_a_catalog_that_is_none(content: bytes, online: User, wire_server: WireServer) -> None:
    file = online.write("target/catalog.json", content)
    error = refused(online, wire_server, "document")
    assert error.startswith(str(file))
    assert "dbt docs generate" in error


def test_no_manifest_and_no_dbt(user: User, without_dbt: Program) -> None:
    file = user.project / "target/manifest.json"
    file.unlink()
    before = user.tree()
    said = without_dbt(user, *RULES)
    assert (said.code, said.error) == (
        2,
        f"{file}: there is no manifest, and dbt is not installed here to make one; "
        "run `dbt parse` where it is, pip install 'dbt-docsmith[dbt]', or name one with --manifest",
    )
    assert user.tree() == before


def test_a_manifest_of_an_unknown_version_is_worth_a_warning(user: User) -> None:
    file = user.project / "target/manifest.json"
    file.write_text(file.read_text().replace("/dbt/manifest/v12.json", "/dbt/manifest/v99.json"))
    said = user(*RULES)
    assert said.code == 0
    schema = "https://schemas.getdbt.com/dbt/manifest/v99.json"
    assert said.warnings == [f"the manifest's schema {schema} is not one this version was tried on"]
    assert "descriptions written in 10 files" in said.out


# ---------------------------------------------------------------- a manifest older than the project

EDITED = "models/marts/dim_customers.sql"
NEW = "models/marts/dim_stores.sql"


def edit(user: User) -> None:
    """Change a model and add one, as an hour of work does."""
    user.write(EDITED, (user.project / EDITED).read_text() + "\n-- an afterthought\n")
    user.write(NEW, "select 1 as store_id\n")


@pytest.mark.parametrize("command", [RULES, ("check",)])
def test_a_manifest_that_is_too_old_is_worth_one_warning_where_there_is_no_dbt(
    command: Sequence[str], user: User, without_dbt: Program
) -> None:
    edit(user)
    said = without_dbt(user, *command)
    assert said.code == (1 if command == ("check",) else 0)
    assert said.warnings == [
        f"{user.project}/target/manifest.json is older than {EDITED}, {NEW}; "
        "run `dbt parse` to see what is new there"
    ]


@pytest.mark.parametrize(
    "selector",
    [
        "dim_stores",
        "+dim_stores",
        "2+dim_stores+1",
        "@dim_stores",
        "fct_orders dim_stores",
        "tag:nightly,dim_stores",
        "shop.marts.dim_stores",
        "dim_stores.sql",
        "file:dim_stores.sql",
        "file:dim_stores",
        "fqn:dim_stores",
        "path:models/marts/dim_stores.sql",
        "models/marts/dim_stores.sql",
        "./models/marts/dim_stores.sql",
    ],
)
def test_a_selector_that_names_a_file_the_manifest_does_not_know(
    selector: str, online: User, wire_server: WireServer
) -> None:
    manifest = online.project / "target/manifest.json"
    edit(online)
    assert refused(online, wire_server, "document", "--manifest", manifest, "--select", selector) == (
        f"{manifest} is older than {NEW} and cannot be made anew: run `dbt parse`, or leave --manifest out"
    )


def test_the_cure_names_dbt_where_it_is_not_installed(user: User, without_dbt: Program) -> None:
    edit(user)
    said = without_dbt(user, *RULES, "--select", "dim_customers")
    assert (said.code, said.error) == (
        2,
        f"{user.project}/target/manifest.json is older than {EDITED} and cannot be made anew: "
        "run `dbt parse`, or pip install 'dbt-docsmith[dbt]'",
    )


@pytest.mark.parametrize("selector", ["fct_orders", "dim_store", "tag:dim_stores2", "models/marts/finance"])
def test_a_selector_that_names_another_node_is_served(selector: str, user: User) -> None:
    edit(user)
    manifest = user.project / "target/manifest.json"
    said = user(*RULES, "--manifest", manifest, "--select", selector)
    assert said.code == 0
    assert said.warnings[0].startswith(f"{manifest} is older than {EDITED}, {NEW}")


def test_a_name_that_ends_in_a_digit_is_not_another_s(user: User) -> None:
    user.write("models/marts/orders2.sql", "select 1 as a\n")
    manifest = user.project / "target/manifest.json"
    assert user(*RULES, "--manifest", manifest, "--select", "orders").code == 0
    assert user(*RULES, "--manifest", manifest, "--select", "orders2").code == 2


def test_the_dbt_on_the_path_makes_a_manifest(user: User, without_dbt: Program, tmp_path: Path) -> None:
    manifest = user.project / "target/manifest.json"
    kept = manifest.rename(tmp_path / "made-by-dbt.json")
    dbt = tmp_path / "bin" / "dbt"
    dbt.parent.mkdir()
    dbt.write_text(f"#!/bin/sh\n[ $1 = parse ] && /bin/cp {kept} {manifest}\n")
    dbt.chmod(0o755)
    said = without_dbt(user, *RULES, path=dbt.parent)
    assert said.code == 0
    assert said.err == f"there is no {manifest}: parsing the project with dbt\n"
    assert "descriptions written in 10 files" in said.out


def test_what_dbt_says_is_wrong_is_the_error(user: User, without_dbt: Program, tmp_path: Path) -> None:
    (user.project / "target/manifest.json").unlink()
    dbt = tmp_path / "bin" / "dbt"
    dbt.parent.mkdir()
    dbt.write_text("#!/bin/sh\necho 'Encountered an error:'\necho 'Env var required but not provided'\nexit 2\n")
    dbt.chmod(0o755)
    said = without_dbt(user, *RULES, "--quiet", path=dbt.parent)
    assert said.code == 2
    assert said.error == (
        "dbt parse failed: Env var required but not provided; mend that, or name a manifest with --manifest"
    )


@pytest.mark.slow
def test_the_dbt_installed_here_makes_a_manifest_anew(user: User) -> None:
    edit(user)
    said = user("check", "--select", "dim_stores")
    assert (said.code, said.warnings) == (1, [])
    assert f"the manifest is older than {EDITED}, {NEW}: parsing the project with dbt" in said.err
    assert "model.shop.dim_stores has no description" in said.out


# ---------------------------------------------------------------- a file that cannot be written

BROKEN = "models/marts/dim_customers.yml"


def break_yaml(file: Path) -> None:
    file.write_text(file.read_text() + "\n  - [\n")


def make_read_only(file: Path) -> None:
    file.chmod(0o444)


def save_as_latin_1(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"# caf\xe9\n")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (break_yaml, "not YAML"),
        (make_read_only, "read-only"),
        (save_as_latin_1, "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_written_fails_its_nodes_alone(
    spoil: Callable[[Path], None], told: str, user: User
) -> None:
    file = user.project / BROKEN
    spoil(file)
    before = user.tree()
    said = user(*RULES, "--format", "json")
    assert said.code == 1
    report = json.loads(said.out)
    assert {each["unique_id"] for each in report["failures"]} == {"model.shop.dim_customers"}
    assert {each["error"] for each in report["failures"]} == {"WriteError"}
    assert all(BROKEN in each["message"] and told in each["message"] for each in report["failures"])
    changed = {name for name, content in user.tree().items() if before.get(name) != content}
    assert BROKEN not in changed
    assert len(changed) == len(report["files"]) == 9


@pytest.mark.parametrize("spoil", [break_yaml, make_read_only, save_as_latin_1])
def test_a_dry_run_finds_it_beforehand(
    spoil: Callable[[Path], None], online: User, wire_server: WireServer
) -> None:
    spoil(online.project / BROKEN)
    said = online("document", "--dry-run")
    assert said.code == 1
    assert "Failed:" in said.out
    assert BROKEN in said.out
    assert wire_server.seen == []


@pytest.mark.parametrize("spoil", [break_yaml, save_as_latin_1])
def test_check_says_which_file_it_could_not_read(spoil: Callable[[Path], None], user: User) -> None:
    spoil(user.project / BROKEN)
    said = user("check", "--min-coverage", "0")
    assert said.code == 1
    assert BROKEN in said.out
