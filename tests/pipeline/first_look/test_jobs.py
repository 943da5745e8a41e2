"""Which files say what runs on a change."""

from __future__ import annotations

from pathlib import Path

from dbt_docsmith.pipeline.first_look.jobs import find_jobs


def test_each_host_s_files_are_found_and_whether_they_run_it(tmp_path: Path) -> None:
    for name, text in {
        ".github/workflows/dbt.yml": "run: dbt build",
        ".github/workflows/docs.yaml": "run: dbt-docsmith check",
        ".github/dependabot.yml": "dbt-docsmith",
        ".gitlab-ci.yml": "script: [dbt build]",
        ".pre-commit-config.yaml": "repos: []",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert [(each.file, each.host, each.ours) for each in find_jobs(tmp_path)] == [
        (".github/workflows/dbt.yml", "GitHub", False),
        (".github/workflows/docs.yaml", "GitHub", True),
        (".gitlab-ci.yml", "GitLab", False),
        (".pre-commit-config.yaml", "pre-commit", False),
    ]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert find_jobs(tmp_path) == ()
