"""The step that commits what was written and pushes it to the branch."""

from __future__ import annotations

import subprocess
import sys

from action.job import Job, annotate, this_job

_AUTHOR = {"name": "github-actions[bot]", "email": "41898282+github-actions[bot]@users.noreply.github.com"}
_LEDGER = ".dbt-docsmith"


def main(job: Job) -> int:
    """The exit code: 1 where git refuses."""
    try:
        _git(job, "add", "--", *written(job))
        if not _git(job, "diff", "--cached", "--name-only"):
            annotate("notice", "what was written stands in the branch already")
            return 0
        author = [part for name, value in _AUTHOR.items() for part in ("-c", f"user.{name}={value}")]
        _git(job, *author, "commit", "--quiet", "--message", job.asked("MESSAGE"))
        _git(job, "push", "--quiet", "origin", f"HEAD:refs/heads/{job.branch}")
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.split())
        annotate("error", f"the texts could not be pushed to {job.branch}, and the next run has them: {said}")
        return 1
    return 0


def written(job: Job) -> list[str]:
    """The files that were written, from the root of the repository, and the ledger beside the project."""
    files = [file["repo_path"] for file in (job.report or {})["files"]]
    found = sorted(job.workspace.glob(f"**/{_LEDGER}/ledger.jsonl"))
    return files + [path.relative_to(job.workspace).as_posix() for path in found]


def _git(job: Job, *arguments: str) -> str:
    done = subprocess.run(("git", *arguments), cwd=job.workspace, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(this_job()))
