from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dbt_docsmith.dbt.parse import LONGEST_MESSAGE, dbt_command, first_error, parse_project
from dbt_docsmith.dbt.project import Project, find_project
from dbt_docsmith.errors import ProjectError

SHOP = Path(__file__).parents[2] / "examples" / "shop"


def shop_in(folder: Path) -> Project:
    shutil.copytree(SHOP, folder / "shop", ignore=shutil.ignore_patterns("target", "logs"))
    return find_project(folder / "shop")


def acting(code: str) -> list[str]:
    """A dbt that runs this instead; its options are in ``sys.argv``."""
    return [sys.executable, "-c", f"import sys, os, json, pathlib\n{code}"]


def real_dbt() -> list[str]:
    command = dbt_command()
    assert command is not None
    return command


def no_package(name: str) -> None:
    raise ModuleNotFoundError(name)


def nowhere(_name: str) -> None:
    return None


def test_the_dbt_beside_this_program_is_taken_first() -> None:
    command = dbt_command("python", lambda _name: object(), lambda _name: "/usr/bin/dbt")
    assert command is not None
    assert command[0] == "python"
    assert "dbt.cli" in command[-1]


@pytest.mark.parametrize("find_spec", [no_package, nowhere])
def test_without_one_beside_it_the_dbt_on_the_path_is_taken(find_spec: Callable[[str], None]) -> None:
    assert dbt_command("python", find_spec, lambda name: f"/usr/bin/{name}") == ["/usr/bin/dbt"]
    assert dbt_command("python", find_spec, nowhere) is None


def test_dbt_makes_a_manifest_from_anywhere_and_leaves_the_project_as_it_was(tmp_path: Path) -> None:
    project = shop_in(tmp_path)
    before = {path.relative_to(project.root) for path in project.root.rglob("*") if path.is_file()}
    manifest = parse_project(project, dbt=real_dbt(), cwd=tmp_path)
    assert manifest == project.root / "target" / "manifest.json"
    assert "model.shop.fct_orders" in json.loads(manifest.read_bytes())["nodes"]
    after = {path.relative_to(project.root) for path in project.root.rglob("*") if path.is_file()}
    assert {path.parts[0] for path in after - before} == {"target"}


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "models/bad.sql",
            "select * from {{ ref('nope') }}",
            r"dbt parse failed: Compilation Error: Model 'model\.shop\.bad' \(models/bad\.sql\) depends on"
            r" a node named 'nope' which was not found; .*--manifest$",
        ),
        pytest.param(
            "models/bad.yml",
            "models:\n  - name: x\n   description: y\n",
            r"Parsing Error: Error reading shop: bad\.yml - Runtime Error: Syntax error near line 3;",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "profiles.yml",
            "other: {}\n",
            r"Runtime Error: Could not find profile named 'shop';",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_dbt_refuses_is_told_in_one_line_with_its_place(
    file: str, text: str, said: str, tmp_path: Path
) -> None:
    project = shop_in(tmp_path)
    (project.root / file).write_text(text)
    with pytest.raises(ProjectError, match=said) as refused:
        parse_project(project, dbt=real_dbt(), cwd=tmp_path)
    assert "\n" not in str(refused.value)


def test_everything_dbt_has_to_know_is_handed_on(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_what_came = "pathlib.Path('out/manifest.json').write_text(json.dumps((sys.argv, dict(os.environ))))"
    manifest = parse_project(
        Project(root=tmp_path, name="shop"),
        dbt=acting(write_what_came),
        profiles_dir=tmp_path / "profiles",
        profile="p",
        target="prod",
        target_path="out",
        cli_vars="{a: 1}",
        environ={"ONLY": "this"},
        cwd=tmp_path,
    )
    arguments, environ = json.loads(manifest.read_text())
    said = " ".join(arguments)
    assert "parse --quiet" in said
    assert f"--project-dir {tmp_path} --profiles-dir {tmp_path / 'profiles'} --profile p" in said
    assert said.endswith("--target prod --target-path out --vars {a: 1}")
    assert environ["ONLY"] == "this"
    assert "PATH" not in environ


def test_profiles_beside_the_project_serve_where_none_stand_where_dbt_is_started(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (root, elsewhere):
        folder.mkdir()
        (folder / "profiles.yml").touch()
    fail_with_the_options = acting("sys.exit('Error: ' + ' '.join(sys.argv[1:]))")
    project = Project(root=root, name="shop")
    with pytest.raises(ProjectError, match=f"--profiles-dir {root}"):
        parse_project(project, dbt=fail_with_the_options, cwd=tmp_path)
    with pytest.raises(ProjectError) as refused:
        parse_project(project, dbt=fail_with_the_options, cwd=elsewhere)
    assert "--profiles-dir" not in str(refused.value)


def test_a_dbt_that_leaves_no_manifest_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"left no .*manifest\.json"):
        parse_project(Project(root=tmp_path, name="shop"), dbt=acting(""), cwd=tmp_path)


def test_a_dbt_that_cannot_be_started_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="nodbt cannot be started: No such file or directory"):
        parse_project(Project(root=tmp_path, name="shop"), dbt=[str(tmp_path / "nodbt")], cwd=tmp_path)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("\x1b[0m08:56:50  Encountered an error:\nRuntime Error\n  No profile\n", "Runtime Error: No profile"),
        ("08:56:50.123456  Encountered an error:\nParsing Error\n  a:\n  b\n\n  c\n", "Parsing Error: a: b"),
        ("[WARNING]: x\nUsage: dbt\n\nError: No such option '--x'.\n", "No such option '--x'"),
        ("Traceback:\n  File x\nKeyError: 'a'\n\n", "KeyError: 'a'"),
        ("Killed", "Killed"),
        ("", "it does not say why"),
        ("Encountered an error:\n", "Encountered an error"),
        ("Error: " + "x" * 999, "x" * (LONGEST_MESSAGE - 3) + "..."),
    ],
)
def test_the_first_error_is_found_in_whatever_dbt_prints(output: str, said: str) -> None:
    assert first_error(output) == said
