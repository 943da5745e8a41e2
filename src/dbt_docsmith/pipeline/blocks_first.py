"""Doc blocks are written before the texts that refer to them: a run may be killed between the two."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from dbt_docsmith.errors import WriteError
from dbt_docsmith.pipeline.doc_homes import DocHomes
from dbt_docsmith.prompting.checks import escape_jinja
from dbt_docsmith.properties.doc_blocks import DocBlock
from dbt_docsmith.properties.files import FileOutcome
from dbt_docsmith.types import NodeTexts

Put = Callable[[Sequence[DocBlock]], FileOutcome]


class BlocksFirst:
    """Has the blocks written that texts refer to, each once, and holds back the texts whose block could not be.

    ``put`` writes blocks to the Markdown file, or previews it. ``all_at_once``: a preview always begins at what is
    on disk, so every block is put again with those that follow.
    """

    def __init__(self, homes: DocHomes, put: Put, *, all_at_once: bool = False) -> None:
        self._homes = homes
        self._put = put
        self._all_at_once = all_at_once
        self._there: dict[str, DocBlock] = {}

    def __call__(self, texts: Sequence[NodeTexts]) -> tuple[Sequence[NodeTexts], Sequence[FileOutcome]]:
        """The texts that may be written now, and what became of the Markdown file."""
        wanted = {block.name: block for each in texts for block in self._blocks(each)}
        new = [block for name, block in wanted.items() if name not in self._there]
        if not new:
            return texts, ()
        try:
            outcome = self._put([*self._there.values(), *new] if self._all_at_once else new)
        except WriteError as error:
            return self._without(texts, {block.name for block in new}, error)
        self._there |= {block.name: block for block in new}
        return texts, (outcome,)

    def _blocks(self, texts: NodeTexts) -> list[DocBlock]:
        found = (self._homes.new_block(column.description) for column in texts.columns)
        return [replace(block, text=escape_jinja(block.text)) for block in found if block is not None]

    def _without(
        self, texts: Sequence[NodeTexts], names: set[str], error: WriteError
    ) -> tuple[Sequence[NodeTexts], Sequence[FileOutcome]]:
        """The texts without those that refer to one of these blocks; each of their nodes fails."""
        kept, failures = [], []
        for each in texts:
            columns = tuple(
                column
                for column in each.columns
                if (block := self._homes.new_block(column.description)) is None or block.name not in names
            )
            if len(columns) < len(each.columns):
                failures.append((each.unique_id, error))
            if columns or each.description is not None:
                kept.append(replace(each, columns=columns))
        return kept, (FileOutcome(file=self._homes.file, failures=tuple(failures)),)
