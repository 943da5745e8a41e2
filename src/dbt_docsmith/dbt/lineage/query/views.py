"""What is known of the columns of one source of rows while a query is resolved. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from dbt_docsmith.types import ColumnLineage

HIDDEN = "\0"
Guess = Callable[[str], ColumnLineage | None]


class End(Struct, frozen=True):
    """Where columns come from that the view does not list.

    ``guess`` says where a column of that name would come from. ``reason`` is empty where the list is taken to
    be whole, and says otherwise why it is not.
    """

    guess: Guess
    reason: str = ""


class View(Struct, frozen=True):
    """Columns by lower-case name, in order. One without a name, or with the name of one before it, only counts
    by its place; its key begins with NUL."""

    columns: Mapping[str, ColumnLineage] = {}
    ends: tuple[End, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it may have columns beside those listed."""
        return any(end.reason for end in self.ends)

    def find(self, name: str) -> ColumnLineage | None:
        """The column of that name: listed, or guessed where all it can come from is one end."""
        return self.columns.get(name) or self.guess(name)

    def guess(self, name: str) -> ColumnLineage | None:
        """Where a column that is not listed would come from."""
        likely = [end for end in self.ends if end.reason] or self.ends
        return likely[0].guess(name) if len(likely) == 1 else None


def telling_ends(ends: Sequence[End]) -> tuple[End, ...]:
    """As many of the ends as say something: where there are two of a kind, nobody can tell which one it is."""
    open_ends = [end for end in ends if end.reason][:2]
    return tuple(open_ends or ends[:2])


def puzzle_view(reason: str) -> View:
    """A view of which nothing can be told."""
    return View(ends=(End(lambda _: None, reason),))


def listed_view(names: Iterable[str], passed: Callable[[str], ColumnLineage], reason: str) -> View:
    """The view of a relation: the columns known of it, and the ``reason`` why there may be more, if there may.

    Even a list that is taken to be whole may be old: a name that can belong nowhere else is still the relation's.
    """
    return View(columns={name.lower(): passed(name) for name in names}, ends=(End(passed, reason),))


def _nothing_new(name: str) -> ColumnLineage:
    return ColumnLineage(name=name, kind="constant", expression="null")


ITSELF = View(ends=(End(_nothing_new),))
"""The earlier rows of the node itself: what they hold was said of the others."""
