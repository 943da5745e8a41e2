"""A thing whose parts stand in several lists: its texts, parted by list. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from dbt_docsmith.types import KnownColumn, NodeTexts


def by_list(texts: NodeTexts, columns: Iterable[KnownColumn]) -> tuple[NodeTexts, ...]:
    """The node's own text, then the texts of each list, with the names that stand there."""
    places = {column.name: column.listed for column in columns if column.listed is not None}
    if not places:
        return (texts,)
    own = replace(texts, columns=())
    keys = dict.fromkeys(places[text.name][0] for text in texts.columns)
    lists = [_one_list(texts, key, places) for key in keys]
    return (own, *lists) if own.description is not None or not lists else tuple(lists)


def _one_list(texts: NodeTexts, key: str, places: dict[str, tuple[str, str]]) -> NodeTexts:
    columns = (text for text in texts.columns if places[text.name][0] == key)
    named = (replace(text, name=places[text.name][1], reported=text.name) for text in columns)
    return replace(texts, description=None, columns=tuple(named), list_key=key)
