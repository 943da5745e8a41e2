"""How a line is put on stderr: as text or as JSON, and never with a secret in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Literal

import click

from dbt_docsmith.hiding import scrub
from dbt_docsmith.one_line import one_line

Level = Literal["info", "warning", "error", "debug"]

_PREFIX: Mapping[Level, str] = {"info": "", "warning": "warning: ", "error": "error: ", "debug": "debug: "}


class Lines:
    """Writes to stderr. ``as_json``: one object a line; ``secrets`` are hidden in all of it."""

    def __init__(self, *, as_json: bool = False, secrets: Iterable[str] = ()) -> None:
        self.as_json = as_json
        self._secrets = tuple(secrets)

    def put(self, level: Level, message: str, **fields: object) -> None:
        """One message on one line; its ``fields`` are for programs."""
        self.put_block(level, one_line(message), **fields)

    def put_block(self, level: Level, text: str, **fields: object) -> None:
        """A text that is laid out already; in JSON it is one object all the same."""
        if self.as_json:
            line = json.dumps({"level": level, "message": text, **fields}, ensure_ascii=False)
        else:
            line = _PREFIX[level] + text
        click.echo(scrub(line, self._secrets), err=True)


def wants_json(arguments: Iterable[str]) -> bool:
    """Whether a command line asks for JSON on stderr, whatever else is wrong with it."""
    said = " ".join(arguments).replace("=", " ")
    return "--log-format json" in said
