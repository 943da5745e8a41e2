"""New columns and entries, as fragments that can be written in block or in flow style. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from dbt_docsmith.properties.layout import Layout
from dbt_docsmith.properties.lines import Below
from dbt_docsmith.properties.locate import list_key
from dbt_docsmith.properties.neighbours import in_order
from dbt_docsmith.properties.render import Rendered, double_quoted, inline
from dbt_docsmith.properties.style import NOTHING_BELOW, Style
from dbt_docsmith.types import ColumnText, NodeTexts


class Word(Struct, frozen=True):
    """A short value: a name, a type. ``quoted``: in quotes even where it could go without."""

    value: str
    quoted: bool = False


class Prose(Struct, frozen=True):
    """A description."""

    value: str


class Fragment(Struct, frozen=True):
    """A mapping to be written: its keys in order. A ``str`` value is written as it is."""

    pairs: tuple[tuple[str, Value], ...]


Value = Word | Prose | str | tuple[Fragment, ...]


class Siblings(Struct, frozen=True):
    """What the columns of a list are used to: a type, before the description or behind it, names in quotes."""

    typed: bool = False
    type_first: bool = False
    quoted: bool = False


def column_fragment(column: ColumnText, siblings: Siblings) -> Fragment:
    """A new column of a list."""
    name: tuple[str, Value] = ("name", Word(column.name, siblings.quoted))
    rest: list[tuple[str, Value]] = [("description", Prose(column.description))]
    if column.data_type and siblings.typed:
        rest.insert(0 if siblings.type_first else 1, ("data_type", Word(column.data_type)))
    if column.quote:
        rest.append(("quote", "true"))
    return Fragment((name, *rest))


def column_fragments(texts: NodeTexts) -> tuple[Fragment, ...]:
    """The columns of a new list, in the node's own order."""
    columns = {column.name: column for column in texts.columns}
    return tuple(column_fragment(columns[name], Siblings()) for name in in_order(columns, texts.order))


def entry_fragment(texts: NodeTexts) -> Fragment:
    """A new entry with its description and its columns, whichever there are."""
    pairs: list[tuple[str, Value]] = [("name", Word(texts.name))]
    if texts.description:
        pairs.append(("description", Prose(texts.description)))
    if texts.columns:
        pairs.append((list_key(texts), column_fragments(texts)))
    return Fragment(tuple(pairs))


class FragmentWriter:
    """Writes fragments in a file's style and layout; ``quote``: the quotes that its keys are in."""

    def __init__(self, style: Style, layout: Layout) -> None:
        self._style = style
        self._layout = layout

    def item(
        self, fragment: Fragment, dash: int, keys: int, below: Below = NOTHING_BELOW, *, quote: str = ""
    ) -> list[str]:
        """The lines of a block list's item: its dash and its keys at these columns; ``below``: what follows."""
        lines = [line for pair in fragment.pairs for line in self._pair(pair, keys, below, quote)]
        return [" " * dash + "-" + lines[0][dash + 1 :], *lines[1:]]

    def items(
        self,
        fragments: tuple[Fragment, ...],
        dash: int,
        below: Below = NOTHING_BELOW,
        *,
        blank: bool | None = None,
        quote: str = "",
    ) -> list[str]:
        """The lines of a new block list, of columns unless ``blank`` says whether blank lines part its items."""
        keys = dash + self._layout.gap
        parts = [self.item(fragment, dash, keys, below, quote=quote) for fragment in fragments]
        return list(_parted(parts, self._layout.blank_between_columns if blank is None else blank))

    def flow(self, fragment: Fragment, *, quote: str = "") -> str:
        """A mapping between braces, on one line; with keys in double quotes it is JSON."""
        pairs = (f"{quote}{key}{quote}: {self._flow_value(value, quote)}" for key, value in fragment.pairs)
        return "{" + ", ".join(pairs) + "}"

    def flow_list(self, fragments: tuple[Fragment, ...], *, quote: str = "") -> str:
        """A list between brackets, on one line."""
        return "[" + ", ".join(self.flow(fragment, quote=quote) for fragment in fragments) + "]"

    def _pair(self, pair: tuple[str, Value], column: int, below: Below, quote: str) -> list[str]:
        key, value = pair
        opening = f"{' ' * column}{quote}{key}{quote}:"
        if isinstance(value, tuple):
            return [opening, *self.items(value, column + self._layout.column_offset, below, quote=quote)]
        rendered = self._block_value(value, column, below)
        return [f"{opening} {rendered.head}", *rendered.body]

    def _block_value(self, value: Word | Prose | str, column: int, below: Below) -> Rendered:
        if isinstance(value, Prose):
            return self._style.render(value.value, column, below)
        return Rendered(value if isinstance(value, str) else self._word(value, flow=False))

    def _flow_value(self, value: Value, quote: str) -> str:
        if isinstance(value, tuple):
            return self.flow_list(value, quote=quote)
        if isinstance(value, str):
            return value
        if quote == '"':
            return double_quoted(value.value)
        if isinstance(value, Prose):
            return self._style.inline(value.value, flow=True)
        return self._word(value, flow=True)

    def _word(self, word: Word, *, flow: bool) -> str:
        return inline(word.value, self._style.quote, always_quoted=word.quoted, flow=flow)


def _parted(parts: list[list[str]], blank: bool) -> Iterator[str]:
    for index, lines in enumerate(parts):
        if index and blank:
            yield ""
        yield from lines
