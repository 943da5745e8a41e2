"""What one fault is: what the server does, and what is then retried, read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.envelopes.base import Envelope
from tests.wire_server import Reply

Good = Mapping[str, Any]
"""The answer that a question should get."""

Texts = Literal["all", "none"] | tuple[str, ...]
"""Which texts of a node: by column, its own under its name."""


@dataclass(frozen=True)
class Fault:
    """One row. The fault lasts for every question about one node, and befalls the first one about another.

    ``reply`` makes it, or gives None where the format cannot. ``happens`` and ``reads`` are for people; the second
    is the line of the failure behind ``PROVIDER at HOST: ``, or the whole of it where an answer is judged; ``…``
    stands for the server's own words, ``{key}`` and ``{url}`` for the provider's variables.
    """

    name: str
    reply: Callable[[Envelope, Good], Reply | None]
    happens: str
    reads: str = ""
    error: str = ""
    requests_where_it_lasts: int = 1
    requests_where_it_passes: int = 1
    lost_where_it_lasts: Texts = "none"
    lost_where_it_passes: Texts = "none"
    written: str = "after.yml"
    options: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 where every text is made in the end."""
        return 0 if self.lost_where_it_lasts == "none" else 1
