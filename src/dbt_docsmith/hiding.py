"""Secrets, taken out of whatever is printed, kept or written. Pure."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, unquote

HIDDEN = "***"

_SHORTEST_SECRET = 4
_SHORTEST_KEY = 8
_SECRET_NAME = re.compile(
    r"^DBT_ENV_SECRET|(?:^|_)(?<!CLIENT_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$", re.IGNORECASE
)
_USER_INFO = re.compile(r"://[^/?#@\s]*:([^/?#\s]+)@")


def scrub(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets: as they are, or as JSON, URLs, HTML and base64 spell them."""
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = _spellings(secret).sub(HIDDEN, text)
    return text


def unmistakable(secrets: Iterable[str]) -> list[str]:
    """The secrets that cannot be a word of a description: what no answer and no output may hold."""
    return [secret for secret in secrets if len(secret) >= _SHORTEST_KEY and not secret.isalpha()]


def secrets_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of variables that are secret by their name, and the passwords in URLs."""
    named = [value.strip() for name, value in environ.items() if _SECRET_NAME.search(name) and value.strip()]
    inside = [password for value in environ.values() for password in _USER_INFO.findall(value)]
    return tuple(dict.fromkeys([*named, *inside, *map(unquote, inside)]))


@lru_cache(maxsize=256)
def _spellings(secret: str) -> re.Pattern[str]:
    """Every way in which a server may echo it."""
    plain = "".join(map(_spelling, secret))
    encoded = [spelling for spelling in _in_base64(secret) if len(spelling) >= _SHORTEST_KEY]
    return re.compile("|".join([plain, *map(re.escape, encoded)]))


def _spelling(char: str) -> str:
    """One character: letters and digits are only ever themselves."""
    if char.isascii() and char.isalnum():
        return char
    code = ord(char)
    escaped = {char, json.dumps(char)[1:-1], html.escape(char), f"\\{char}", f"&#{code};"}
    ignoring_case = (quote(char, safe=""), f"%{code:02x}", f"\\u{code:04x}", f"&#x{code:x};")
    spelled = [re.escape(spelling) for spelling in sorted(escaped, key=len, reverse=True)]
    return f"(?:{'|'.join([*spelled, *(f'(?i:{re.escape(each)})' for each in ignoring_case)])})"


def _in_base64(secret: str) -> Iterable[str]:
    """What base64 makes of it wherever it stands in a text, but for the letters it shares with its neighbours."""
    raw = secret.encode()
    for before in range(3):
        encoded = b64encode(b"\0" * before + raw).decode().rstrip("=")
        first = 0 if before == 0 else before + 1
        last = len(encoded) if (before + len(raw)) % 3 == 0 else len(encoded) - 1
        inner = encoded[first:last]
        yield inner
        yield inner.replace("+", "-").replace("/", "_")
