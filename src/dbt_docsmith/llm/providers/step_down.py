"""What to leave out when a server does not know a parameter. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from dbt_docsmith.llm.providers.base import Abilities, SchemaAbility

_UNSUPPORTED = re.compile(
    r"\bun(?:supported|known|recogni[sz]ed|expected|available)\b|\bextra\b|\binvalid\b|\bmust\b|\bforbidden\b"
    r"|\bdeprecated\b|(?:\bnot|n't|cannot)\s+(?:\w+\s+){0,2}(?:support|permit|allow|available|implement|accept|recogni)"
    r"|\bonly the default\b",
    re.IGNORECASE,
)
_TOO_MUCH = re.compile(
    r"context[ _](?:length|window|size)|too (?:large|long|many|big)|maximum|exceed|at most|less than|greater than"
    r"|between",
    re.IGNORECASE,
)
_NAMES = {
    "response_format": re.compile(
        r"response[_ ]?format|json[_ ]?schema|json[_ ]?object|json mode|structured", re.I
    ),
    "max_completion_tokens": re.compile(r"max_completion_tokens", re.I),
    "temperature": re.compile(r"temperature", re.I),
}
_NEXT_SCHEMA: Mapping[SchemaAbility, SchemaAbility] = {"json_schema": "json_object", "json_object": "none"}


def unsupported_parameter(sent: Mapping[str, Any], said: str, blamed: str) -> str | None:
    """The parameter of ``sent`` that a 400 says is unknown there; None where the trouble is another.

    ``blamed`` is the parameter the server names itself, "" where it does not. A value that is too large is not
    such a case.
    """
    if not _UNSUPPORTED.search(said) or _TOO_MUCH.search(said):
        return None
    blamed = blamed.split(".")[0]
    if blamed in _NAMES and blamed in sent:
        return blamed
    named = {
        name: found.start() for name, pattern in _NAMES.items() if name in sent and (found := pattern.search(said))
    }
    return min(named, key=named.__getitem__, default=None)


def without(abilities: Abilities, parameter: str) -> Abilities:
    """The abilities one step down in what the server refused."""
    if parameter == "response_format":
        return replace(abilities, schema=_NEXT_SCHEMA.get(abilities.schema, "none"))
    if parameter == "max_completion_tokens":
        return replace(abilities, token_limit="max_tokens")
    return replace(abilities, temperature=False)


def say_step(before: Abilities, after: Abilities) -> str:
    """What is done instead, for a person."""
    if before.schema != after.schema:
        instead = {"json_object": "JSON mode is", "none": "plain text is"}.get(after.schema, "")
        return f"answers by {before.schema} are not supported, {instead} asked for instead"
    if before.token_limit != after.token_limit:
        return f"{before.token_limit} is not supported, {after.token_limit} is sent instead"
    return "temperature is not supported and no longer sent"
