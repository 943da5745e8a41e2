"""The texts that a machine made -> text or JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from dbt_docsmith.report.json import VERSION, encode_json
from dbt_docsmith.report.text import place
from dbt_docsmith.report.totals import named, plural
from dbt_docsmith.reports import MadeTextReport


def provenance_text(found: Sequence[MadeTextReport], command: str) -> str:
    """Each text with its place, by whom and when; then the sums."""
    return "\n".join([*map(_line, found), _sums(found, command)])


def provenance_json(found: Sequence[MadeTextReport], command: str) -> str:
    """The same as one JSON object."""
    counts = {"texts": len(found), **Counter(made.state.replace(" ", "_") for made in found)}
    by = dict(Counter(map(_writer, found)).most_common())
    texts = msgspec.to_builtins(found)
    return encode_json({"version": VERSION, "command": command, "counts": counts, "by": by, "texts": texts})


def _line(made: MadeTextReport) -> str:
    where = place(made.file, made.line) if made.file else "(gone)"
    state = f", {made.state}" if made.state != "as made" else ""
    return f"{where}: {named(made.unique_id, made.column)}: {_writer(made)}, {made.date}{state}"


def _writer(made: MadeTextReport) -> str:
    """``openai gpt-x``; ``inherited`` where nobody was asked."""
    return " ".join(dict.fromkeys(part for part in (made.provider, made.model) if part)) or made.origin


def _sums(found: Sequence[MadeTextReport], command: str) -> str:
    verb = "forgotten" if command == "provenance strip" else "made here"
    writers = ", ".join(f"{number:,} {name}" for name, number in Counter(map(_writer, found)).most_common())
    states = Counter(made.state for made in found)
    since = [f"{states[state]:,} {told}" for state, told in _STATES.items() if states[state]]
    return "; ".join([f"{plural(len(found), 'text')} {verb}" + (f": {writers}" if writers else ""), *since])


_STATES = {"edited": "edited by a person since", "gone": "not there any more"}
