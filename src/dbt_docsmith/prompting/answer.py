"""What an answer says, whatever shape the model gave it. Pure.

One schema serves every prompt: providers compile a schema when they first see it, and a new one for every
node would cost seconds each. Every property is required and null stands for what is not said, because that
is what passes everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dbt_docsmith.types import Answer, AnsweredText

_TEXT = {"type": ["string", "null"]}

ANSWER_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "description": _TEXT,
        "question": _TEXT,
        "columns": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "description": _TEXT, "question": _TEXT},
                "required": ["name", "description", "question"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["description", "question", "columns"],
    "additionalProperties": False,
}


def parse_answer(data: object, *, table: bool, columns: Sequence[str]) -> Answer:
    """Read an answer to a prompt that asked for the node's text (``table``) and for ``columns``.

    Names and keys match without case, the first of doubled columns counts, columns that were not asked for are
    left out, and so is everything of a wrong type: what is not in the result was not answered.
    """
    asked = {name.lower() for name in columns}
    data = _whole(data)
    if _is_column(data, asked):
        data = [data]
    root = _keyed(data)
    items = root.get("columns", root) if root else data
    found: dict[str, AnsweredText] = {}
    for name, item in _column_items(items):
        said = _answered(item)
        if name.lower() in asked and said is not None:
            found.setdefault(name.lower(), said)
    own = _answered(root) if root else None
    if own is not None and not table and "columns" not in root and len(asked) == 1:
        found[asked.pop()] = own
    return Answer(table=own if table else None, columns=found)


def _keyed(data: object) -> dict[str, Any]:
    """An object with its keys in lower case; nothing where it is none."""
    return {key.lower(): value for key, value in data.items()} if isinstance(data, dict) else {}


def _whole(data: object) -> object:
    """The answer out of what it may be wrapped in: a list, or an object with one key."""
    wrapped = data if isinstance(data, list) else [*_keyed(data).values()]
    if len(wrapped) != 1 or "columns" in _keyed(data) or "columns" not in _keyed(wrapped[0]):
        return data
    return wrapped[0]


def _is_column(data: object, asked: Collection[str]) -> bool:
    """Whether an object is what is said of one column, and not of the node."""
    keyed = _keyed(data)
    return "columns" not in keyed and str(keyed.get("name")).lower() in asked


def _column_items(items: object) -> list[tuple[str, object]]:
    if isinstance(items, dict):
        return list(items.items())
    named = [(_keyed(item).get("name"), item) for item in items] if isinstance(items, list) else []
    return [(name, item) for name, item in named if isinstance(name, str)]


def _answered(item: object) -> AnsweredText | None:
    if isinstance(item, str):
        return AnsweredText(description=item)
    keyed = _keyed(item)
    if "description" not in keyed:
        return None
    description, question = keyed["description"], keyed.get("question")
    if description is None:
        return AnsweredText(question=question.strip() if isinstance(question, str) else "")
    return AnsweredText(description=description) if isinstance(description, str) else None
