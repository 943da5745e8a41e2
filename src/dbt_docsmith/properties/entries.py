"""Entries for nodes that have none in a file yet, under sections that may not be there either. Pure."""

from __future__ import annotations

from collections.abc import Sequence as Several
from itertools import pairwise

from dbt_docsmith.properties.compose import BOM, Document, Mapping, Node, Sequence, resolved
from dbt_docsmith.properties.edits import Splice, insert_lines
from dbt_docsmith.properties.fragments import FragmentWriter, entry_fragment
from dbt_docsmith.properties.layout import Layout
from dbt_docsmith.properties.lines import (
    BLANKS,
    below,
    has_blank_line,
    line_start,
    lines_after,
    newline_near,
    next_line,
    takes_blank_lines,
)
from dbt_docsmith.properties.lists import Addition, ListWriter
from dbt_docsmith.properties.locate import is_null, lookup, scalar_value, section
from dbt_docsmith.properties.neighbours import places_by_name
from dbt_docsmith.types import NodeTexts

HEADER = ("version: 2", "")
Written = tuple[tuple[NodeTexts, ...], list[Splice]]
"""Nodes whose entries stand or fall together, and the splices that add them."""


class EntryWriter:
    """Adds entries to one document."""

    def __init__(self, document: Document, writer: FragmentWriter, layout: Layout) -> None:
        self._document = document
        self._writer = writer
        self._lists = ListWriter(document, writer)
        self._layout = layout
        self._needs_header = document.root is None or is_null(document.root) or _is_empty(document.root)

    def add(self, name: str, missing: Several[NodeTexts]) -> list[Written]:
        """The entries of these nodes, under the section of this name. Raises WriteError for an unusual section."""
        found = section(self._document, name)
        if found is None:
            return [(tuple(missing), self._new_section(name, missing))]
        listed = found.value
        if isinstance(listed, Sequence) and listed.items:
            return self._extend(listed, missing)
        fragments = tuple(entry_fragment(one) for one in missing)
        flow = isinstance(self._document.root, Mapping) and self._document.root.flow
        blank, offset = self._layout.blank_between_entries, self._layout.entry_offset
        return [(tuple(missing), self._lists.fill(found, fragments, offset, flow=flow, blank=blank))]

    def _extend(self, listed: Sequence, missing: Several[NodeTexts]) -> list[Written]:
        standing = [_name(item) for item in map(resolved, listed.items)]
        by_name = {one.name: one for one in missing}
        written: list[Written] = []
        for place in places_by_name(standing, by_name):
            one = by_name[place.name]
            addition = Addition(entry_fragment(one), place.after, place.before)
            splices = self._lists.extend(listed, addition, self._layout.blank_between_entries)
            written.append(((one,), splices))
        return written

    def _new_section(self, name: str, missing: Several[NodeTexts]) -> list[Splice]:
        fragments = tuple(entry_fragment(one) for one in missing)
        root = self._document.root
        offset, blank = self._layout.entry_offset, self._layout.blank_between_entries
        if isinstance(root, Mapping) and root.flow and root.pairs:
            return self._lists.create(root, name, fragments, offset)
        position = self._end()
        items = self._writer.items(fragments, offset, below(self._document, position), blank=blank)
        lines = [*self._opening(), f"{name}:", *items]
        if isinstance(root, Mapping) and not root.pairs and lines[0]:
            newline = newline_near(self._document, root.end)
            return [Splice(root.start, root.end, newline.join(lines))]
        return [insert_lines(self._document, position, lines, 0)]

    def _opening(self) -> list[str]:
        """What stands between the text above and a new section."""
        root = self._document.root
        if not self._needs_header:
            takes = root is not None and takes_blank_lines(self._document, root)
            return [""] if self._parts_sections() and not takes else []
        self._needs_header = False
        above = self._document.text[: self._end()].strip(BLANKS + BOM)
        return [*HEADER] if above in ("", "---", "{}") else ["", *HEADER]

    def _end(self) -> int:
        """Where the line after the last one that is not blank begins."""
        root = self._document.root
        above = self._document.text[: self._document.end].rstrip(BLANKS)
        end = next_line(self._document, len(above)) if above else len(self._document.text)
        return max(end, lines_after(self._document, root) if root is not None else 0)

    def _parts_sections(self) -> bool:
        """Whether blank lines part the sections; ``version:`` is none."""
        root = self._document.root
        pairs = root.pairs if isinstance(root, Mapping) else ()
        sections = [pair for pair in pairs if scalar_value(pair[0]) != "version"]
        parted = [
            has_blank_line(
                self._document, lines_after(self._document, above), line_start(self._document, below.start)
            )
            for (_, above), (below, _) in pairwise(sections)
        ]
        return sum(parted) * 2 >= len(parted)


def _is_empty(root: Node) -> bool:
    return isinstance(root, Mapping) and not root.pairs


def _name(node: Node) -> str | None:
    found = lookup(node, "name") if isinstance(node, Mapping) else None
    return scalar_value(found.value) if found else None
