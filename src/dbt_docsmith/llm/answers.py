"""JSON out of any text a model wrote. Pure."""

from __future__ import annotations

import json
import re

_THOUGHT = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_UNFINISHED_THOUGHT = re.compile(r"\s*<think(?:ing)?>")
_FENCE = re.compile(r"```[\w-]*[ \t]*\r?\n(.*?)```", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING_OR_BRACE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}"]', re.DOTALL)
_KEY = re.compile(r'\{\s*"')
_INDENT = 100


def _first_said(pairs: list[tuple[str, object]]) -> dict[str, object]:
    said: dict[str, object] = {}
    for key, value in pairs:
        said.setdefault(key, value)
    return said


_DECODER = json.JSONDecoder(object_pairs_hook=_first_said)


def read_json(text: str) -> object | None:
    """What the text says as JSON: strictly, else from a fenced block, else the first whole object or list of them.

    None where there is none. What stops in the middle is never completed by guess, and a part of it is never taken
    for the whole. Of a key said twice the first counts. What a model thinks aloud before it answers is no answer.
    """
    text = _spoken(text)
    whole = _loads(text.strip().removeprefix("\ufeff"))
    if whole is not None:
        return whole
    for block in _FENCE.findall(text):
        found = _loads(block)
        if found is not None:
            return found
    return _first_object(text)


def read_closed(text: str) -> object | None:
    """What is whole in an answer that stops in the middle: its closed columns, and what stands before them.

    None where none was begun. A text of the root counts only where the answer went on to the columns: one
    that may be the last thing said is never taken for whole.
    """
    text = _spoken(text)
    whole = _loads(text.strip())
    if whole is not None:
        return whole
    start = re.search(r"[{\[]", text)
    if start is None:
        return None
    if start.group() == "[":
        return _closed_items(text, start.start())
    closed = _closed_members(text, start.start(), opened="columns")
    if any(name.lower() == "columns" for name in closed):
        return closed
    return {name: value for name, value in closed.items() if isinstance(value, dict)}


def _spoken(text: str) -> str:
    """The text without what the model thought aloud; nothing, where it never came to an end of it."""
    text = _THOUGHT.sub("", text)
    return "" if _UNFINISHED_THOUGHT.match(text) else text


def _closed_members(text: str, at: int, opened: str | None = None) -> dict[str, object]:
    """The closed members of the object that begins ``at``; of an unclosed ``opened``, what is closed in it."""
    members: dict[str, object] = {}
    try:
        while text[at] in "{,":
            name, at = _DECODER.raw_decode(text, _skip(text, at + 1))
            at = _skip(text, at)
            if not isinstance(name, str) or text[at] != ":":
                break
            at = _skip(text, at + 1)
            first = name not in members
            if first and name.lower() == opened:
                members[name] = (_closed_items if text[at] == "[" else _closed_members)(text, at)
            value, at = _DECODER.raw_decode(text, at)
            if first:
                members[name] = value
            at = _skip(text, at)
    except (ValueError, IndexError, RecursionError):
        pass
    return members


def _closed_items(text: str, at: int) -> list[object]:
    """The closed items of the list that begins ``at``."""
    items: list[object] = []
    try:
        while text[at] in "[,":
            item, at = _DECODER.raw_decode(text, _skip(text, at + 1))
            items.append(item)
            at = _skip(text, at)
    except (ValueError, IndexError, RecursionError):
        pass
    return items


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _first_object(text: str) -> object | None:
    start = text.find("{")
    while start >= 0:
        if _is_in_list(text, start):
            return _list_at(text, text.rindex("[", 0, start))
        end = _end_of_object(text, start)
        if end is None:
            return None
        found = _loads(text[start:end])
        if found is not None:
            return found
        start = text.find("{", end)
    return None


def _is_in_list(text: str, start: int) -> bool:
    """Whether an object begins there that is the first of a list: a part, and no whole."""
    return text[max(0, start - _INDENT) : start].rstrip().endswith("[") and _KEY.match(text, start) is not None


def _list_at(text: str, start: int) -> object | None:
    try:
        return list(_DECODER.raw_decode(text, start)[0])
    except (ValueError, RecursionError):
        return None


def _end_of_object(text: str, start: int) -> int | None:
    depth = 0
    for mark in _STRING_OR_BRACE.finditer(text, start):
        if mark.group() == '"':
            return None
        depth += {"{": 1, "}": -1}.get(mark.group(), 0)
        if depth == 0:
            return mark.end()
    return None


def _loads(text: str) -> object | None:
    try:
        found = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None
