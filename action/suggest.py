"""The step that puts what was written on the pull request, as suggestions to accept with a click."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from action.api import GitHub, refusal
from action.commit import written
from action.job import Job, annotate, this_job
from action.patches import Change, changes, shown_lines
from action.suggestions import suggestion

_MOST_AT_ONCE = 40
_MOST_SUMMARY = 200_000
_SAYS = "Texts that dbt-docsmith made for what has no description yet."


def main(job: Job) -> int:
    """The exit code: 1 where GitHub refuses."""
    assert job.pull_request is not None
    try:
        left = _suggest(GitHub(job), job, job.pull_request)
    except httpx2.HTTPError as error:
        annotate("error", f"the suggestions could not be made, and the next run has them: {refusal(error)}")
        return 1
    if left:
        annotate("notice", f"{left} changes stand where this pull request shows no lines: see the run's summary")
        job.summarize(_as_patch(job))
    return 0


def _suggest(github: GitHub, job: Job, pull_request: Mapping[str, Any]) -> int:
    """How many changes found no place on the pull request."""
    number = pull_request["number"]
    shown = {
        each["filename"]: list(shown_lines(each.get("patch") or ""))
        for each in github.every(f"pulls/{number}/files")
    }
    made = [suggestion(each, _before(job, each.path), shown.get(each.path, ())) for each in _changes(job)]
    there = {(each["path"], each["body"]) for each in github.every(f"pulls/{number}/comments")}
    new = [each for each in made if each is not None and (each["path"], each["body"]) not in there]
    for some in _parts(new):
        review = {"commit_id": pull_request["head"]["sha"], "event": "COMMENT", "body": _SAYS, "comments": some}
        github.post(f"pulls/{number}/reviews", review)
    return made.count(None) + len(_new_files(job))


def _parts(comments: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
    return [comments[start : start + _MOST_AT_ONCE] for start in range(0, len(comments), _MOST_AT_ONCE)]


def _changes(job: Job) -> list[Change]:
    return list(changes(_git(job, "diff", "--unified=0", "--no-color", "--no-ext-diff", "--", *written(job))))


def _before(job: Job, path: str) -> list[str]:
    return _git(job, "show", f"HEAD:{path}").split("\n")


def _new_files(job: Job) -> list[str]:
    return _git(job, "ls-files", "--others", "--exclude-standard", "--", *written(job)).split()


def _as_patch(job: Job) -> str:
    """All that was written, for whoever takes it from the page of the run."""
    _git(job, "add", "--intent-to-add", "--", *written(job))
    patch = _git(job, "diff", "--no-color", "--no-ext-diff", "--", *written(job))
    return f"Everything that was written, for `git apply`:\n\n````diff\n{patch[:_MOST_SUMMARY]}````\n"


def _git(job: Job, *arguments: str) -> str:
    done = subprocess.run(
        ("git", "-c", "core.quotePath=false", *arguments),
        cwd=job.workspace,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(this_job()))
