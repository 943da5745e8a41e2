"""Where a project is used to writing its entries: measured folder by folder on the entries it has. Pure.

A habit is a path with ``{model}`` or ``{folder}`` in place of the names, from the node's own folder
(``_{folder}__models.yml``, ``../schema.yml``) or, with a slash in front, from the project
(``/models/schema.yml``).
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile

from msgspec import Struct

from dbt_docsmith.properties.ground import is_below

_LEAST_SHARE = 1 / 3
"""A habit of at least this share of the folders, or there is none."""
_GENERAL_WORDS = frozenset(
    "model models seed seeds snapshot snapshots source sources analysis analyses schema schemas properties props "
    "doc docs documentation description descriptions yml yaml config metadata meta dbt table tables".split()
)


class Sighting(Struct, frozen=True):
    """A node that has an entry: its name, the folder its own file stands in, and the file of the entry."""

    name: str
    folder: str
    file: str


class Habits:
    """The habits of one resource type. ``fits`` tells whether a path may hold entries at all."""

    def __init__(self, sightings: Iterable[Sighting], fits: Callable[[str], bool]) -> None:
        self._fits = fits
        self._by_folder: dict[str, list[Sighting]] = defaultdict(list)
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._files: dict[str, set[str]] = defaultdict(set)
        for sighting in sightings:
            self._by_folder[sighting.folder].append(sighting)
            for form in _forms(sighting):
                self._counts[sighting.folder][form] += 1
                self._files[form].add(sighting.file)
        self._chosen: dict[str, str | None] = {}

    def file_for(self, name: str, folder: str) -> str | None:
        """The file that the habit of the folder, else of its neighbours, gives a node; None without a habit."""
        if folder not in self._chosen:
            known = self.is_known_in(folder)
            self._chosen[folder] = self._own_habit(folder) if known else self._habit_around(folder)
        habit = self._chosen[folder]
        if habit is not None:
            return _path(habit, name, folder)
        return _file_of_the_like(name, self._by_folder[folder]) if self.is_known_in(folder) else None

    def is_known_in(self, folder: str) -> bool:
        """Whether the folder itself has entries."""
        return folder in self._by_folder

    def _own_habit(self, folder: str) -> str | None:
        """One file for the folder, or one for each node: whichever holds most of its entries, if one does."""
        seen = self._by_folder[folder]
        named = Counter({form: count for form, count in self._counts[folder].items() if "{model}" in form})
        file, sharing = _most(Counter(f"/{sighting.file}" for sighting in seen))
        form, naming = _most(named)
        if sharing == 1 and not naming and len(seen) > 1:
            return _named_after_node(file)
        if 1 < max(sharing, naming) < len(seen) / 2:
            return None
        if naming == sharing:
            return self._clearer(form, seen)
        return form if naming > sharing else file

    def _clearer(self, form: str, seen: Sequence[Sighting]) -> str:
        """A form, or one of the folder's files that hold as many entries: what the neighbours do decides."""
        folder = seen[0].folder
        around = _path(self._habit_around(folder) or form, "", folder)
        return f"/{around}" if any(sighting.file == around for sighting in seen) else form

    def _habit_around(self, folder: str) -> str | None:
        """The habit of the folders beside this one, else of ever wider parts of the project."""
        for scope in self._scopes(folder):
            habit = self._best(scope, folder)
            if habit is not None:
                return habit
        return None

    def _scopes(self, folder: str) -> Iterator[list[str]]:
        parent = posixpath.dirname(folder)
        yield [other for other in self._by_folder if posixpath.dirname(other) == parent]
        for ancestor in _upwards(folder):
            yield [other for other in self._by_folder if is_below(other, ancestor)]

    def _best(self, scope: Sequence[str], folder: str) -> str | None:
        votes: dict[str, float] = defaultdict(float)
        for other in scope:
            for form, count in self._counts[other].items():
                votes[form] += count / len(self._by_folder[other])
        ranked = sorted(votes, key=lambda habit: (-round(votes[habit], 6), _rank(habit), habit))
        for habit in ranked:
            if votes[habit] < _LEAST_SHARE * len(scope):
                return None
            if self._carries_over(habit, folder):
                return habit
        return None

    def _carries_over(self, habit: str, folder: str) -> bool:
        """Whether a habit seen elsewhere says anything about this folder."""
        if not self._fits(_path(habit, "any", folder)):
            return False
        if "{" in habit and not habit.startswith("/"):
            return True
        if not habit.startswith("/"):
            return len(self._files[habit]) > 1 or _is_general(habit)
        home = posixpath.dirname(habit[1:])
        return is_below(folder, home) or home not in self._by_folder


