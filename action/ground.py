"""What would keep the texts from being delivered, found before any is paid for."""

from __future__ import annotations

import subprocess

from action.job import Job

_CHECKED_OUT = "ref: ${{ github.event.pull_request.head.sha }}"


def obstacle(job: Job) -> str | None:
    """One line of what is in the way and what to do, None where nothing is."""
    deliver, pull_request = job.asked("DELIVER"), job.pull_request
    if deliver not in ("commit", "suggest", "none"):
        return f"deliver: {deliver} is none of commit, suggest and none"
    if deliver == "none":
        return None
    if pull_request is None:
        return "deliver: suggest needs a pull request: set deliver to commit" if deliver == "suggest" else None
    head = pull_request["head"]
    if (head.get("repo") or {}).get("full_name") != job.repository:
        return f"the branch {head['ref']} is of a fork, where this job may not write: set deliver to none"
    if head["sha"] != _checked_out(job):
        return f"what is checked out is not the branch {head['ref']}: give actions/checkout {_CHECKED_OUT}"
    return None


def _checked_out(job: Job) -> str:
    found = subprocess.run(
        ("git", "rev-parse", "HEAD"), cwd=job.workspace, capture_output=True, text=True, check=False
    )
    return found.stdout.strip()
