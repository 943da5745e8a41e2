"""A properties file -> what is written in it, as dbt would read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from dbt_docsmith.properties.compose import Document, Mapping, Node, Scalar, Sequence, compose, resolved
from dbt_docsmith.properties.construct import value_of
from dbt_docsmith.properties.locate import (
    Entry,
    Item,
    child,
    entries,
    is_null,
    keys,
    lookup,
    named_columns,
    scalar_value,
    versions,
)
from dbt_docsmith.properties.notes import note_of
from dbt_docsmith.types import WrittenColumn, WrittenEntry, WrittenText

PLACEHOLDERS = frozenset(
    {"pending further documentation", "no description for this column", "not documented", "undefined"}
)

TEST_KEYS = ("data_tests", "tests")
MORE_KEYS = ("tags", "meta", "config", *TEST_KEYS)


def is_placeholder(raw: str) -> bool:
    """Whether a text only says that there is none: one of dbt-osmosis's placeholders, with or without a dot."""
    return raw.strip().removesuffix(".").rstrip().casefold() in PLACEHOLDERS


def read_entries(file: str, text: str) -> tuple[WrittenEntry, ...]:
    """Every entry of a properties file. ``file`` is only named, in the entries and in errors.

    A version of a model gives an entry of its own beside the one it belongs to. Raises WriteError where dbt
    could not read the file either.
    """
    document = compose(file, text)
    if document.root is not None and not isinstance(document.root, Mapping) and not is_null(document.root):
        raise document.refusal(document.root.start, "not a mapping", "begin it with a key like `models:`")
    return tuple(written for entry in entries(document) for written in _written(document, entry))


def _written(document: Document, entry: Entry) -> list[WrittenEntry]:
    own = _entry(document, entry, entry.item, None)
    return [own, *(_entry(document, entry, version, version.name) for version in versions(entry))]


def _entry(document: Document, entry: Entry, item: Item, version: str | None) -> WrittenEntry:
    written = _columns(document, entry, item)
    return WrittenEntry(
        file=document.file,
        line=document.line(item.mapping.start),
        section=entry.section,
        name=entry.item.name,
        source_name=entry.source_name,
        version=version,
        own_columns=version is None or bool(written),
        description=_description(document, item),
        columns=written,
        tests=_tests(item),
        more=_more(item, frozenset(keys(item.mapping))),
        note=note_of(document, item.mapping),
    )


def _columns(document: Document, entry: Entry, item: Item) -> dict[str, WrittenColumn]:
    """Of a column that is listed twice dbt takes the last, and the tests of both."""
    written: dict[str, WrittenColumn] = {}
    for name, found in named_columns(entry, item):
        column = _column(document, name, found)
        if twin := written.get(column.name):
            more = {key: value for key, value in column.more.items() if key not in TEST_KEYS}
            column = replace(column, tests=(*twin.tests, *column.tests), more=more)
        written[column.name] = column
    return written


def _column(document: Document, name: str, item: Item) -> WrittenColumn:
    names = tuple(dict.fromkeys(key for key in keys(item.mapping) if key != "name"))
    return WrittenColumn(
        name=name,
        line=document.line(item.mapping.start),
        description=_description(document, item),
        keys=names,
        tests=_tests(item),
        more=_more(item, frozenset(names)),
        note=note_of(document, item.mapping),
    )


def _description(document: Document, item: Item) -> WrittenText | None:
    found = child(item, "description")
    if found is None or is_null(found.value):
        return None
    value = resolved(found.value)
    raw = value.value if isinstance(value, Scalar) else document.text[value.start : value.end]
    return WrittenText(raw=raw, line=document.line((found.key or found.value).start))


def _tests(item: Item) -> tuple[str, ...]:
    found = [child(item, key) for key in TEST_KEYS]
    return tuple(name for listed in found if listed for name in _test_names(resolved(listed.value)))


def _more(item: Item, names: frozenset[str]) -> dict[str, Any]:
    found = {key: child(item, key) for key in MORE_KEYS if key in names}
    values = {key: value_of(one.value) for key, one in found.items() if one is not None}
    return {key: value for key, value in values.items() if value is not None}


def _test_names(listed: Node) -> Iterator[str]:
    if not isinstance(listed, Sequence):
        return
    for node in map(resolved, listed.items):
        name = scalar_value(node)
        if isinstance(node, Mapping):
            named = lookup(node, "test_name")
            name = scalar_value(named.value) if named else next(keys(node), None)
        if name is not None:
            yield name
