"""A few texts that people wrote in this project, for new ones to sound alike: nearest in folder first. Pure.

What a run may write itself is none of them, so that a run that was ended asks the same questions again: no text a
model made, and none of a column that could take it from another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice

from msgspec import Struct

from dbt_docsmith.dbt.evidence import HOUSE_STYLE_TEXTS
from dbt_docsmith.dbt.written import NodeOnDisk, Text, mentions_doc
from dbt_docsmith.types import Node, NodeLineage

_LEAST_CHARS, _MOST_CHARS = 30, 90
_FROM_ONE_NODE = 2

Folder = tuple[str, ...]


class StyleSources(Struct, frozen=True, kw_only=True):
    """Where examples come from. ``may_show`` says whether a node's texts may be shown with others,
    ``is_made`` whether the text of a node (None) or a column is one that a model wrote."""

    nodes: Mapping[str, Node]
    project_name: str
    on_disk: Callable[[str], NodeOnDisk]
    lineage_of: Callable[[str], NodeLineage]
    may_show: Callable[[str], bool]
    is_made: Callable[[str, str | None], bool]


class HouseStyle:
    """Finds examples for any node; looks at no more nodes than it takes."""

    def __init__(self, sources: StyleSources) -> None:
        self._sources = sources
        self._by_folder: dict[Folder, dict[str, None]] = {}
        own = (node for node in sources.nodes.values() if node.package_name == sources.project_name)
        for node in sorted(own, key=lambda node: node.unique_id):
            if node.resource_type in ("model", "source", "seed", "snapshot"):
                self._by_folder.setdefault(_folder(node), {})[node.unique_id] = None
        self._examples = cache(self._of_node)
        self._nearest = cache(self._folders_from)

    def of(self, node: Node) -> tuple[str, ...]:
        """Up to three examples for ``node``, none of them its own."""
        found: dict[str, None] = {}
        for folder in self._nearest(_folder(node)):
            for unique_id in tuple(self._by_folder[folder]):
                examples = self._examples(unique_id)
                if not examples:
                    del self._by_folder[folder][unique_id]  # nobody need look there again
                elif unique_id != node.unique_id:
                    found |= dict.fromkeys(examples)
                if len(found) >= HOUSE_STYLE_TEXTS:
                    return tuple(found)[:HOUSE_STYLE_TEXTS]
        return tuple(found)

    def _folders_from(self, here: Folder) -> list[Folder]:
        return sorted(self._by_folder, key=lambda there: (_distance(here, there), there))

    def _of_node(self, unique_id: str) -> tuple[str, ...]:
        if not self._sources.may_show(unique_id):
            return ()
        found = (text.text for text in self._written_by_people(unique_id, self._sources.on_disk(unique_id)))
        return tuple(islice(found, _FROM_ONE_NODE))

    def _written_by_people(self, unique_id: str, written: NodeOnDisk) -> Iterator[Text]:
        """The texts of columns that inherit from none, and the node's own."""
        columns = [column for column in written.columns.values() if column.text and _is_fit(column.text)]
        lineage = self._sources.lineage_of(unique_id).columns if columns else {}
        is_root = self._sources.nodes[unique_id].resource_type in ("source", "seed")
        for column in columns:
            known = lineage.get(column.name.lower())
            is_own = is_root or (known is not None and not known.inheritable and known.kind != "unknown")
            if column.text and is_own and not self._sources.is_made(unique_id, column.name):
                yield column.text
        if written.text and _is_fit(written.text) and not self._sources.is_made(unique_id, None):
            yield written.text


def _is_fit(text: Text) -> bool:
    fits = _LEAST_CHARS <= len(text.text) <= _MOST_CHARS and "\n" not in text.text.strip()
    return fits and not mentions_doc(text.raw)


def _folder(node: Node) -> Folder:
    return tuple(node.original_file_path.split("/")[:-1])


def _distance(here: Folder, there: Folder) -> int:
    """How many steps up and down lead from one folder to the other."""
    shared = 0
    for left, right in zip(here, there, strict=False):
        if left != right:
            break
        shared += 1
    return len(here) + len(there) - 2 * shared
