from __future__ import annotations

from pathlib import Path

import pytest

from dbt_docsmith.dbt.project import Project
from dbt_docsmith.dbt.project_files import list_files, seed_header


def made(root: Path, *names: str) -> Path:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return root


def test_files_are_listed_by_what_dbt_reads_them_as(tmp_path: Path) -> None:
    made(tmp_path, "models/a.sql", "models/deep/b.py", "models/deep/s.yml", "models/docs.md", "models/notes.txt")
    made(tmp_path, "seeds/c.csv", "snapshots/d.sql", "analyses/e.sql", "macros/f.sql", "macros/m.yaml")
    made(tmp_path, "tests/g.sql", "tests/generic/h.sql", "tests/fixtures/i.sql", "tests/deep/generic/j.sql")
    files = list_files(Project(root=tmp_path, name="shop"))
    assert files.models == ("models/a.sql", "models/deep/b.py")
    assert files.properties == ("macros/m.yaml", "models/deep/s.yml")
    assert files.docs == ("models/docs.md",)
    assert (files.seeds, files.snapshots, files.analyses) == (
        ("seeds/c.csv",),
        ("snapshots/d.sql",),
        ("analyses/e.sql",),
    )
    assert files.macros == ("macros/f.sql", "tests/generic/h.sql")
    assert files.tests == ("tests/deep/generic/j.sql", "tests/g.sql")
    assert "models/notes.txt" in files.all


def test_files_that_editors_leave_behind_are_passed_over(tmp_path: Path) -> None:
    made(
        tmp_path,
        "models/.s.yml",
        "models/#s.yml",
        "models/~s.yml",
        "models/s.yml~",
        "models/s.YML",
        "models/s.yml.bak",
    )
    assert list_files(Project(root=tmp_path, name="shop")).properties == ("models/s.YML",)


def test_a_file_in_dbtignore_is_not_read_but_stands_there(tmp_path: Path) -> None:
    made(tmp_path, "models/a.yml", "models/old/b.yml")
    (tmp_path / ".dbtignore").write_text("old/\n")
    files = list_files(Project(root=tmp_path, name="shop"))
    assert files.properties == ("models/a.yml",)
    assert files.all == ("models/a.yml", "models/old/b.yml")


def test_other_peoples_folders_are_not_entered(tmp_path: Path) -> None:
    made(tmp_path, "s.yml", "out/s.yml", "pkgs/p/s.yml", "dbt_packages/p/s.yml", ".venv/s.yml", ".git/s.yml")
    made(tmp_path, "env/pyvenv.cfg", "env/lib/s.yml", "node_modules/x/s.yml", "models/s.yml")
    project = Project(root=tmp_path, name="shop", model_paths=(".",), target_path="out", packages_path="pkgs")
    assert list_files(project).properties == ("models/s.yml", "s.yml")


def test_a_link_that_leads_out_of_the_project_is_left_out(tmp_path: Path) -> None:
    outside = made(tmp_path / "outside", "s.yml", "folder/t.yml")
    root = made(tmp_path / "project", "models/real.yml")
    (root / "models/away.yml").symlink_to(outside / "s.yml")
    (root / "models/within.yml").symlink_to(root / "models/real.yml")
    (root / "models/linked").symlink_to(outside / "folder")
    (root / "seeds").symlink_to(outside)
    assert list_files(Project(root=root, name="shop")).properties == ("models/real.yml", "models/within.yml")


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert list_files(Project(root=tmp_path, name="shop")).all == ()


def test_folders_that_overlap_give_each_file_once(tmp_path: Path) -> None:
    made(tmp_path, "models/a.yml", "models/snapshots/b.yml")
    project = Project(root=tmp_path, name="shop", snapshot_paths=("models/snapshots",))
    assert list_files(project).properties == ("models/a.yml", "models/snapshots/b.yml")


@pytest.mark.parametrize(
    ("content", "delimiter", "header"),
    [
        (b"id,name\n1,Ada\n", ",", ("id", "name")),
        (b"\xef\xbb\xbfid;full name\r\n1;Ada\r\n", ";", ("id", "full name")),
        (b'"id, or key","two\nlines"\n1,2\n', ",", ("id, or key", "two\nlines")),
        (b"id\tname", "\t", ("id", "name")),
        (b"id, name,\n", ",", ("id", "name")),
        (b"caf\xe9,name\n", ",", ("caf\ufffd", "name")),
        (b"", ",", ()),
        (b"\n1,2\n", ",", ()),
        (b"id,name\n", "::", ()),
    ],
)
def test_a_seeds_columns_are_its_first_row(
    content: bytes, delimiter: str, header: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "seed.csv").write_bytes(content)
    assert seed_header(tmp_path / "seed.csv", delimiter) == header


def test_rows_below_the_header_are_not_parsed(tmp_path: Path) -> None:
    too_long_a_field_to_parse = '"' + "x" * 200_000 + '"'
    (tmp_path / "seed.csv").write_text(f"id,name\n1,{too_long_a_field_to_parse}\n")
    assert seed_header(tmp_path / "seed.csv") == ("id", "name")
