"""GitHub's REST interface, as far as a pull request needs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2

from action.job import Job

PER_PAGE = 100
_TIMEOUT_SECONDS = 30.0


class GitHub:
    """The repository's own address; every call raises httpx2.HTTPError where it fails."""

    def __init__(self, job: Job) -> None:
        self._client = httpx2.Client(
            base_url=f"{job.api_url}/repos/{job.repository}/",
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {job.asked('TOKEN')}",
                "X-GitHub-Api-Version": "2022-11-28",
            },
            timeout=_TIMEOUT_SECONDS,
        )

    def every(self, path: str) -> Iterator[Any]:
        """The items of a list, from all its pages."""
        page = 1
        while True:
            items = self._call("GET", path, params={"per_page": PER_PAGE, "page": page})
            yield from items
            if len(items) < PER_PAGE:
                return
            page += 1

    def post(self, path: str, body: object) -> None:
        """Make something."""
        self._call("POST", path, json=body)

    def patch(self, path: str, body: object) -> None:
        """Change something."""
        self._call("PATCH", path, json=body)

    def _call(self, method: str, path: str, **given: Any) -> Any:
        response = self._client.request(method, path, **given)
        response.raise_for_status()
        return response.json()


def refusal(error: httpx2.HTTPError) -> str:
    """Why a call failed, in one line, with what most often helps."""
    if isinstance(error, httpx2.HTTPStatusError) and error.response.status_code in (401, 403, 404):
        return f"GitHub answers {error.response.status_code}: the job needs `permissions: pull-requests: write`"
    return " ".join(str(error).split()) or type(error).__name__