def _file_of_the_like(name: str, seen: Sequence[Sighting]) -> str:
    """Several files by subject: the one that holds the node whose name begins most like this one."""
    holding = Counter(sighting.file for sighting in seen)
    likest = min(seen, key=lambda other: (-_words_in_common(name, other.name), -holding[other.file], other.file))
    return likest.file


def _words_in_common(name: str, other: str) -> int:
    pairs = zip(name.split("_"), other.split("_"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _forms(sighting: Sighting) -> set[str]:
    """Every habit that explains why this entry stands where it stands."""
    home, file_name = posixpath.split(sighting.file)
    stem, extension = posixpath.splitext(file_name)
    from_folder = posixpath.relpath(home or ".", sighting.folder)
    own = _with_name(stem, sighting.name, "{model}")
    shared = _with_folder(stem, posixpath.basename(sighting.folder))
    forms = {posixpath.normpath(f"{from_folder}/{each}{extension}") for each in (stem, own, shared) if each}
    if from_folder != ".":
        forms |= {f"/{posixpath.join(home, each)}{extension}" for each in (stem, own) if each}
    return forms


def _with_name(stem: str, name: str, placeholder: str) -> str | None:
    """The stem with the name, as a word of its own, replaced; None where it does not hold it."""
    start = stem.find(name)
    end = start + len(name)
    if start < 0 or stem[:start][-1:].isalnum() or stem[end : end + 1].isalnum():
        return None
    return stem[:start] + placeholder + stem[end:]


def _with_folder(stem: str, folder: str) -> str | None:
    """As ``_with_name``; ``models/models.yml`` says nothing about other folders, ``_models__models.yml`` does."""
    if not folder or (folder in _GENERAL_WORDS and stem.count(folder) < 2):
        return None
    return _with_name(stem, folder, "{folder}")


def _is_general(habit: str) -> bool:
    """Whether a file's name would do in any folder: ``schema.yml``, ``_models.yml``."""
    stem = posixpath.splitext(posixpath.basename(habit))[0]
    return set(re.findall(r"[^\W_]+", stem.lower())) <= _GENERAL_WORDS


def _path(habit: str, name: str, folder: str) -> str:
    filled = habit.replace("{folder}", posixpath.basename(folder)).replace("{model}", name)
    return filled[1:] if filled.startswith("/") else posixpath.normpath(posixpath.join(folder, filled))


def _rank(habit: str) -> int:
    """Of habits that explain as much, which one is meant."""
    marks = ("{model}" in habit, "{folder}" in habit, habit.startswith("/"))
    return marks.index(True) if True in marks else len(marks)


def _most(counts: Counter[str]) -> tuple[str, int]:
    return min(counts.items(), key=lambda item: (-item[1], len(item[0]), item[0]), default=("", 0))


def _named_after_node(file: str) -> str:
    """Every node has a file of its own, by no rule that can be read off: the plainest one then."""
    home, name = posixpath.split(file)
    return f"{home}/{{model}}{posixpath.splitext(name)[1]}"


def _upwards(folder: str) -> Iterator[str]:
    while folder not in ("", "."):
        yield folder
        folder = posixpath.dirname(folder)
    yield "."
