"""The step that keeps one comment on the pull request with the result."""

from __future__ import annotations

import httpx2

from action.api import GitHub, refusal
from action.job import Job, annotate, this_job


def main(job: Job) -> None:
    """Write the comment, or write the one anew that an earlier run left; a refusal is a warning."""
    if job.pull_request is None or not job.summary_file.exists():
        annotate("notice", "there is no pull request, or nothing to say of it")
        return
    body = job.summary_file.read_text(encoding="utf-8")
    try:
        _put(GitHub(job), job.pull_request["number"], body)
    except httpx2.HTTPError as error:
        annotate("warning", f"no comment could be written: {refusal(error)}")


def _put(github: GitHub, number: int, body: str) -> None:
    mark = body.partition("\n")[0]
    for comment in github.every(f"issues/{number}/comments"):
        if comment["body"].startswith(mark):
            github.patch(f"issues/comments/{comment['id']}", {"body": body})
            return
    github.post(f"issues/{number}/comments", {"body": body})


if __name__ == "__main__":
    main(this_job())
