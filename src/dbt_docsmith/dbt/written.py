"""What the properties files say of a node, laid over the manifest. Pure.

The manifest says which nodes and columns exist; the files on disk say what is documented. So a second run, or
a check right after ``document``, is right without parsing again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from dbt_docsmith.describable import SECTIONS
from dbt_docsmith.types import Manifest, Node, WrittenColumn, WrittenEntry, WrittenText

DOC = re.compile(
    r"\{\{-?\s*doc\(\s*['\"](?P<first>[^'\"]+)['\"]\s*(?:,\s*['\"](?P<second>[^'\"]+)['\"]\s*)?\)\s*-?\}\}"
)
_ESCAPED = re.compile(r"\{\{-?\s*(?P<quote>['\"])(?P<text>[^'\"]*)(?P=quote)\s*-?\}\}")


class Text(Struct, frozen=True, kw_only=True):
    """A description that counts: ``text`` as dbt shows it, ``raw`` as the file has it."""

    text: str
    raw: str


class ColumnOnDisk(Struct, frozen=True, kw_only=True):
    """A column's entry. ``text`` None: missing. ``held``: a ``{{ doc() }}`` without content stands there.

    ``note`` is the comment above or beside it.
    """

    name: str
    line: int
    text: Text | None
    held: bool = False
    note: str = ""


class NodeOnDisk(Struct, frozen=True, kw_only=True):
    """A node's entry. ``file`` None: it has none. Column keys are lower case.

    ``version_columns`` are those that stand in the version's own list, not in the one shared by all.
    """

    file: str | None = None
    line: int | None = None
    text: Text | None = None
    held: bool = False
    columns: Mapping[str, ColumnOnDisk] = {}
    version_columns: frozenset[str] = frozenset()
    note: str = ""

    def column_text(self, name: str) -> Text | None:
        """The text of a column, matched without case."""
        column = self.columns.get(name.lower())
        return column.text if column else None


class Entries:
    """The entries of all properties files, found by the node they belong to."""

    def __init__(
        self, manifest: Manifest, entries: Sequence[WrittenEntry], is_placeholder: Callable[[str], bool]
    ) -> None:
        self._manifest = manifest
        self._is_placeholder = is_placeholder
        self._by_key: dict[tuple[str, str | None, str, str | None], list[WrittenEntry]] = {}
        for entry in entries:
            key = (entry.section, entry.source_name, entry.name, entry.version)
            self._by_key.setdefault(key, []).append(entry)

    def of(self, node: Node) -> NodeOnDisk:
        """What is written of ``node``; an empty NodeOnDisk where nothing is."""
        shared = self._entry(node, None)
        if shared is None:
            return NodeOnDisk()
        version = self._entry(node, node.version) if node.version is not None else None
        columns = {name: c for name, c in shared.columns.items() if self._has_shared_column(node, c)}
        if version is not None:
            columns |= dict(version.columns)
        said = version.description if version and version.description else shared.description
        text, held = self._text(said)
        return NodeOnDisk(
            file=shared.file,
            line=shared.line,
            text=text,
            held=held,
            columns={column.name.lower(): self._column(column) for column in columns.values()},
            version_columns=frozenset(name.lower() for name in version.columns) if version else frozenset(),
            note=" ".join(filter(None, (shared.note, version.note if version else ""))),
        )

    def _entry(self, node: Node, version: str | None) -> WrittenEntry | None:
        section = SECTIONS.get(node.resource_type)
        if section is None:
            return None
        found = self._by_key.get((section, node.source_name, node.name, version), [])
        for entry in found:
            if entry.file == node.properties_file:
                return entry
        return found[-1] if found else None

    def _has_shared_column(self, node: Node, column: WrittenColumn) -> bool:
        """False where a version leaves the shared column out: its siblings have it in the manifest, it has not."""
        if node.version is None:
            return True
        name = column.name.lower()
        if name in {known.lower() for known in node.columns}:
            return True
        stem = node.unique_id.rsplit(".", 1)[0] + "."
        siblings = (other for uid, other in self._manifest.nodes.items() if uid.startswith(stem))
        return not any(name in {known.lower() for known in other.columns} for other in siblings)

    def _column(self, column: WrittenColumn) -> ColumnOnDisk:
        text, held = self._text(column.description)
        return ColumnOnDisk(name=column.name, line=column.line, text=text, held=held, note=column.note)

    def _text(self, written: WrittenText | None) -> tuple[Text | None, bool]:
        if written is None or not written.raw.strip() or self._is_placeholder(written.raw):
            return None, False
        rendered = render_description(written.raw, self._manifest)
        if not rendered.strip():
            return None, True
        return Text(text=rendered, raw=written.raw), False


def render_description(raw: str, manifest: Manifest) -> str:
    """A description as dbt shows it: ``doc()`` replaced by its block, escaped Jinja by what it stands for.

    Other Jinja stays as it is written; a ``doc()`` that names no block renders to nothing.
    """
    if "{{" not in raw:
        return raw
    return unescape_jinja(DOC.sub(lambda found: find_doc(found, manifest), raw))


def unescape_jinja(raw: str, become: Callable[[str], str] = str) -> str:
    """A text whose Jinja is nothing but quoted marks, as ``{{ '{%' }}``, as dbt shows it."""
    return _ESCAPED.sub(lambda found: become(found["text"]), raw)


def find_doc(found: re.Match[str], manifest: Manifest) -> str:
    """The text of the block that a ``doc('name')`` or ``doc('package', 'name')`` means; "" where there is none."""
    first, second = found["first"], found["second"]
    if second is not None:
        return manifest.docs.get(f"{first}.{second}", "").strip()
    own = manifest.docs.get(f"{manifest.project_name}.{first}")
    if own is not None:
        return own.strip()
    return next((text.strip() for key, text in manifest.docs.items() if key.split(".", 1)[-1] == first), "")


def blocks_of_tables(entries: Iterable[WrittenEntry]) -> frozenset[str]:
    """The doc blocks that describe whole nodes: a column of the same name is something else."""
    raw = (entry.description.raw for entry in entries if entry.description is not None)
    return frozenset((found["second"] or found["first"]).lower() for text in raw for found in DOC.finditer(text))


def referenced_blocks(entries: Iterable[WrittenEntry]) -> frozenset[str]:
    """The doc blocks that describe anything: what has only the name in common with them is something else."""
    found: set[str] = set()
    for entry in entries:
        for text in (entry.description, *(column.description for column in entry.columns.values())):
            found |= {each["second"] or each["first"] for each in DOC.finditer(text.raw if text else "")}
    return frozenset(map(str.lower, found))


def whole_reference(raw: str) -> str | None:
    """The block of this project or any other that a text is nothing but a reference to."""
    found = DOC.fullmatch(raw.strip())
    return (found["second"] or found["first"]) if found else None


def mentions_doc(raw: str) -> bool:
    """Whether a text refers to a doc block: such a text is never replaced."""
    return "doc(" in raw and "{{" in raw
