"""What the project itself calls sensitive: tags and meta entries, as `policy.never_send` takes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dbt_docsmith.first_look import MarksFound
from dbt_docsmith.types import Node

_SENSITIVE = frozenset("pii phi pci gdpr dsgvo hipaa sensitive confidential".split())
_SENSITIVE_IN_SHORT = frozenset("personal private secret restricted classified".split())
_FEW_WORDS = 3
"""In a longer name these words are about something else: `personal_access_tokens_created`."""
_LONGEST_VALUE = 30
"""What is longer is prose about something."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def find_marks(nodes: Iterable[Node]) -> MarksFound:
    """The marks of nodes and of their columns, in the order in which they are met."""
    tags: dict[str, None] = {}
    metas: dict[str, None] = {}
    marked_nodes = marked_columns = 0
    for node in nodes:
        own = _Marks(node.tags, node.meta)
        columns = [_Marks(column.tags, column.meta) for column in node.columns.values()]
        marked_nodes += bool(own)
        marked_columns += sum(map(bool, columns))
        for each in (own, *columns):
            tags |= dict.fromkeys(each.tags)
            metas |= dict.fromkeys(each.meta)
    return MarksFound(tags=tuple(tags), meta=tuple(metas), nodes=marked_nodes, columns=marked_columns)


class _Marks:
    def __init__(self, tags: Sequence[str], meta: Mapping[str, Any]) -> None:
        self.tags = [tag for tag in tags if _is_sensitive(tag)]
        self.meta = list(_marked(meta))

    def __bool__(self) -> bool:
        return bool(self.tags or self.meta)


def _marked(meta: Mapping[str, Any]) -> Iterator[str]:
    """``pii``, where the key says it; ``class=secret``, where the value does."""
    for key, value in meta.items():
        if value in (None, False):
            continue
        if _is_sensitive(key):
            yield key
        elif isinstance(value, str) and len(value) <= _LONGEST_VALUE and _is_sensitive(value) and "=" not in key:
            yield f"{key}={value}"


def _is_sensitive(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    telling = _SENSITIVE | _SENSITIVE_IN_SHORT if len(words) <= _FEW_WORDS else _SENSITIVE
    return not telling.isdisjoint(words)
