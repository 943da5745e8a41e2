"""The texts of whole things that cost nothing: of a metric's only measure, of the glossary, of a doc block."""

from __future__ import annotations

from collections.abc import Mapping

from dbt_docsmith.dbt.things.metrics import only_measure
from dbt_docsmith.dbt.written import mentions_doc
from dbt_docsmith.describable import THINGS
from dbt_docsmith.pipeline.free import FreeText, find_in_glossary
from dbt_docsmith.pipeline.texts import TextBoard
from dbt_docsmith.types import ColumnRef, Manifest, Node, Origin, Proposal


class ThingTexts:
    """Looks for a free text for one thing at a time. ``used_blocks`` are the doc blocks that describe others."""

    def __init__(
        self,
        manifest: Manifest,
        board: TextBoard,
        glossary: Mapping[str, str],
        *,
        used_blocks: frozenset[str] = frozenset(),
        inherit: bool = True,
    ) -> None:
        self._manifest = manifest
        self._board = board
        self._glossary = glossary
        self._used_blocks = used_blocks
        self._inherit = inherit

    def find(self, node: Node, file: str | None) -> FreeText | None:
        """The free text of a thing itself, in the order: inherited, glossary, doc block; None without one."""
        if node.resource_type not in THINGS:
            return None
        return self._inherited(node, file) or self._from_glossary(node, file) or self._from_doc_block(node, file)

    def origin(self, node: Node) -> ColumnRef | None:
        """The measure that a metric is and nothing else, whose text it takes."""
        is_metric = self._inherit and node.resource_type == "metric"
        return only_measure(node, self._manifest.nodes) if is_metric else None

    def _inherited(self, node: Node, file: str | None) -> FreeText | None:
        origin = self.origin(node)
        text = self._board.column(origin) if origin else None
        if origin is None or text is None:
            return None
        raw = mentions_doc(text.raw)
        source = f"{origin.unique_id}.{origin.column}"
        return _free(node, file, "inherited", source, text.raw if raw else text.text, text.text, raw=raw)

    def _from_glossary(self, node: Node, file: str | None) -> FreeText | None:
        found = find_in_glossary(self._glossary, node.name) if node.resource_type == "metric" else None
        return _free(node, file, "glossary", found[0], found[1], found[1]) if found else None

    def _from_doc_block(self, node: Node, file: str | None) -> FreeText | None:
        block = node.name.lower()
        text = self._manifest.docs.get(f"{self._manifest.project_name}.{block}", "").strip()
        if not text or block in self._used_blocks:
            return None
        return _free(node, file, "doc_block", block, f"{{{{ doc('{block}') }}}}", text, raw=True)


def _free(
    node: Node, file: str | None, origin: Origin, source: str, description: str, shown: str, *, raw: bool = False
) -> FreeText:
    proposal = Proposal(
        unique_id=node.unique_id,
        column=None,
        description=description,
        origin=origin,
        source=source,
        file=file,
        raw=raw,
    )
    return FreeText(proposal, shown)
