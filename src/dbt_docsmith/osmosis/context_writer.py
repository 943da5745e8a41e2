"""Proposals -> the host's context, from which the host writes its YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec.structs import replace

from dbt_docsmith.osmosis.host import HostColumn, HostNode
from dbt_docsmith.osmosis.laid_over import is_missing
from dbt_docsmith.properties.files import FileOutcome
from dbt_docsmith.types import DocTarget, Failure, Node, Proposal

_OPENING = re.compile(r"\{(?=[{%#])")


def for_host(proposal: Proposal) -> Proposal:
    """The text as the host can keep it: with a blank in what would open Jinja, unless it is a reference.

    The host writes back what dbt has rendered, so an escape would come loose at its next run, and dbt could not
    parse the project any more.
    """
    if proposal.raw or proposal.description is None:
        return proposal
    return replace(proposal, description=_OPENING.sub("{ ", proposal.description), raw=True)


class ContextWriter:
    """Puts each text where the host will look for it. The versions of a model share what they all miss.

    ``siblings`` gives the other versions of a node.
    """

    outcomes: Mapping[str, Sequence[FileOutcome]] = {}

    def __init__(
        self,
        hosts: Mapping[str, HostNode],
        placeholders: Collection[str],
        siblings: Callable[[str], Sequence[Node]],
    ) -> None:
        self._hosts = hosts
        self._placeholders = placeholders
        self._siblings = siblings

    def add(self, _target: DocTarget, proposals: Sequence[Proposal]) -> None:
        """Take the texts of one node; those without one are a dry run's."""
        for proposal in proposals:
            if proposal.description is not None:
                self._put(for_host(proposal))

    def done(self, _target: DocTarget) -> None:
        """Nothing more to do: the host writes when all is over."""

    async def keep_writing(self) -> None:
        """Nothing: the host writes."""

    def flush_all(self) -> None:
        """Nothing: the host writes."""

    def failures(self) -> Sequence[Failure]:
        """None: what the host did not write is known when it is done."""
        return ()

    def _put(self, proposal: Proposal) -> None:
        nodes = [proposal.unique_id, *(node.unique_id for node in self._siblings(proposal.unique_id))]
        for host in (self._hosts[unique_id] for unique_id in nodes if unique_id in self._hosts):
            place = host if proposal.column is None else _column(host, proposal.column)
            if place is not None and is_missing(place.description, self._placeholders):
                place.description = proposal.description or ""


def _column(host: HostNode, name: str) -> HostColumn | None:
    return next((column for known, column in host.columns.items() if known.lower() == name.lower()), None)
