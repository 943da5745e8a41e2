"""What runs on a change of this project: the files at the root of its repository that say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dbt_docsmith.first_look import JobsFound

_OURS = "dbt-docsmith"
_PLACES = (
    (".github/workflows", "*.yml", "GitHub"),
    (".github/workflows", "*.yaml", "GitHub"),
    (".", ".gitlab-ci.yml", "GitLab"),
    (".", ".pre-commit-config.yaml", "pre-commit"),
)


def find_jobs(repository: Path) -> tuple[JobsFound, ...]:
    """In the order of their hosts, then of their names."""
    return tuple(_jobs(repository))


def _jobs(repository: Path) -> Iterator[JobsFound]:
    for folder, pattern, host in _PLACES:
        for path in sorted((repository / folder).glob(pattern)):
            name = path.relative_to(repository).as_posix()
            yield JobsFound(file=name, host=host, ours=_OURS in _text(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
