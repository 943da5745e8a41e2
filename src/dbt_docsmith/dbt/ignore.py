"""``.dbtignore``: which files dbt passes over, by gitignore patterns as dbt reads them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct


class IgnoreRule(Struct, frozen=True):
    """One line of the file. ``ignored`` is false where the line takes files back in (``!keep.sql``)."""

    pattern: re.Pattern[str]
    ignored: bool


def ignore_rules(text: str) -> tuple[IgnoreRule, ...]:
    """The rules of a ``.dbtignore``; lines that are no pattern are passed over."""
    rules = (_rule(line.lstrip() if line.endswith("\\ ") else line.strip()) for line in text.splitlines())
    return tuple(rule for rule in rules if rule is not None)


def is_ignored(path: str, rules: Iterable[IgnoreRule]) -> bool:
    """Whether a POSIX path, relative to the project, is left out: the last rule that fits it decides."""
    ignored = False
    for rule in rules:
        if rule.pattern.fullmatch(path):
            ignored = rule.ignored
    return ignored


_DOUBLED = re.compile(r"(?<![^/])(?:\*\*/)+(?=\*\*(?:/|$))")


def _rule(line: str) -> IgnoreRule | None:
    body = line.removeprefix("!")
    segments = _DOUBLED.sub("", body).removeprefix("/").removesuffix("/").split("/")
    if line.startswith("#") or segments == [""]:
        return None
    anchored = body.startswith("/") or len(segments) > 1
    try:
        pattern = re.compile(("" if anchored else "(?:.+/)?") + _path(segments, body.endswith("/")), re.DOTALL)
    except re.error:
        return None
    return IgnoreRule(pattern, not line.startswith("!"))


def _path(segments: list[str], only_folders: bool) -> str:
    """A pattern names a file, or a folder and all that is below it."""
    *folders, last = segments
    leading = "".join("(?:.+/)?" if folder == "**" else _segment(folder) + "/" for folder in folders)
    if last == "**":
        return leading + (".+/.*" if only_folders and not folders else ".*")
    return leading + _segment(last) + ("/.*" if only_folders else "(?:/.*)?")


_TOKEN = re.compile(
    r"\\(?P<escaped>.)|(?P<stars>\*+)|(?P<any>\?)|\[(?P<no>[!^]?)(?P<among>\]?[^\]]*)\]|.", re.DOTALL
)


def _segment(glob: str) -> str:
    if glob == "*":
        return "[^/]+"
    return "".join(_token(found) for found in _TOKEN.finditer(glob))


def _token(found: re.Match[str]) -> str:
    if found["escaped"] is not None:
        return re.escape(found["escaped"])
    if found["stars"]:
        return "[^/]*"
    if found["any"]:
        return "[^/]"
    if found["among"] is not None:
        among = found["among"].replace("\\", "\\\\").replace("[", "\\[")
        return f"[{'^' if found['no'] else ''}{among}]"
    return re.escape(found[0])
