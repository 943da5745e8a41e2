"""What a person reads when a provider fails: one line, short, without secrets. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote

MOST_CHARS = 300

_SHORTEST_SECRET = 4
_SHORTEST_KEY = 8
_HIDDEN = "***"


def scrub(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, as they are or as JSON and URLs spell them."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            for spelling in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote(secret)):
                text = text.replace(spelling, _HIDDEN)
    return text


def unmistakable(secrets: Iterable[str]) -> list[str]:
    """The secrets that cannot be a word of a description: what an answer must not hold."""
    return [secret for secret in secrets if len(secret) >= _SHORTEST_KEY and not secret.isalpha()]


def one_line(text: str, most: int = MOST_CHARS) -> str:
    """The text on one line, without control characters, cut at ``most`` characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def failure(where: str, what: str, *, said: str = "", cure: str = "") -> str:
    """One line of at most 300 characters; what the server ``said`` gives way first."""
    frame = len(where) + len(what) + len(cure) + 8
    said = one_line(said, max(0, MOST_CHARS - frame)) if said and frame < MOST_CHARS - 20 else ""
    line = f"{where}: {what}" + (f": {said.rstrip('.')}" if said else "") + (f"; {cure}" if cure else "")
    return one_line(line)
