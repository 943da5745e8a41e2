"""How a proposal is drawn: the text beside what it rests on, in whatever terminal there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from dbt_docsmith.one_line import one_line

if TYPE_CHECKING:
    from dbt_docsmith.review.proposals import Item, Place
    from dbt_docsmith.review.session import Session

_WIDE = 100
_BESIDES = 7
"""Lines of the heading, the prompt, and what stands between."""


class Screen:
    """Draws on stdout, in the width and height there is."""

    def __init__(self, *, colors: bool) -> None:
        self._console = Console(no_color=True if not colors else None, highlight=False, markup=False, emoji=False)

    def say(self, message: str) -> None:
        """A few lines in answer to a command."""
        self._console.print(Text(message))

    def show(self, session: Session, *, whole: bool = False) -> None:
        """The entry that is looked at. Without ``whole`` what has no room is counted."""
        item = session.current
        heading = f"{session.position + 1} of {len(session.items)} | {session.summary()}"
        self._console.print(Rule(Text(heading), align="left", characters="-"))
        said = Text("\n".join(_plain(item.text or "")), style="bold")
        room = 10_000 if whole else max(6, self._console.height - _BESIDES)
        if self._console.width >= _WIDE:
            facts = Text("\n".join(_fitted(list(_facts(item)), room)))
            self._console.print(_beside(said, facts))
        else:
            used = len(said.wrap(self._console, self._console.width)) + 1
            facts = Text("\n".join(_fitted(list(_facts(item)), max(4, room - used))), overflow="ellipsis")
            facts.no_wrap = not whole
            self._console.print(Group(said, Text(""), facts))


def _beside(said: Text, facts: Text) -> Table:
    table = Table.grid(expand=True, padding=(0, 2))
    table.add_column(ratio=1)
    table.add_column(ratio=1)
    table.add_row(said, facts)
    return table


def _facts(item: Item) -> Iterator[str]:
    source = f" from {item.source}" if item.source else ""
    yield f"origin: {one_line(item.origin + source)}"
    yield f"risk:   {one_line(item.risk)}"
    if item.decision:
        yield f"so far: {item.decision}"
    yield from (f"  - {one_line(line)}" for line in item.evidence)
    yield "for:"
    yield from (f"  {one_line(_place(place))}" for place in item.places)


def _place(place: Place) -> str:
    name = place.node.split(".", 2)[-1]
    said = f"{name}.{place.column}" if place.column else name
    taken = f" ({place.origin})" if place.origin else ""
    instead = f", instead of: {place.replaces}" if place.replaces else ""
    where = f" in {place.file}" if place.file else ""
    return f"{said}{where}{taken}{instead}"


def _plain(text: str) -> Iterator[str]:
    """A text in its own lines, without what a terminal would obey."""
    return (one_line(line) for line in text.split("\n"))


def _fitted(lines: list[str], room: int) -> list[str]:
    rest = len(lines) - room
    return lines if rest <= 0 else [*lines[: room - 1], f"  ... and {rest + 1} more lines (p shows all)"]
