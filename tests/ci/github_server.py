"""GitHub's REST interface on loopback, as far as a pull request needs it, as strict with suggestions as GitHub."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.ci.suggested import hunks, on_one_hunk

TOKEN = "ghs_of_this_job"


class GitHubServer:
    """One repository with one pull request, number 7: ``base...head`` of the repository in ``git_dir``."""

    def __init__(self, git_dir: Path, base: str, head: str) -> None:
        self.git_dir, self.base, self.head = git_dir, base, head
        self.may_write = True
        self.comments: list[dict[str, Any]] = []
        self.suggestions: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.github = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        """What GitHub calls ``GITHUB_API_URL``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """The status and the body of a reply."""
        if method != "GET" and not self.may_write:
            return 403, {"message": "Resource not accessible by integration"}
        match method, path:
            case "GET", "pulls/7/files":
                return 200, self._files()
            case "GET", "pulls/7/comments":
                return 200, self.suggestions
            case "GET", "issues/7/comments":
                return 200, self.comments
            case "POST", "issues/7/comments":
                self.comments.append({"id": len(self.comments) + 1, "body": body["body"]})
                return 201, self.comments[-1]
            case "PATCH", _ if path.startswith("issues/comments/"):
                comment = self.comments[int(path.rpartition("/")[2]) - 1]
                comment["body"] = body["body"]
                return 200, comment
            case "POST", "pulls/7/reviews":
                return self._review(body)
        return 404, {"message": "Not Found"}

    def _review(self, body: Any) -> tuple[int, Any]:
        if body["commit_id"] != self.git("rev-parse", self.head).strip() or body["event"] != "COMMENT":
            return 422, {"message": "Unprocessable Entity"}
        files = {each["filename"]: hunks(each["patch"]) for each in self._files()}
        for comment in body["comments"]:
            if not on_one_hunk(comment, files.get(comment["path"], [])):
                return 422, {"message": "pull_request_review_thread.line must be part of the diff"}
        self.suggestions += body["comments"]
        return 200, {"id": 1}

    def _files(self) -> list[dict[str, Any]]:
        names = self.git("diff", "--name-only", f"{self.base}...{self.head}").split()
        patches = {name: self.git("diff", f"{self.base}...{self.head}", "--", name) for name in names}
        return [
            {"filename": name, "patch": re.sub(r"\A.*?(?=^@@ )", "", patch, flags=re.S | re.M)}
            for name, patch in patches.items()
        ]

    def git(self, *arguments: str) -> str:
        """What git says of the repository."""
        command = ("git", "--git-dir", str(self.git_dir), *arguments)
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout

    def __enter__(self) -> GitHubServer:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    def _serve(self) -> None:
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            status, body = 401, {"message": "Bad credentials"}
        else:
            github: GitHubServer = self.server.github  # type: ignore[attr-defined]
            path = url.path.removeprefix("/repos/acme/warehouse/")
            status, body = github.answer(self.command, path, json.loads(raw) if raw else None)
        if isinstance(body, list):
            page = parse_qs(url.query)
            first = (int(page["page"][0]) - 1) * int(page["per_page"][0])
            body = body[first : first + int(page["per_page"][0])]
        reply = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def log_message(self, *_said: object) -> None:
        """Nothing is worth a line of the test's output."""
