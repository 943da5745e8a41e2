from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dbt_docsmith.report.git import git_prefix


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "data team" / "ünits").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("folder", "prefix"), [(".", ""), ("data team", "data team/"), ("data team/ünits", "data team/ünits/")]
)
def test_the_prefix_is_the_path_below_the_git_root(repository: Path, folder: str, prefix: str) -> None:
    assert git_prefix(repository / folder) == prefix


def test_there_is_no_prefix_outside_a_repository(tmp_path: Path) -> None:
    assert git_prefix(tmp_path) == ""


def test_there_is_no_prefix_without_git(repository: Path) -> None:
    assert git_prefix(repository / "data team", git="no-such-git") == ""
