"""The tree of a properties file -> its entries, their versions and columns, and where their descriptions stand.

Keys are found as dbt finds them: the last of duplicates counts, a key of one's own before a merged one.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from msgspec import Struct

from dbt_docsmith.describable import LISTS, part_names
from dbt_docsmith.properties.compose import LOADER, Alias, Document, Mapping, Node, Scalar, Sequence, resolved
from dbt_docsmith.types import NodeTexts

ENTRY_SECTIONS = tuple(name for name in LISTS if name != "sources")
NULLS = ("", "~", "null", "Null", "NULL")
_NULL_TAG = "tag:yaml.org,2002:null"
STRING_TAGS = ("!", "tag:yaml.org,2002:str")


class Item(Struct, frozen=True):
    """A mapping that can hold a description, under its name.

    ``chain`` is the way to it from the root: every node passed, the aliases that were followed, and itself last.
    """

    name: str
    mapping: Mapping
    chain: tuple[Node, ...]


class Entry(Struct, frozen=True):
    """A node's entry. ``source_name`` is set for the table of a source."""

    section: str
    source_name: str | None
    item: Item


class Found(Struct, frozen=True):
    """A key's value. ``key`` is None where it is merged in from elsewhere; ``chain`` leads to the value."""

    key: Node | None
    value: Node
    chain: tuple[Node, ...]


def list_keys(section: str) -> tuple[str, ...]:
    """The keys under which a section's entries list what is described besides themselves."""
    return tuple(LISTS[section])


def list_key(texts: NodeTexts) -> str:
    """The key that lists what ``texts`` describes besides the entry itself."""
    return texts.list_key or next(iter(LISTS[texts.section]), "columns")


def is_null(node: Node) -> bool:
    """Whether a value is absent: nothing written, ``null`` or ``~``."""
    node = resolved(node)
    if not isinstance(node, Scalar) or (node.style and node.tag is None):
        return False
    return node.tag == _NULL_TAG or (node.tag is None and node.value in NULLS)


def is_text(node: Node) -> bool:
    """Whether a value is a scalar without a tag that makes something else of it."""
    node = resolved(node)
    return isinstance(node, Scalar) and (node.tag is None or node.tag in STRING_TAGS)


def scalar_value(node: Node | None) -> str | None:
    """What a scalar says, aliases followed; None for anything else and for a null."""
    text = scalar_text(node) if node is not None else None
    return None if node is None or text is None or is_null(node) else text


def scalar_text(node: Node) -> str | None:
    """The characters of a scalar, aliases followed, whatever type they stand for."""
    if isinstance(node, Alias):
        node = node.target
    return node.value if isinstance(node, Scalar) else None


def is_merge(key: Node) -> bool:
    """Whether a key is ``<<``: what its value holds is merged in."""
    return isinstance(key, Scalar) and key.value == "<<" and not key.style and key.tag is None


def lookup(mapping: Mapping, key: str, chain: tuple[Node, ...] = ()) -> Found | None:
    """The value of a key, as dbt finds it. ``chain`` is the way to the mapping, itself included."""
    merges = False
    for own, value in reversed(mapping.pairs):
        name = own.value if type(own) is Scalar else scalar_text(own)
        if name == key:
            return Found(own, value, chain)
        merges = merges or name == "<<"
    if merges:
        for own, value in reversed(mapping.pairs):
            if is_merge(own) and (found := _merged(value, key, chain)):
                return found
    return None


def _merged(value: Node, key: str, chain: tuple[Node, ...]) -> Found | None:
    here = step(chain, value)
    target = here[-1]
    if isinstance(target, Mapping):
        found = lookup(target, key, here)
        return found and Found(None, found.value, found.chain)
    if isinstance(target, Sequence):
        return next((found for item in target.items if (found := _merged(item, key, here))), None)
    return None


def step(chain: tuple[Node, ...], node: Node) -> tuple[Node, ...]:
    """The way one node further, through an alias if it is one."""
    return (*chain, node, node.target) if isinstance(node, Alias) else (*chain, node)


def items(found: Found | None, key: str = "name") -> Iterator[Item]:
    """The mappings of a sequence that have a name; anything else in it is passed over."""
    if found is None:
        return
    way = step(found.chain, found.value)
    if not isinstance(way[-1], Sequence):
        return
    for node in way[-1].items:
        chain = step(way, node)
        mapping = chain[-1]
        if isinstance(mapping, Mapping):
            named = lookup(mapping, key)
            name = scalar_value(named.value) if named else None
            if name is not None:
                yield Item(name, mapping, chain)


def child(item: Item, key: str) -> Found | None:
    """The value of an item's key."""
    return lookup(item.mapping, key, item.chain)


def section(document: Document, name: str) -> Found | None:
    """The value of a top-level key."""
    root = document.root
    return lookup(root, name, (root,)) if isinstance(root, Mapping) else None


def entries(document: Document) -> Iterator[Entry]:
    """Every entry of a file that can hold a description, in the order of the text within each section."""
    for name in ENTRY_SECTIONS:
        for item in items(section(document, name)):
            yield Entry(name, None, item)
    for source in items(section(document, "sources")):
        for table in items(child(source, "tables")):
            yield Entry("sources", source.name, table)


def columns(entry: Entry, item: Item | None = None) -> Iterator[Item]:
    """The columns or other parts of an entry, or of one of its versions; the ``include`` of a version is none."""
    for key in list_keys(entry.section):
        yield from items(child(item or entry.item, key))


def named_columns(entry: Entry, item: Item) -> Iterator[tuple[str, Item]]:
    """The same, each with what reports call it."""
    listed = [(key, part) for key in list_keys(entry.section) for part in items(child(item, key))]
    names = part_names([(key, part.name) for key, part in listed])
    yield from zip(names, (part for _, part in listed), strict=True)


def versions(entry: Entry) -> Iterator[Item]:
    """The ``versions:`` of an entry, each under its version as dbt names it."""
    for item in items(child(entry.item, "versions"), "v"):
        found = child(item, "v")
        yield Item(version_name(found.value), item.mapping, item.chain) if found else item


def version_name(node: Node) -> str:
    """A version as dbt names it: ``2`` is 2, ``"2.0"`` is 2.0, and the number 1.10 is 1.1."""
    target = resolved(node)
    if not isinstance(target, Scalar):
        return ""
    return target.value if target.style or target.tag else str(yaml.load(target.value, LOADER))


def keys(mapping: Mapping) -> Iterator[str]:
    """The names of all keys, merged ones included; one can come more than once."""
    for key, value in mapping.pairs:
        if is_merge(key):
            yield from _merged_keys(resolved(value))
        elif (name := scalar_value(key)) is not None:
            yield name


def _merged_keys(target: Node) -> Iterator[str]:
    if isinstance(target, Mapping):
        yield from keys(target)
    elif isinstance(target, Sequence):
        for item in target.items:
            yield from _merged_keys(resolved(item))
