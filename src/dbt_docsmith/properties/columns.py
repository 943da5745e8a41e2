"""The columns lists of one document: finding columns, and adding those that are missing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace

from dbt_docsmith.properties.compose import Alias, Document, Mapping, Node, Scalar, resolved
from dbt_docsmith.properties.compose import Sequence as YamlSequence
from dbt_docsmith.properties.describe import Describer
from dbt_docsmith.properties.edits import Splice
from dbt_docsmith.properties.fragments import FragmentWriter, Siblings, column_fragment, column_fragments
from dbt_docsmith.properties.layout import Layout
from dbt_docsmith.properties.lists import Addition, ListWriter
from dbt_docsmith.properties.locate import Found, Item, child, items, keys, list_key, lookup, scalar_value, step
from dbt_docsmith.properties.neighbours import places_in_order
from dbt_docsmith.properties.own_lists import OwnLists
from dbt_docsmith.properties.sharing import Sharing
from dbt_docsmith.properties.units import Task
from dbt_docsmith.types import ColumnText, NodeTexts


class ColumnIndex:
    """Finds the columns of entries and of their versions, each in the list it is looked for in."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], dict[str, Item]] = {}

    def find(self, key: str, holder: Item, name: str) -> Item | None:
        """The column of an entry or a version: of the same name, else of the same but for case.

        Of several with one name the last counts, as in dbt.
        """
        known = self._known.get((id(holder.mapping), key))
        if known is None:
            listed = list(items(child(holder, key)))
            known = {item.name.lower(): item for item in listed} | {"=" + item.name: item for item in listed}
            self._known[id(holder.mapping), key] = known
        return known.get("=" + name) or known.get(name.lower())

    def has_list(self, key: str, holder: Item) -> bool:
        """Whether an entry or a version lists columns of its own."""
        return next(items(child(holder, key)), None) is not None


class ColumnLists:
    """Adds columns to the lists of one document."""

    def __init__(
        self, document: Document, describer: Describer, writer: FragmentWriter, layout: Layout, sharing: Sharing
    ) -> None:
        self._lists = ListWriter(document, writer)
        self._own = OwnLists(document, describer, writer, layout)
        self._layout = layout
        self._sharing = sharing

    def additions(self, one: NodeTexts, holder: Item) -> list[Task]:
        """The tasks that add the columns of ``one`` to the list of ``holder``, made where it has none."""
        name = list_key(one)
        found = child(holder, name)
        if found is None:
            return [self._task(one, holder.chain, name, lambda: self._create(one, holder.mapping, name))]
        way = step(found.chain, found.value)
        listed = way[-1]
        if isinstance(listed, YamlSequence) and listed.items:
            return [
                self._task(replace(one, columns=(column,)), way, "", partial(self._extend, listed, addition))
                for column, addition in _additions(one, listed)
            ]
        return [self._task(one, way, name, lambda: self._fill(one, holder.mapping, found))]

    def own_list(self, one: NodeTexts, holder: Item, found: Found, described: dict[int, str]) -> Task:
        """The task that gives ``holder`` a list of its own instead of the one it borrows.

        ``one`` holds all that is written in it; ``described`` are the texts for columns that stand there.
        """
        name = list_key(one)
        listed = resolved(found.value)
        standing = {item.name.lower() for item in items(found)}
        new = replace(one, columns=tuple(column for column in one.columns if column.name.lower() not in standing))
        additions = (
            [addition for _, addition in _additions(new, listed)] if isinstance(listed, YamlSequence) else []
        )

        def write() -> list[Splice]:
            splices = self._own.write(holder, name, found, described, additions)
            self._sharing.give_own(holder.mapping, name)
            if found.key is not None and isinstance(found.value, Alias):
                self._sharing.end_use(found.value)
            return splices

        return self._task(one, holder.chain, name, write)

    def _task(self, one: NodeTexts, chain: tuple[Node, ...], key: str, write: Callable[[], list[Splice]]) -> Task:
        return Task(one, chain[-1].start, lambda: self._sharing.obstacle(chain, key), write)

    def _extend(self, listed: YamlSequence, addition: Addition) -> list[Splice]:
        return self._lists.extend(listed, addition, self._layout.blank_between_columns)

    def _create(self, one: NodeTexts, mapping: Mapping, name: str) -> list[Splice]:
        return self._lists.create(mapping, name, column_fragments(one), self._layout.column_offset)

    def _fill(self, one: NodeTexts, mapping: Mapping, found: Found) -> list[Splice]:
        return self._lists.fill(found, column_fragments(one), self._layout.column_offset, flow=mapping.flow)


def borrowed_list(key: str, holder: Item) -> Found | None:
    """The list of columns that an entry or a version has from elsewhere: through an alias or a merge key."""
    found = child(holder, key)
    if found is None or (found.key is not None and not isinstance(found.value, Alias)):
        return None
    return found if next(items(found), None) is not None else None


def _additions(one: NodeTexts, listed: YamlSequence) -> list[tuple[ColumnText, Addition]]:
    """New columns, and where they go among those that a list has."""
    mappings = [node for item in listed.items if isinstance(node := resolved(item), Mapping)]
    standing = [_name(resolved(item)) for item in listed.items]
    siblings = _siblings([mapping for mapping in mappings if _name(mapping) is not None])
    new = {column.name.lower(): column for column in one.columns}
    return [
        (
            new[place.name.lower()],
            Addition(column_fragment(new[place.name.lower()], siblings), place.after, place.before),
        )
        for place in places_in_order(standing, [column.name for column in one.columns], one.order)
    ]


def _name(node: Node) -> str | None:
    found = lookup(node, "name") if isinstance(node, Mapping) else None
    return scalar_value(found.value) if found else None


def _siblings(columns: Sequence[Mapping]) -> Siblings:
    """What most columns of a list do."""
    written = [list(keys(column)) for column in columns]
    typed = [names for names in written if "data_type" in names]
    both = [names for names in typed if "description" in names]
    first = [names.index("data_type") < names.index("description") for names in both]
    quoted = [_is_quoted(column) for column in columns]
    return Siblings(len(typed) * 2 >= len(written) > 0, sum(first) * 2 > len(first), sum(quoted) * 2 > len(quoted))


def _is_quoted(column: Mapping) -> bool:
    found = lookup(column, "name")
    return found is not None and isinstance(found.value, Scalar) and found.value.style in ("'", '"')
