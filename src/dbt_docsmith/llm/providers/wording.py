"""What a person reads when a provider fails: one line, short, without secrets. Pure."""

from __future__ import annotations

import json

from dbt_docsmith.hiding import scrub, unmistakable

__all__ = ["MOST_CHARS", "failure", "one_line", "scrub", "unmistakable"]

MOST_CHARS = 300


def one_line(text: str, most: int = MOST_CHARS) -> str:
    """The text on one line, without control characters, cut at ``most`` characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def any_words(body: object) -> str:
    """The words of an error's body, whatever form a server or a gateway gave it; "" where there are none."""
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail") or body.get("error") or body
    return body if isinstance(body, str) else json.dumps(body) if body else ""


def failure(where: str, what: str, *, said: str = "", cure: str = "") -> str:
    """One line of at most 300 characters; what the server ``said`` gives way first."""
    frame = len(where) + len(what) + len(cure) + 8
    said = one_line(said, max(0, MOST_CHARS - frame)) if said and frame < MOST_CHARS - 20 else ""
    line = f"{where}: {what}" + (f": {said.rstrip('.')}" if said else "") + (f"; {cure}" if cure else "")
    return one_line(line)
