"""Anybody's words on one line of a terminal. Pure."""

from __future__ import annotations


def one_line(text: str) -> str:
    """The text on one line, without what a terminal would obey or cannot show."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
