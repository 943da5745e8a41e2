"""Old data plus the intended texts and nothing else: checked on what dbt loads, ignorant of splices. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NoReturn

from msgspec import Struct

from dbt_docsmith.describable import LISTS
from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.compose import load
from dbt_docsmith.properties.locate import list_key
from dbt_docsmith.properties.read import is_placeholder
from dbt_docsmith.types import NodeTexts

Path = tuple[str, ...]


class _Absent:
    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


class Change(Struct, frozen=True):
    """One difference between two loaded files. ``path``: keys, and in lists the names of the items."""

    path: Path
    old: Any
    new: Any


def verify(file: str, before: str, after: str, texts: Iterable[NodeTexts]) -> int:
    """How many descriptions the edit of a file's text wrote.

    Raises WriteError, showing both, where anything changed that is none of ``texts``, a person's text was
    replaced, or dbt could not read the result.
    """
    return written(file, load(file, before), after, texts)


def written(file: str, old: Any, after: str, texts: Iterable[NodeTexts]) -> int:
    """As ``verify``, with the data that the text held before."""
    check = _Check(file, texts)
    return sum(check.count(change) for change in differences(old, load(file, after)))


def differences(old: Any, new: Any) -> list[Change]:
    """What is different in two loaded files."""
    return _Differ().compare(old if old is not None else {}, new if new is not None else {})


class _Differ:
    """Walks two trees side by side; what aliases share is compared once. Paths grow on the way back."""

    def __init__(self) -> None:
        self._same: set[tuple[int, int]] = set()

    def compare(self, old: Any, new: Any) -> list[Change]:
        if type(old) is not type(new) or not isinstance(old, dict | list):
            return [] if _equal(old, new) else [Change((), old, new)]
        pair = (id(old), id(new))
        if pair in self._same:
            return []
        changes = self._mappings(old, new) if isinstance(old, dict) else self._lists(old, new)
        if not changes:
            self._same.add(pair)
        return changes

    def _mappings(self, old: dict[Any, Any], new: dict[Any, Any]) -> list[Change]:
        changes = []
        for key, value in old.items():
            if key in new:
                changes += [_below(str(key), change) for change in self.compare(value, new[key])]
            else:
                changes.append(Change((str(key),), value, ABSENT))
        return changes + [Change((str(key),), ABSENT, value) for key, value in new.items() if key not in old]

    def _lists(self, old: list[Any], new: list[Any]) -> list[Change]:
        """Items correspond in their order and by their names; the others are new."""
        changes, at = [], 0
        for item in new:
            if at < len(old) and (len(old) == len(new) or _name(item) == _name(old[at])):
                changes += [_below(_name(item), change) for change in self.compare(old[at], item)]
                at += 1
            else:
                changes.append(Change((_name(item),), ABSENT, item))
        return changes + [Change((_name(item),), item, ABSENT) for item in old[at:]]


def _below(key: str, change: Change) -> Change:
    return Change((key, *change.path), change.old, change.new)


def _name(item: Any) -> str:
    if not isinstance(item, dict):
        return "" if isinstance(item, list) else repr(item)
    return str(item.get("name", item.get("v", "")))


def _equal(old: Any, new: Any) -> bool:
    return type(old) is type(new) and (old == new or (old != old and new != new))


class Address(Struct, frozen=True):
    """What a changed value belongs to: ``key`` of a node, one of its versions or one of its columns.

    ``listed`` is the key of the list that has the column.
    """

    section: str
    source: str | None
    entry: str
    version: str | None
    listed: str | None
    column: str | None
    key: str


def address(path: Path) -> Address | None:
    """Whose value a path leads to; None where it leads to none that is ours to write."""
    head = 4 if path[:1] == ("sources",) else 2
    if len(path) <= head or (head == 4 and path[2] != "tables"):
        return None
    rest, version, listed, column = path[head:], None, None, None
    if len(rest) > 2 and rest[0] == "versions":
        version, rest = rest[1], rest[2:]
    if len(rest) > 2 and rest[0] in LISTS.get(path[0], ()):
        listed, column, rest = rest[0], rest[1], rest[2:]
    if len(rest) != 1:
        return None
    return Address(path[0], path[1] if head == 4 else None, path[head - 1], version, listed, column, rest[0])


class _Wanted(Struct, frozen=True):
    """One text, and what a new column brings besides it."""

    version: str | None
    replace: bool
    description: str | None
    data_type: str | None = None
    quote: bool = False


class _Check:
    """Which differences are intended."""

    def __init__(self, file: str, texts: Iterable[NodeTexts]) -> None:
        self._file = file
        self._wanted: dict[tuple[str | None, ...], list[_Wanted]] = defaultdict(list)
        for one in texts:
            place = (one.section, one.source_name, one.name)
            self._wanted[*place, None, None].append(_Wanted(one.version, one.replace, one.description))
            for column in one.columns:
                self._wanted[*place, list_key(one), column.name.lower()].append(
                    _Wanted(one.version, one.replace, column.description, column.data_type, column.quote)
                )

    def count(self, change: Change, *, created: bool = False) -> int:
        """The descriptions a change writes. ``created``: it is part of something new."""
        new = change.new
        if isinstance(new, list) and new and not change.old:
            items = (Change((*change.path, _name(item)), ABSENT, item) for item in new)
            return sum(self.count(item, created=True) for item in items)
        if isinstance(new, dict) and change.old is ABSENT:
            rest = {key: value for key, value in new.items() if key != "name"}
            parts = (Change((*change.path, str(key)), ABSENT, value) for key, value in rest.items())
            return sum(self.count(part, created=True) for part in parts) or self._refuse(change)
        if change.path == ("version",) and change.old is ABSENT and new == 2:
            return 0
        return self._leaf(change, created)

    def _leaf(self, change: Change, created: bool) -> int:
        found = address(change.path)
        wanted = self._wanted_at(found) if found else []
        if found and found.key == "description" and any(_fits(change, one) for one in wanted):
            return 1
        if found and created and found.column and any(_comes_with(found.key, change.new, one) for one in wanted):
            return 0
        return self._refuse(change)

    def _refuse(self, change: Change) -> NoReturn:
        where = " > ".join(change.path)
        raise WriteError(
            f"{self._file}: left as it is, because {where} would go from {_short(change.old)} to "
            f"{_short(change.new)}; please report this file's shape, and write that text by hand"
        )

    def _wanted_at(self, found: Address) -> list[_Wanted]:
        """The texts for a place: a version's are its own, but may go to a shared column."""
        column = found.column.lower() if found.column is not None else None
        wanted = self._wanted.get((found.section, found.source, found.entry, found.listed, column), [])
        if found.version is None and column is not None:
            return wanted
        return [one for one in wanted if one.version == found.version]


def _fits(change: Change, wanted: _Wanted) -> bool:
    """Whether a change puts the wanted text where nothing stood that must stay."""
    old = change.old
    if change.new != wanted.description:
        return False
    if old is ABSENT or old is None:
        return True
    if not isinstance(old, str):
        return False
    return not old.strip() or is_placeholder(old) or (wanted.replace and "doc(" not in old)


def _comes_with(key: str, value: Any, wanted: _Wanted) -> bool:
    if key == "quote":
        return value is True and wanted.quote
    return key == "data_type" and value == wanted.data_type


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."
