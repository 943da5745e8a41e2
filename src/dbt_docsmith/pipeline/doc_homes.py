"""Which texts of columns stand in doc blocks, and in which: decided before anything is asked.

Columns that mean the same thing, because they come from one column, share a *subject*: that column. A subject has
one block, and its text is asked for once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from dbt_docsmith.describable import THINGS
from dbt_docsmith.properties.doc_blocks import DocBlock, block_name, column_mark, doc_reference, referred_block
from dbt_docsmith.types import ColumnRef, DocTarget, Proposal

GLOSSARY = "glossary"
"""The place of ``unique_id`` in a subject whose text is the glossary's."""

SubjectOf = Callable[[str, str], ColumnRef]


class DocHomes:
    """Finds the block of a column's text, and gives it one.

    ``subject_of`` takes a node's unique id and a column; ``names`` are the blocks that are to be made; ``made``
    those that earlier runs made, as dbt shows them; ``taken`` are all names (lower case) that are not free;
    ``missing`` the columns of the run. With ``every_text``, a text that is not its subject's gets its own block.
    """

    def __init__(
        self,
        file: str,
        subject_of: SubjectOf,
        names: Mapping[ColumnRef, str],
        made: Mapping[ColumnRef, DocBlock],
        taken: frozenset[str] = frozenset(),
        missing: frozenset[ColumnRef] = frozenset(),
        *,
        every_text: bool = False,
    ) -> None:
        self.file = file
        self.subject_of = subject_of
        self._names = names
        self._made = dict(made)
        self._taken = {*taken, *names.values()}
        self._missing = missing
        self._made_names = {block.name for block in made.values()}
        self._every_text = every_text
        self._new: dict[str, tuple[ColumnRef, str]] = {}
        self._housed: dict[str, str] = {}

    def house(self, proposal: Proposal, text: str | None, node_name: str = "") -> Proposal:
        """The proposal with the block its text goes to, where it goes to one. ``text`` None: a dry run's."""
        if proposal.column is None:
            return proposal
        housed = self._find_house(proposal, text, node_name)
        if housed.doc_block is not None:
            self._housed[_place(proposal.unique_id, proposal.column)] = housed.doc_block
        return housed

    def _find_house(self, proposal: Proposal, text: str | None, node_name: str) -> Proposal:
        if proposal.raw:
            return self._refer(proposal)
        if proposal.unique_id.partition(".")[0] in THINGS:
            return replace(proposal, doc_block=self._block_of_origin(proposal, text))
        told = self._block_of_origin(proposal, text) if text is not None else None
        if told is not None:
            return replace(proposal, doc_block=told)
        column = proposal.column or ""
        subject = self.subject_of(proposal.unique_id, column)
        made = self._made_for(proposal.unique_id, column)
        if made is not None and (text is None or text == made.text):
            return replace(proposal, description=doc_reference(made.name), raw=True)
        name = self._names.get(subject)
        if name is not None and text is not None and self._bound(name, subject, proposal, text) != text:
            name = None
        if name is None and self._every_text and text is not None:
            name = self._own_block(proposal, text, node_name)
        return replace(proposal, doc_block=name)

    def is_block_planned(self, unique_id: str, column: str) -> bool:
        """Whether the text of a column's subject is to go to a block that is still to be made."""
        return self.subject_of(unique_id, column) in self._names

    def made_text(self, unique_id: str, column: str) -> tuple[str, str] | None:
        """The name and the text of the block that an earlier run made for a column's subject."""
        subject = self.subject_of(unique_id, column)
        made = self._made_for(unique_id, column)
        return (made.name, made.text) if made is not None and subject.unique_id != GLOSSARY else None

    def new_text(self, unique_id: str, column: str) -> tuple[ColumnRef, str] | None:
        """The subject of a column, and the text that this run has made for it by now."""
        subject = self.subject_of(unique_id, column)
        return self._new.get(self._names.get(subject, "")) if subject.unique_id != GLOSSARY else None

    def is_made_block(self, name: str) -> bool:
        """Whether a block was made for some column by this program, so that its name says nothing of others."""
        return name in self._made_names

    def new_block(self, description: str) -> DocBlock | None:
        """The block of this run that a description refers to, as it is to be written but for its Jinja."""
        name = referred_block(description)
        if name is None or name not in self._new:
            return None
        subject, text = self._new[name]
        return DocBlock(name=name, text=text, made_for=column_mark(subject))

    def _made_for(self, unique_id: str, column: str) -> DocBlock | None:
        """The block an earlier run made for a column's subject, or, where that brought no text, for the column.

        Then it is for all that share the subject and come after it, as it was in that run.
        """
        subject = self.subject_of(unique_id, column)
        own = self._made.get(ColumnRef(unique_id, column.lower()))
        return self._made.get(subject) if own is None else self._made.setdefault(subject, own)

    def _refer(self, proposal: Proposal) -> Proposal:
        """A reference to a block of this run is told as the text it stands for."""
        block = self.new_block(proposal.description or "")
        return (
            proposal
            if block is None
            else replace(proposal, description=block.text, raw=False, doc_block=block.name)
        )

    def _block_of_origin(self, proposal: Proposal, text: str | None) -> str | None:
        """The block of the text that is inherited, where this run makes one; a dimension has none of its own."""
        name = self._housed.get((proposal.source or "").lower()) if proposal.origin == "inherited" else None
        if name is None or text is None:
            return name
        return name if self._new.get(name, (None, ""))[1] == text else None

    def _bound(self, name: str, subject: ColumnRef, proposal: Proposal, text: str) -> str:
        """The text of a block, which is the first that comes.

        A subject that is in the run and brings none has no part in it: the block is that of the column that does.
        """
        own = ColumnRef(proposal.unique_id, (proposal.column or "").lower())
        owner = own if subject in self._missing else subject
        return self._new.setdefault(name, (owner, text))[1]

    def _own_block(self, proposal: Proposal, text: str, node_name: str) -> str:
        own = ColumnRef(proposal.unique_id, (proposal.column or "").lower())
        name = block_name(own.column, node_name or own.unique_id, self._taken)
        self._taken.add(name)
        self._new[name] = (own, text)
        return name


def _place(unique_id: str, column: str) -> str:
    """As the source of a proposal has it, in lower case."""
    return f"{unique_id}.{column}".lower()


def no_homes() -> DocHomes:
    """Every text stands in its properties file."""
    return DocHomes("", ColumnRef, {}, {})


def sharing_nodes(homes: DocHomes, targets: Iterable[DocTarget]) -> list[list[str]]:
    """The nodes that miss columns of one subject, for each subject whose text a block is to hold."""
    groups: dict[ColumnRef, dict[str, None]] = {}
    for target in targets:
        for column in target.columns:
            if homes.is_block_planned(target.node.unique_id, column.name):
                subject = homes.subject_of(target.node.unique_id, column.name)
                groups.setdefault(subject, {})[target.node.unique_id] = None
    return [list(nodes) for nodes in groups.values() if len(nodes) > 1]
