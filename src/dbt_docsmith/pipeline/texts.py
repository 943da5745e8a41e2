"""The texts there are by now: written on disk when the run started, or made in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text
from dbt_docsmith.pipeline.writer import written_form
from dbt_docsmith.types import ColumnRef, Manifest, Node, Proposal


class TextBoard:
    """Finds the text of any node or column; texts made in the run go before those on disk.

    ``siblings`` gives the other versions of a model: a text made for the entry they share counts for those that
    have none of their own.
    """

    def __init__(
        self,
        on_disk: Callable[[str], NodeOnDisk],
        siblings: Callable[[str], Sequence[Node]] = lambda _unique_id: (),
    ) -> None:
        self._on_disk = on_disk
        self._siblings = siblings
        self._made: dict[tuple[str, str | None], Text] = {}
        self._shared: dict[tuple[str, str | None], Text] = {}

    def of_node(self, unique_id: str) -> str:
        """A node's description as dbt shows it, "" where it has none."""
        key = (unique_id, None)
        text = self._made.get(key) or self._on_disk(unique_id).text or self._shared.get(key)
        return text.text if text else ""

    def of_column(self, reference: ColumnRef) -> str:
        """A column's description as dbt shows it, "" where it has none."""
        text = self.column(reference)
        return text.text if text else ""

    def column(self, reference: ColumnRef) -> Text | None:
        """A column's text with its raw form, None where it has none."""
        key = (reference.unique_id, reference.column.lower())
        written = self._on_disk(reference.unique_id).column_text(reference.column)
        return self._made.get(key) or written or self._shared.get(key)

    def node_on_disk(self, unique_id: str) -> NodeOnDisk:
        """What stood on disk of a node when the run started."""
        return self._on_disk(unique_id)

    def keep(self, proposal: Proposal, rendered: str) -> None:
        """Remember a text made in this run; ``rendered`` is what dbt will show."""
        item = proposal.column.lower() if proposal.column else None
        raw = written_form(proposal) if proposal.raw or proposal.doc_block else ""
        text = Text(text=rendered, raw=raw)
        self._made[proposal.unique_id, item] = text
        self._shared |= {(unique_id, item): text for unique_id in self.sharers(proposal)}

    def sharers(self, proposal: Proposal) -> tuple[str, ...]:
        """The other versions of a model for which a text counts as well, as it stands in the entry they share."""
        own = self._on_disk(proposal.unique_id).version_columns
        if proposal.column is not None and proposal.column.lower() in own:
            return ()
        return tuple(node.unique_id for node in self._siblings(proposal.unique_id))


def text_from_manifest(manifest: Manifest, unique_id: str) -> NodeOnDisk:
    """What the manifest says of a node of an installed package, whose files are not ours to read or write."""
    node = manifest.nodes[unique_id]
    columns: Mapping[str, ColumnOnDisk] = {
        name.lower(): ColumnOnDisk(name=column.name, line=0, text=_rendered(column.description))
        for name, column in node.columns.items()
    }
    return NodeOnDisk(text=_rendered(node.description), columns=columns)


def _rendered(description: str) -> Text | None:
    return Text(text=description, raw="") if description.strip() else None
