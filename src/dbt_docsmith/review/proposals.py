"""What waits for a person: texts, what they rest on, where they would go, and what was decided.

The same data stands in the YAML that a person edits and in the JSON that a page hands back. Everything is frozen.
"""

from __future__ import annotations

import hashlib
from typing import Literal

from msgspec import Struct, field, json, structs

from dbt_docsmith.types import Origin

VERSION = 1
NO_RISK = "none seen"

Decision = Literal["accepted", "refused"]


class Place(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a text would go: a node, or a column of it; ``file`` is the properties file as things stood.

    ``origin`` and ``source`` are told where they are not the item's. ``basis`` is a short hash of what the text
    rests on; ``replaces`` is the text that stood there, as the file has it, where one is to be replaced.
    """

    node: str
    column: str | None = None
    file: str | None = None
    origin: Origin | None = None
    source: str | None = field(default=None, name="from")
    basis: str | None = None
    replaces: str | None = None


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One text and all its places. Without a text, or without a place, there is nothing to write.

    ``risk`` says why to look at it, ``evidence`` what it rests on. ``jinja`` is told where Jinja in the text is
    not what it is in a text that a person types: ``kept`` as it stands, or ``escaped`` although it looks like a
    reference to a doc block.
    """

    risk: str = NO_RISK
    text: str | None = None
    decision: Decision | None = None
    origin: Origin = "llm"
    source: str | None = field(default=None, name="from")
    jinja: Literal["kept", "escaped"] | None = None
    evidence: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def is_wanted(self) -> bool:
        """Whether there is anything to write."""
        return self.decision != "refused" and bool(self.places) and bool((self.text or "").strip())


class Proposals(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of proposals for one project. ``seal`` tells whether it still is as it was made."""

    version: int
    project: str
    seal: str = ""
    proposals: tuple[Item, ...] = ()


def seal_of(project: str, items: tuple[Item, ...]) -> str:
    """A short hash of proposals as they were made."""
    said = [project, *map(structs.astuple, items)]  # not as objects: whether a default is left out is no edit
    return hashlib.sha256(json.encode(said)).hexdigest()[:16]


def sealed(project: str, items: tuple[Item, ...]) -> Proposals:
    """Proposals as they are made."""
    return Proposals(version=VERSION, project=project, seal=seal_of(project, items), proposals=items)
