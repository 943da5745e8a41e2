"""What several nodes of a project share through anchors, aliases and merge keys.

A text is never written through an alias: it would become the text of every node that uses it.
"""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct

from dbt_docsmith.properties.compose import Alias, Document, Mapping, Node, Scalar, Sequence
from dbt_docsmith.properties.locate import is_merge, lookup

Anchored = Scalar | Sequence | Mapping


class Use(Struct, frozen=True):
    """An alias of a node. ``key``: the key whose value it is, None in a list; ``flow``: it stands in brackets.

    ``into``: the mapping it is merged into, None where it stands for a whole value.
    """

    alias: Alias
    key: Node | None
    into: Mapping | None
    flow: bool


class Obstacle(Struct, frozen=True):
    """Why a place is not one node's own: an alias on the way, or other ``uses`` of what is ``anchored`` there."""

    reason: str
    anchored: Anchored | None = None
    uses: tuple[Use, ...] = ()


class Sharing:
    """Tells whether a key can be written in a place without another place changing with it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._uses: dict[int, list[Use]] = defaultdict(list)
        self._own: set[tuple[int, str]] = set()
        if document.shares and document.root is not None:
            self._collect(document.root)

    def give_own(self, node: Node, key: str) -> None:
        """Note that an alias, or a mapping that merges one, gets a ``key`` of its own in this plan."""
        self._own.add((id(node), key))

    def end_use(self, alias: Alias) -> None:
        """Note that an alias is replaced in this plan."""
        uses = self._uses[id(alias.target)]
        self._uses[id(alias.target)] = [use for use in uses if use.alias is not alias]

    def obstacle(self, chain: tuple[Node, ...], key: str) -> Obstacle | None:
        """What stands against writing ``key`` of the last node of a chain; None where only this place changes."""
        for index, node in enumerate(chain):
            if isinstance(node, Alias):
                return Obstacle(f"it is shared through an alias (line {self._document.line(node.start)})")
            inner = chain[index + 1] if index + 1 < len(chain) else None
            through = _key_towards(node, inner) or key
            uses = tuple(use for use in self._uses.get(id(node), ()) if not self._has_own(use, through))
            if uses:
                line = self._document.line(uses[0].alias.start)
                return Obstacle(f"it is shared: &{node.anchor} is used in line {line}, too", node, uses)
        return None

    def _has_own(self, use: Use, key: str) -> bool:
        """Whether the place of an alias has another value for the key."""
        if (id(use.alias), key) in self._own:
            return True
        if use.into is None:
            return False
        own = lookup(use.into, key)
        return (id(use.into), key) in self._own or (own is not None and own.key is not None)

    def _collect(self, node: Node, into: Mapping | None = None) -> None:
        """Note every use in a node and below. ``into``: what the items of a merge key's list are merged into."""
        if isinstance(node, Sequence):
            for item in node.items:
                self._note(item, None, into, node.flow)
        elif isinstance(node, Mapping):
            for key, value in node.pairs:
                self._note(key, key, None, node.flow)
                self._note(value, key, node if is_merge(key) else None, node.flow)

    def _note(self, node: Node, key: Node | None, into: Mapping | None, flow: bool) -> None:
        if isinstance(node, Alias):
            self._uses[id(node.target)].append(Use(node, key, into, flow))
        else:
            self._collect(node, into)


def _key_towards(node: Node, inner: Node | None) -> str | None:
    """The key of a mapping under which the way goes on."""
    if isinstance(node, Mapping) and inner is not None:
        for key, value in node.pairs:
            if value is inner and isinstance(key, Scalar):
                return key.value
    return None
