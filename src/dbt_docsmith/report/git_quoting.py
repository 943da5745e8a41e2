"""How git writes a path in a patch. Pure."""

from __future__ import annotations

_NAMED = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


def quote_path(path: str) -> str:
    """The path as git's ``core.quotePath`` writes it: bare, or in C quotes where a byte asks for it.

    Bytes above 127, control characters, quotes and backslashes ask for it; spaces do not.
    """
    encoded = path.encode("utf-8", "surrogateescape")
    written = "".join(_write_byte(byte) for byte in encoded)
    return path if written == path else f'"{written}"'


def _write_byte(byte: int) -> str:
    if byte in _NAMED:
        return "\\" + _NAMED[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
