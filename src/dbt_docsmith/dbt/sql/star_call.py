"""``dbt_utils.star``: all columns of a relation but some. dbt asks the warehouse which; here it stays a star.

In SQL it stands as a call that every dialect can parse and that says all there is to know of it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

STAR_CALL = "docsmith_star"
_PLAIN = re.compile(r"[\w $-]*")
_CALL = re.compile(rf"{STAR_CALL}\((\w+)((?:, '[^']*')*)\)", re.IGNORECASE)
_TEXT = re.compile(r"'([^']*)'")


class StarCall(Struct, frozen=True):
    """The columns of a ``relation``, read as ``alias.name`` where there is an alias, less ``hidden``."""

    relation: str
    alias: str = ""
    prefix: str = ""
    suffix: str = ""
    hidden: tuple[str, ...] = ()

    def as_sql(self) -> str | None:
        """The call; None where a name has characters that could be misread."""
        texts = (self.alias, self.prefix, self.suffix, *self.hidden)
        if not all(_PLAIN.fullmatch(text) for text in texts):
            return None
        arguments = ", ".join((self.relation, *map("'{}'".format, texts)))
        return f"{STAR_CALL}({arguments})"


def star_call(arguments: Sequence[str]) -> StarCall:
    """The call again, from its arguments."""
    relation, alias, prefix, suffix, *hidden = arguments
    return StarCall(relation, alias, prefix, suffix, tuple(hidden))


def restore_star_calls(text: str, written: Mapping[str, str]) -> str:
    """The text with each call as people write it; ``written`` has the Jinja of each relation."""
    if STAR_CALL not in text.lower():
        return text
    return _CALL.sub(lambda found: _in_words(found, written), text)


def _in_words(found: re.Match[str], written: Mapping[str, str]) -> str:
    call = star_call([found[1], *_TEXT.findall(found[2])])
    relation = written.get(call.relation.lower(), call.relation).removeprefix("{{ ").removesuffix(" }}")
    options = {"relation_alias": call.alias, "prefix": call.prefix, "suffix": call.suffix}
    told = [f", {name}='{value}'" for name, value in options.items() if value]
    if call.hidden:
        told.insert(0, f", except={list(call.hidden)}")
    return f"{{{{ dbt_utils.star({relation}{''.join(told)}) }}}}"
