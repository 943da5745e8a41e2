"""The doc blocks of a Markdown file: read as dbt reads them, and more of them for its end. Pure.

A block that this program makes stands below a comment that names the column its text was made for. So a later run
knows which columns it belongs to, and that a column which only has the same name is another matter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from dbt_docsmith.errors import WriteError
from dbt_docsmith.types import ColumnRef

_TAG = re.compile(
    r"(?P<comment>\{\#)|(?P<expression>\{\{)|\{%-?\s*(?P<kind>[A-Za-z_]\w*)(?:\s+(?P<name>[A-Za-z_]\w*))?",
    re.ASCII,
)
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}", re.DOTALL)
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_FLOW = {"if": "endif", "for": "endfor"}
_MADE_FOR = re.compile(r"<!-- dbt-docsmith: (?P<column>[^\n]+?) -->\s*\Z")
_MARKABLE = re.compile(r"(?!.*--)[\w$ -]+")
_REFERENCE = re.compile(r"\{\{ doc\('(\w+)'\) \}\}")


class DocBlock(Struct, frozen=True, kw_only=True):
    """A ``{% docs name %}`` block. ``text`` is what stands in it, Jinja not rendered.

    ``made_for`` is the column (``unique_id.column``) that this program made it for; None: a person wrote it.
    """

    name: str
    text: str
    made_for: str | None = None


def read_doc_blocks(text: str) -> tuple[DocBlock, ...]:
    """The blocks of a Markdown file, in their order. Raises WriteError where dbt could not read it."""
    blocks = []
    opened: _Tag | None = None
    around: list[str] = []
    last = 0
    for tag in _tags(text):
        if tag.kind in _FLOW or tag.kind in _FLOW.values():
            _follow(tag, around, text)
        elif tag.kind == "docs":
            if opened is not None or around:
                raise WriteError(f"line {_line(text, tag.start)}: a doc block begins within another block")
            opened = tag
        elif tag.kind == "enddocs" and opened is not None:
            made_for = _MADE_FOR.search(text[last : opened.start])
            content = text[opened.end : tag.start].replace("\r\n", "\n").strip()
            column = made_for["column"] if made_for else None
            blocks.append(DocBlock(name=opened.name, text=content, made_for=column))
            opened, last = None, tag.end
    if opened is not None:
        raise WriteError(f"line {_line(text, opened.start)}: the doc block '{opened.name}' has no end")
    return tuple(blocks)


def with_doc_blocks(before: str, blocks: Sequence[DocBlock]) -> str:
    """The file with more blocks at its end, and not a character of it changed.

    Raises WriteError, for the caller to name the file, where the result would not be read as just that.
    """
    newline = "\r\n" if "\r\n" in before else "\n"
    after = before
    for block in blocks:
        gap = "" if not after.strip("\ufeff") else newline if after.endswith("\n") else newline * 2
        after += gap + _written(block).replace("\n", newline)
    if read_doc_blocks(after) != (*read_doc_blocks(before), *blocks):
        raise WriteError("its end is no place for a doc block: close what is open there")
    return after


def block_name(column: str, node: str, taken: Collection[str]) -> str:
    """A name for a column's block that is none of ``taken`` (lower case): the column's, else with the node's."""
    plain = _as_name(column)
    longer = f"{plain}_of_{_as_name(node)}"
    candidates = (plain, longer, *(f"{longer}_{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in candidates if name not in taken)


def doc_reference(name: str) -> str:
    """How a description refers to a block."""
    return f"{{{{ doc('{name}') }}}}"


def referred_block(description: str) -> str | None:
    """The block a description refers to, where ``doc_reference`` wrote it."""
    found = _REFERENCE.fullmatch(description)
    return found[1] if found else None


def column_mark(column: ColumnRef) -> str | None:
    """How the comment above a block names a column; None where its name cannot stand in one."""
    fits = _MARKABLE.fullmatch(column.column) is not None
    return f"{column.unique_id}.{column.column.lower()}" if fits else None


def marked_column(block: DocBlock) -> ColumnRef | None:
    """The column a block was made for, None where a person wrote it."""
    unique_id, dot, column = (block.made_for or "").rpartition(".")
    return ColumnRef(unique_id, column) if dot else None


class _Tag(Struct, frozen=True):
    """A ``{% kind name ... %}``, from ``start`` to ``end``."""

    kind: str
    name: str
    start: int
    end: int


def _follow(tag: _Tag, around: list[str], text: str) -> None:
    """Keep count of the ``if`` and ``for`` that a tag stands in."""
    if tag.kind in _FLOW:
        around.append(_FLOW[tag.kind])
    elif not around or around.pop() != tag.kind:
        raise WriteError(f"line {_line(text, tag.start)}: '{tag.kind}' ends nothing")


def _tags(text: str) -> Iterator[_Tag]:
    position = 0
    while found := _TAG.search(text, position):
        if found["comment"]:
            position = _end_of_comment(text, found.start())
        elif found["expression"]:
            position = _end_of_code(text, found.end(), "}}")
        elif found["kind"] == "raw":
            position = _end_of_raw(text, found.start())
        else:
            position = _end_of_code(text, found.end(), "%}")
            yield _Tag(found["kind"], found["name"] or "", found.start(), position)


def _end_of_comment(text: str, start: int) -> int:
    end = text.find("#}", start + 2)
    if end < 0:
        raise WriteError(f"line {_line(text, start)}: a comment begins and does not end")
    return end + 2


def _end_of_raw(text: str, start: int) -> int:
    whole = _RAW.match(text, start)
    if whole is None:
        raise WriteError(f"line {_line(text, start)}: a raw part begins and does not end")
    return whole.end()


def _end_of_code(text: str, start: int, mark: str) -> int:
    """Where ``}}`` or ``%}`` ends it; one within a string does not."""
    position = start
    while position < len(text):
        if text.startswith(mark, position):
            return position + 2
        string = _STRING.match(text, position)
        if string is None and text[position] in "'\"":
            break
        position = string.end() if string else position + 1
    raise WriteError(f"line {_line(text, start)}: Jinja begins and does not end")


def _written(block: DocBlock) -> str:
    mark = f"<!-- dbt-docsmith: {block.made_for} -->\n" if block.made_for else ""
    return f"{mark}{{% docs {block.name} %}}\n{block.text}\n{{% enddocs %}}\n"


def _as_name(text: str) -> str:
    name = re.sub(r"[^a-z0-9_]+", "_", text.lower())
    if not name.strip("_"):
        return "column"
    return f"_{name}" if name[0].isdigit() else name


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
