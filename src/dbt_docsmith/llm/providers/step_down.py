"""What to leave out when a server does not know a parameter. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec.structs import replace

from dbt_docsmith.llm.providers.base import Abilities

_UNSUPPORTED = re.compile(
    r"\bun(?:supported|known|recogni[sz]ed|expected|available)\b|\bextra\b|\binvalid\b|\bmust\b|\bforbidden\b"
    r"|\bdeprecated\b|\bonly the default\b|\bcannot unmarshal\b"
    r"|\bonly (?:enabled|supported|available)\b|\b(?:enabled|supported|available) only\b"
    r"|(?:\bnot|n't|cannot)\s+(?:\w+\s+){0,2}(?:support|permit|allow|available|implement|accept|recogni|enabl)",
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
    "output_config": re.compile(r"output_?(?:config|format)|json[_ ]?schema|structured", re.I),
    "tool_choice": re.compile(r"tool_?choice|\btools?\b|tool use", re.I),
    "cache_control": re.compile(r"cache_?control|prompt caching", re.I),
    "response_json_schema": re.compile(
        r"response_?(?:json_?)?schema|json[_ ]?schema|structured|controlled generation", re.I
    ),
    "response_mime_type": re.compile(r"response_?mime_?type|json mode|mime type", re.I),
    "outputConfig": re.compile(r"output_?config|text_?format|json[_ ]?schema|structured", re.I),
    "toolConfig": re.compile(r"tool_?config|tool_?choice|\btools?\b", re.I),
    "cachePoint": re.compile(r"cache_?point|prompt caching", re.I),
    "system": re.compile(r"(?<!/)\bsystem(?:_?instruction)?\b|developer instruction", re.I),
    "format": re.compile(r"\bformat\b|json[_ ]?schema|structured|grammar", re.I),
    "think": re.compile(r"\bthink(?:ing)?\b", re.I),
}


def unsupported_parameter(sent: Collection[str], said: str, blamed: str) -> str | None:
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
    if parameter == "max_completion_tokens":
        return replace(abilities, token_limit="max_tokens")
    if parameter == "temperature":
        return replace(abilities, temperature=False)
    if parameter in ("cachePoint", "cache_control"):
        return replace(abilities, prompt_caching="none")
    if parameter == "system":
        return replace(abilities, system=False)
    if parameter == "think":
        return replace(abilities, thinking_off=False)
    schema, *fallbacks = abilities.fallbacks or ("none",)
    return replace(abilities, schema=schema, fallbacks=tuple(fallbacks))


def say_step(before: Abilities, after: Abilities) -> str:
    """What is done instead, for a person."""
    if before.schema != after.schema:
        instead = {"tool": "a tool call is", "json_object": "JSON mode is"}.get(after.schema, "plain text is")
        return f"answers by {before.schema} are not supported, {instead} asked for instead"
    if before.token_limit != after.token_limit:
        return f"{before.token_limit} is not supported, {after.token_limit} is sent instead"
    if before.prompt_caching != after.prompt_caching:
        return "prompts cannot be cached, and are no longer marked for it"
    if before.system != after.system:
        return "system messages are not supported, the user message begins with it instead"
    if before.thinking_off != after.thinking_off:
        return "thinking cannot be turned off, and that is no longer asked for"
    return "temperature is not supported and no longer sent"
