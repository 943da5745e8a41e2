"""What an answer says, whatever shape the model gave it. Pure.

One schema serves every prompt: providers compile a schema when they first see it, and a new one for every
node would cost seconds each. Every property is required and null stands for what is not said, because that
is what passes everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    Names match without case, the first of doubled columns counts, columns that were not asked for are left
    out, and so is everything of a wrong type: what is not in the result was not answered.
    """
    asked = {name.lower() for name in columns}
    root = data if isinstance(data, dict) else {}
    items = root.get("columns", data) if root else data
    found: dict[str, AnsweredText] = {}
    for name, item in _column_items(items):
        said = _answered(item)
        if name.lower() in asked and said is not None:
            found.setdefault(name.lower(), said)
    own = _answered(root) if root else None
    if own is not None and not table and "columns" not in root and len(asked) == 1:
        found[asked.pop()] = own
    return Answer(table=own if table else None, columns=found)


def _column_items(items: object) -> list[tuple[str, object]]:
    if isinstance(items, dict):
        return [(name, item) for name, item in items.items() if isinstance(name, str)]
    if isinstance(items, list):
        named = [item for item in items if isinstance(item, dict)]
        return [(item["name"], item) for item in named if isinstance(item.get("name"), str)]
    return []


def _answered(item: object) -> AnsweredText | None:
    if isinstance(item, str):
        return AnsweredText(description=item)
    if not isinstance(item, dict) or "description" not in item:
        return None
    description, question = item["description"], item.get("question")
    if description is None:
        return AnsweredText(question=question.strip() if isinstance(question, str) else "")
    return AnsweredText(description=description) if isinstance(description, str) else None
