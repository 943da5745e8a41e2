"""The tree of a file -> the data dbt loads from it, without parsing the text again. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from dbt_docsmith.properties.compose import LOADER, Document, Mapping, Node, Scalar, Sequence, load, resolved
from dbt_docsmith.properties.locate import STRING_TAGS, is_merge


class _NotOurs(Exception):
    """Something that only PyYAML's own constructor can tell."""


def data_of(document: Document) -> Any:
    """What ``load`` gives for the document's text. Raises WriteError as it does."""
    if document.root is None:
        return None
    try:
        return _Constructor().value(document.root)
    except (_NotOurs, yaml.YAMLError, ValueError, TypeError, RecursionError):
        return load(document.file, document.text)


def value_of(node: Node) -> Any:
    """The data of one node and what is below it; None where only PyYAML could tell."""
    try:
        return _Constructor().value(node)
    except (_NotOurs, yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None


class _Constructor:
    def __init__(self) -> None:
        self._made: dict[int, Any] = {}

    def value(self, node: Node) -> Any:
        """The data of a node; what aliases share is one object, as in PyYAML."""
        node = resolved(node)
        if isinstance(node, Scalar):
            return _scalar(node)
        if node.tag is not None:
            raise _NotOurs
        if node.anchor is None:
            return self._collection(node)
        if id(node) not in self._made:
            self._made[id(node)] = self._collection(node)
        return self._made[id(node)]

    def _collection(self, node: Sequence | Mapping) -> Any:
        if isinstance(node, Sequence):
            return [self.value(item) for item in node.items]
        made: dict[Any, Any] = {}
        for key, value in node.pairs:
            if is_merge(key):
                self._merge(made, resolved(value))
        for key, value in node.pairs:
            if not is_merge(key):
                made[self.value(key)] = self.value(value)
        return made

    def _merge(self, made: dict[Any, Any], source: Node) -> None:
        for node in reversed(source.items) if isinstance(source, Sequence) else [source]:
            if not isinstance(resolved(node), Mapping):
                raise _NotOurs
            made.update(self.value(node))


def _scalar(node: Scalar) -> Any:
    if node.tag is not None and node.tag not in STRING_TAGS:
        raise _NotOurs
    return node.value if node.style or node.tag else _plain(node.value)


@lru_cache(maxsize=4096)
def _plain(text: str) -> Any:
    resolvers = yaml.resolver.Resolver.yaml_implicit_resolvers
    patterns = resolvers.get(text[:1], []) + resolvers.get(None, [])
    return yaml.load(text, LOADER) if any(pattern.match(text) for _tag, pattern in patterns) else text
