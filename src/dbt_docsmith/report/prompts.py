"""Prompts and their templates -> text or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from dbt_docsmith.types import Prompt


def prompts_text(unique_id: str, host: str | None, prompts: Sequence[Prompt], free: Sequence[str]) -> str:
    """Each message as it would leave, under a line that says where to."""
    to = host or "no host: no provider is configured"
    lines = [f"# {unique_id}: {len(prompts)} request{'' if len(prompts) == 1 else 's'} to {to}"]
    lines += [f"# costs nothing: {each}" for each in free]
    for prompt in prompts:
        lines += ["", "## system", "", prompt.system, "", "## user", "", prompt.user]
    return "\n".join(lines)


def prompts_json(unique_id: str, host: str | None, prompts: Sequence[Prompt], free: Sequence[str]) -> str:
    """The same as one JSON object."""
    rendered = [{"template": p.template, "system": p.system, "user": p.user, "schema": p.schema} for p in prompts]
    found = {"version": 1, "command": "prompts render", "unique_id": unique_id, "host": host}
    return msgspec.json.format(
        msgspec.json.encode({**found, "prompts": rendered, "free": free}), indent=2
    ).decode()


def templates_text(templates: Sequence[tuple[str, str, str]], variables: Mapping[str, str]) -> str:
    """The templates as key, purpose and where they are from; then the variables."""
    lines = ["Templates:"]
    lines += [f"  {key:14} {where}  ({purpose})" for key, purpose, where in templates]
    lines += ["", "Variables:"]
    lines += [f"  {name:18} {meaning}" for name, meaning in variables.items()]
    return "\n".join(lines)
