"""Texts that cost nothing: inherited by lineage, of the glossary, of a doc block of the column's name, of dbt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from msgspec import Struct

from dbt_docsmith.config_sections import glossary_pattern
from dbt_docsmith.dbt.inheritance import KeyFacts, speaks_of_its_own_rows
from dbt_docsmith.dbt.inheriting.rules import MADE_HERE, Inheritance
from dbt_docsmith.dbt.inheriting.voices import Voice
from dbt_docsmith.dbt.lineage.snapshot_columns import ADDED_BY_DBT
from dbt_docsmith.dbt.written import mentions_doc
from dbt_docsmith.language import other_language
from dbt_docsmith.pipeline.doc_homes import DocHomes, no_homes
from dbt_docsmith.pipeline.texts import TextBoard
from dbt_docsmith.properties.doc_blocks import doc_reference
from dbt_docsmith.types import ColumnLineage, ColumnRef, KnownColumn, Manifest, Node, NodeLineage, Proposal


class FreeText(Struct, frozen=True):
    """A free proposal and what dbt will show for it. ``by_name``: of columns that only share the name."""

    proposal: Proposal
    rendered: str
    by_name: bool = False


class FreeTexts:
    """Looks for a free text for one column at a time. ``table_blocks``: doc blocks that describe whole nodes.

    ``homes`` knows the blocks that were made for a column, by earlier runs or by this one. Where a ``language`` is
    asked for, a text that is clearly in another is not taken over. ``replaced`` are the nodes whose texts the run
    writes anew.
    """

    def __init__(
        self,
        manifest: Manifest,
        lineage_of: Callable[[str], NodeLineage],
        keys: KeyFacts,
        board: TextBoard,
        glossary: Mapping[str, str],
        *,
        table_blocks: frozenset[str] = frozenset(),
        inherit: bool = True,
        homes: DocHomes | None = None,
        in_english: bool = True,
        language: str | None = None,
        replaced: Collection[str] = (),
    ) -> None:
        self._manifest = manifest
        self._lineage_of = lineage_of
        self._board = board
        self._inheritance = Inheritance(
            manifest, lineage_of, keys, board.column, board.node_on_disk, replaced=replaced
        )
        self._glossary = glossary
        self._table_blocks = table_blocks
        self._inherit = inherit
        self._homes = homes or no_homes()
        self._in_english = in_english
        self._language = language
        self._declined: dict[str, dict[str, str]] = {}

    def find(
        self, node: Node, column: KnownColumn, file: str | None, *, made_before: bool = True
    ) -> FreeText | None:
        """The free text of a column; None where there is none.

        In the order: inherited by lineage, glossary, the project's word for that name, doc block, dbt's own.
        Not ``made_before``: as if no earlier run had made a block for this very column. Of a macro's argument
        neither the glossary nor a doc block speaks: it is nothing of the business.
        """
        if column.part == "argument":
            return self._inherited(node, column, file)
        return (
            self._inherited(node, column, file)
            or self._from_sharer(node, column, file)
            or (self._from_made_block(node, column, file) if made_before else None)
            or self._from_glossary(node, column, file)
            or self._by_name(node, column, file)
            or self._from_doc_block(node, column, file)
            or self._from_dbt(node, column, file)
        )

    def origins(self, node: Node, column: KnownColumn) -> list[ColumnRef]:
        """The columns whose text this one could take, nearest first."""
        if not self._inherit:
            return []
        return self._inheritance.origins(ColumnRef(node.unique_id, column.name))

    def declined(self, unique_id: str) -> tuple[str, ...]:
        """The texts that were there for columns of a node and are in another language, each as a sentence."""
        return tuple(self._declined.get(unique_id, {}).values())

    def _inherited(self, node: Node, column: KnownColumn, file: str | None) -> FreeText | None:
        voice = self._inheritance.by_lineage(ColumnRef(node.unique_id, column.name)) if self._inherit else None
        return self._taken_over(voice, node, column, file) if voice else None

    def _by_name(self, node: Node, column: KnownColumn, file: str | None) -> FreeText | None:
        asked = self._inherit and column.part == "column"
        voice = self._inheritance.by_name(ColumnRef(node.unique_id, column.name)) if asked else None
        return self._taken_over(voice, node, column, file, by_name=True) if voice else None

    def _taken_over(
        self, voice: Voice, node: Node, column: KnownColumn, file: str | None, *, by_name: bool = False
    ) -> FreeText | None:
        source = f"{voice.column.unique_id}.{voice.column.column}"
        if self._is_declined(node, column, voice.text.text, source):
            return None
        as_reference = mentions_doc(voice.text.raw)
        proposal = Proposal(
            unique_id=node.unique_id,
            column=column.name,
            description=voice.text.raw if as_reference else voice.text.text,
            origin="inherited",
            source=source,
            file=file,
            raw=as_reference,
        )
        return FreeText(proposal, voice.text.text, by_name)

    def _is_declined(self, node: Node, column: KnownColumn, text: str, source: str) -> bool:
        other = other_language(text, self._language) if self._language else None
        if other is None:
            return False
        said = (
            f"{node.unique_id}.{column.name}: the text of {source} is in {other}, not in {self._language}, "
            "and is not taken over"
        )
        self._declined.setdefault(node.unique_id, {})[column.name.lower()] = said
        return True

    def shared(self, node: Node, column: KnownColumn) -> list[ColumnRef]:
        """The column whose text this one shares with others, where a doc block is to hold it."""
        if not self._homes.is_block_planned(node.unique_id, column.name):
            return []
        return [self._homes.subject_of(node.unique_id, column.name)]

    def _from_sharer(self, node: Node, column: KnownColumn, file: str | None) -> FreeText | None:
        """What this run has made for a column of the same origin that is not above this one."""
        found = self._homes.new_text(node.unique_id, column.name)
        if found is None:
            return None
        subject, text = found
        if self._lineage_of_column(node, column).joined and speaks_of_its_own_rows(text):
            return None
        proposal = Proposal(
            unique_id=node.unique_id,
            column=column.name,
            description=text,
            origin="inherited",
            source=f"{subject.unique_id}.{subject.column}",
            file=file,
        )
        return FreeText(proposal, text)

    def _from_made_block(self, node: Node, column: KnownColumn, file: str | None) -> FreeText | None:
        found = self._homes.made_text(node.unique_id, column.name)
        if found is None or not found[1]:
            return None
        name, text = found
        if self._lineage_of_column(node, column).joined and speaks_of_its_own_rows(text):
            return None
        return _block_reference(node, column, file, name, text)

    def _lineage_of_column(self, node: Node, column: KnownColumn) -> ColumnLineage:
        found = self._lineage_of(node.unique_id).columns.get(column.name.lower())
        return found or ColumnLineage(name=column.name, kind="unknown")

    def _from_glossary(self, node: Node, column: KnownColumn, file: str | None) -> FreeText | None:
        found = find_in_glossary(self._glossary, column.name)
        if found is None:
            return None
        term, text = found
        proposal = Proposal(
            unique_id=node.unique_id,
            column=column.name,
            description=text,
            origin="glossary",
            source=term,
            file=file,
        )
        return FreeText(proposal, text)

    def _from_doc_block(self, node: Node, column: KnownColumn, file: str | None) -> FreeText | None:
        block = column.name.lower()
        if block in self._table_blocks or self._lineage_of_column(node, column).kind in MADE_HERE:
            return None
        if self._homes.is_made_block(block):
            return None
        text = self._manifest.docs.get(f"{self._manifest.project_name}.{block}", "").strip()
        if not text or self._inheritance.is_said_otherwise(ColumnRef(node.unique_id, column.name), text):
            return None
        if self._is_declined(node, column, text, f"the doc block '{block}'"):
            return None
        return _block_reference(node, column, file, block, text)

    def _from_dbt(self, node: Node, column: KnownColumn, file: str | None) -> FreeText | None:
        """What dbt's own columns of a snapshot hold needs no model to say, in English."""
        comment = self._lineage_of_column(node, column).comment
        if not self._in_english or node.resource_type != "snapshot" or not comment.startswith(ADDED_BY_DBT):
            return None
        text = f"{comment[:1].upper()}{comment[1:]}."
        proposal = Proposal(
            unique_id=node.unique_id,
            column=column.name,
            description=text,
            origin="glossary",
            source="dbt",
            file=file,
        )
        return FreeText(proposal, text)


def _block_reference(node: Node, column: KnownColumn, file: str | None, block: str, text: str) -> FreeText:
    proposal = Proposal(
        unique_id=node.unique_id,
        column=column.name,
        description=doc_reference(block),
        origin="doc_block",
        source=block,
        file=file,
        raw=True,
    )
    return FreeText(proposal, text)


def find_in_glossary(glossary: Mapping[str, str], name: str) -> tuple[str, str] | None:
    """The glossary's term and text for a column: its name without case, else the first ``/pattern/`` it fits."""
    lowered = name.lower()
    for term, text in glossary.items():
        if term.lower() == lowered:
            return term, text
    for term, text in glossary.items():
        pattern = glossary_pattern(term)
        if pattern and pattern.fullmatch(name):
            return term, text
    return None
