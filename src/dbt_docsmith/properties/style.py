"""How a file's own descriptions are written, so that a new one looks as if the same person had typed it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

from dbt_docsmith.properties.compose import LINE_BREAK, Document, Scalar
from dbt_docsmith.properties.lines import Below, content_end, line_start
from dbt_docsmith.properties.locate import Entry, Item, child, columns, is_text, versions
from dbt_docsmith.properties.render import Rendered, folded, inline, is_plain_safe, literal, wrapped

LONG = 60
"""Characters. A longer text is written as the long ones of the file are, a shorter one as the short ones."""
USUAL_WIDTH = 80
LEAST_WIDTH = 40
USUAL_INDENT = 2
QUOTES = ("'", '"')
NOTHING_BELOW = Below()
_Value = TypeVar("_Value", str, int)


class Sample(Struct, frozen=True):
    """One description of a file. ``style`` as in Scalar.

    ``indent``: how much deeper than its key its further lines stand; ``width``: of its longest line that another
    one follows, or in ``|`` of any. Both are 0 where it has one line.
    """

    text: str
    style: str
    indent: int = 0
    width: int = 0


class Habit(Struct, frozen=True):
    """``kind`` is ``plain``, ``quoted``, ``|`` or ``>``; ``width`` where lines are broken, 0: they are not."""

    kind: str
    width: int = 0


class Style:
    """Renders a text as a file's samples are written; without samples plain, else in double quotes.

    ``quote``: those of the descriptions, else of the file's other values.
    """

    def __init__(self, samples: Iterable[Sample], other_quotes: Sequence[str] = ()) -> None:
        samples = tuple(samples)
        told = [sample for sample in samples if sample.text]
        quotes = [sample.style for sample in told or samples if sample.style in QUOTES]
        self.quote = _commonest(quotes or list(other_quotes), '"')
        self._indent = _commonest([sample.indent for sample in told if sample.indent > 0], USUAL_INDENT)
        self._habits = _habits(told) if told else (Habit("quoted" if quotes else "plain"),) * 2

    def render(self, text: str, column: int, below: Below = NOTHING_BELOW) -> Rendered:
        """A text as the value of a ``description`` key at ``column``; ``below``: what follows.

        dbt strips the last line break of a file, so no block scalar may rely on it.
        """
        body = column + self._indent
        habit = self._habit(text)
        fits = below.depth <= body and not (below.is_end and text.endswith("\n"))
        block = _block(text, habit, body) if fits else None
        if block is not None:
            return block
        if habit.kind in ("plain", "quoted") and habit.width:
            return wrapped(self.inline(text), column + len("description: "), body, habit.width)
        return Rendered(self.inline(text))

    def inline(self, text: str, *, flow: bool = False) -> str:
        """A text on one line; ``flow``: between braces."""
        return inline(text, self.quote, always_quoted=self._habit(text).kind == "quoted", flow=flow)

    def _habit(self, text: str) -> Habit:
        return self._habits[len(text) > LONG]


def measure(document: Document, entries: Iterable[Entry]) -> Style:
    """The style of a file's descriptions."""
    samples = [sample for entry in entries for item in _items(entry) if (sample := _sample(document, item))]
    return Style(samples, document.quotes)


def _items(entry: Entry) -> list[Item]:
    own = [entry.item, *versions(entry)]
    return own + [column for item in own for column in columns(entry, item)]


def _sample(document: Document, item: Item) -> Sample | None:
    found = child(item, "description")
    if found is None or found.key is None or not isinstance(found.value, Scalar) or not is_text(found.value):
        return None
    value = found.value
    text = value.value.strip()
    if not text:
        return Sample("", value.style) if value.style in QUOTES else None
    first = line_start(document, value.start)
    lines = LINE_BREAK.split(document.text[first : content_end(document, value)])
    if len(lines) == 1:
        return Sample(text, value.style)
    indents = [len(line) - len(line.lstrip(" ")) for line in lines[1:] if line.strip()]
    measured = lines[1:] if value.style == "|" else lines[value.style == ">" : -1]
    width = max((len(line) for line in measured), default=0)
    return Sample(text, value.style, indents[0] - found.key.column if indents else 0, width)


def _habits(samples: list[Sample]) -> tuple[Habit, Habit]:
    short = _habit_of([sample for sample in samples if len(sample.text) <= LONG])
    long = _habit_of([sample for sample in samples if len(sample.text) > LONG])
    if short is None:
        return (Habit("quoted" if long and long.kind == "quoted" else "plain"), long or Habit("plain"))
    return short, long or short


def _habit_of(samples: list[Sample]) -> Habit | None:
    if not samples:
        return None
    kinds = [kind for sample in samples if (kind := _kind(sample))]
    kind = _commonest(kinds, "plain")
    widths = [sample.width for sample in samples if _kind(sample) in (kind, None)]
    broken = [width for width in widths if width]
    if kind in ("|", ">"):
        return Habit(kind, max(LEAST_WIDTH, *broken) if broken else USUAL_WIDTH)
    return Habit(kind, max(LEAST_WIDTH, *broken) if len(broken) * 2 > len(widths) else 0)


def _kind(sample: Sample) -> str | None:
    """What a sample tells of the habit: nothing where it had to be quoted."""
    if sample.style in ("|", ">"):
        return sample.style
    if not sample.style:
        return "plain"
    return "quoted" if is_plain_safe(sample.text) else None


def _commonest(values: list[_Value], default: _Value) -> _Value:
    return Counter(values).most_common(1)[0][0] if values else default


def _block(text: str, habit: Habit, column: int) -> Rendered | None:
    """A text as a block scalar: where it has several lines, or the habit says so."""
    width = habit.width or USUAL_WIDTH
    if "\n" in text.removesuffix("\n") or (habit.kind == "|" and column + len(text) <= width):
        return literal(text, column)
    if habit.kind in ("|", ">"):
        return folded(text, column, width)
    return literal(text, column) if text.endswith("\n") else None
