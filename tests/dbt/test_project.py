from __future__ import annotations

from pathlib import Path

import pytest

from dbt_docsmith.dbt.project import find_project, manifest_path, nearest_project_dir
from dbt_docsmith.errors import ProjectError


def project_with(folder: Path, text: str) -> Path:
    (folder / "dbt_project.yml").write_text(text)
    return folder


def test_the_closest_folder_above_with_a_project_is_taken(tmp_path: Path) -> None:
    project_with(tmp_path, "name: shop\n")
    below = tmp_path / "models" / "staging"
    below.mkdir(parents=True)
    assert nearest_project_dir(below) == tmp_path


def test_without_any_project_the_search_ends_where_it_began(tmp_path: Path) -> None:
    assert nearest_project_dir(tmp_path) == tmp_path


def test_a_named_folder_is_not_searched_upwards(tmp_path: Path) -> None:
    project_with(tmp_path, "name: shop\n")
    (tmp_path / "models").mkdir()
    with pytest.raises(ProjectError, match=r"models: there is no dbt_project\.yml here; .*--project-dir$"):
        find_project(tmp_path / "models")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: shop\nmodels:\n  a: b: c\n", r"dbt_project\.yml:3: not YAML: mapping values are not allowed"),
        ("name: 'shop\n", r"dbt_project\.yml:2: not YAML: found unexpected end of stream"),
        ("- name: shop\n", "not a mapping"),
        ("", "not a mapping"),
        ("version: 2\n", "the project has no name"),
        ("name: shop\nmodel-paths: models\n", r"`model-paths` must be a list of folders, like \[models\]"),
        ("name: shop\nseed-paths: [1]\n", "`seed-paths` must be a list"),
    ],
)
def test_a_project_file_that_cannot_be_right_is_refused_in_one_line_with_its_place(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ProjectError, match=said) as refused:
        find_project(project_with(tmp_path, text))
    assert str(tmp_path / "dbt_project.yml") in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_project_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_bytes("name: café\n".encode("latin-1"))
    with pytest.raises(ProjectError, match="not UTF-8"):
        find_project(tmp_path)


def test_paths_that_are_not_set_are_dbts_own(tmp_path: Path) -> None:
    project = find_project(project_with(tmp_path, "name: shop\n"))
    assert project.source_paths == ("models", "seeds", "snapshots", "analyses", "macros", "tests", "functions")
    assert (project.target_path, project.packages_path, project.docs_paths) == ("target", "dbt_packages", ())


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("model-paths: [models/, ./more, 'win\\dows']", ("models", "more", "win/dows")),
        ("model-paths: []", ()),
        ("model-paths: null", ("models",)),
        ("source-paths: [old]", ("old",)),
        ("model-paths: [new]\nsource-paths: [old]", ("new",)),
        ("model-paths: [a, a/, ../shared]", ("a", "../shared")),
        ("model-paths: [\"{{ env_var('MODELS') }}\"]", ("from_env",)),
        ("model-paths: [\"{{ env_var('NOPE', 'fallback') }}/x\"]", ("fallback/x",)),
        ("model-paths: [\"{{ var('folder', 'by_var') }}\"]", ("by_var",)),
        ("model-paths: [kept, \"{{ env_var('NOPE') }}\", \"{{ target.name }}\", '{{ broken']", ("kept",)),
    ],
)
def test_model_paths_are_read_as_dbt_reads_them(line: str, paths: tuple[str, ...], tmp_path: Path) -> None:
    project = find_project(project_with(tmp_path, f"name: shop\n{line}\n"), {"MODELS": "from_env"})
    assert project.model_paths == paths


def test_what_later_work_needs_is_kept_as_it_is_written(tmp_path: Path) -> None:
    text = "name: shop\nprofile: p\nvars: {a: 1}\nmodels: {shop: {+tags: x}}\nseeds: {shop: {+x: 1}}\n"
    project = find_project(project_with(tmp_path, text))
    assert (project.profile, project.vars, project.models) == ("p", {"a": 1}, {"shop": {"+tags": "x"}})
    assert project.raw["seeds"] == {"shop": {"+x": 1}}


@pytest.mark.parametrize(
    ("line", "target_path", "named", "expected"),
    [
        ("", None, None, "target/manifest.json"),
        ("target-path: build", None, None, "build/manifest.json"),
        ("target-path: \"{{ env_var('OUT', 'out') }}\"", None, None, "out/manifest.json"),
        ("target-path: build", "other", None, "other/manifest.json"),
        ("target-path: build", "/absolute", None, "/absolute/manifest.json"),
        ("target-path: build", "other", Path("/state/manifest.json"), "/state/manifest.json"),
    ],
)
def test_the_manifest_is_the_named_one_or_in_the_target_folder(
    line: str, target_path: str | None, named: Path | None, expected: str, tmp_path: Path
) -> None:
    project = find_project(project_with(tmp_path, f"name: shop\n{line}\n"))
    assert manifest_path(project, target_path, named) == tmp_path / expected


@pytest.mark.parametrize(
    ("beside", "known"),
    [
        ("vars: {dbt-osmosis: {models: {staging: s}}}\n", {"dbt-osmosis": {"models": {"staging": "s"}}}),
        ("vars: 3\n", {}),
        ("- no vars of dbt's\n", {}),
        ("{{ a template of something else }}\n", {}),
    ],
)
def test_variables_may_stand_in_a_file_of_their_own(tmp_path: Path, beside: str, known: object) -> None:
    (tmp_path / "vars.yml").write_text(beside)
    assert find_project(project_with(tmp_path, "name: shop\n")).vars == known
    assert find_project(project_with(tmp_path, "name: shop\nvars: {a: 1}\n")).vars == {"a": 1}
