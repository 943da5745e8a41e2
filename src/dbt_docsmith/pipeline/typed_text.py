"""A text as a person types it -> the text as the properties file must have it.

``{{ doc('x') }}`` is a reference where there is such a doc block; any other Jinja is just characters.
"""

from __future__ import annotations

import re
from typing import Literal

from dbt_docsmith.dbt.written import DOC, find_doc
from dbt_docsmith.errors import AnswerError
from dbt_docsmith.prompting.checks import escape_jinja, refuse_unwritable
from dbt_docsmith.types import Manifest, Proposal

Jinja = Literal["kept", "escaped"]

_EXPRESSION = re.compile(r"\{\{(?P<inside>.*?)\}\}", re.DOTALL)
_CALLS_DOC = re.compile(r"\bdoc\s*\(")


def to_raw(text: str, jinja: Jinja | None) -> str:
    """``text`` with the Jinja that is to be read by dbt as it is, and all other escaped."""
    if jinja == "kept":
        return text
    if jinja == "escaped":
        return escape_jinja(text)
    parts, end = [], 0
    for found in DOC.finditer(text):
        parts += [escape_jinja(text[end : found.start()]), found.group()]
        end = found.end()
    return "".join([*parts, escape_jinja(text[end:])])


def needed_jinja(proposal: Proposal) -> Jinja | None:
    """What must be told beside a text so that ``to_raw`` gives what the run would write."""
    text = proposal.description or ""
    meant = text if proposal.raw else escape_jinja(text)
    if to_raw(text, None) == meant and not _refers_wrongly(text):
        return None
    return "kept" if proposal.raw else "escaped"


def check_typed(text: str, jinja: Jinja | None, manifest: Manifest | None) -> None:
    """Raises AnswerError for a text that must not be written; without a manifest doc blocks are not looked for."""
    refuse_unwritable(text)
    if jinja == "escaped":
        return
    if jinja == "kept":
        _refuse_broken(text)
    elif _refers_wrongly(text):
        raise AnswerError("it calls doc() in a way that is no reference; write {{ doc('name') }}")
    for found in DOC.finditer(text):
        if manifest is not None and not find_doc(found, manifest):
            name = found["second"] or found["first"]
            raise AnswerError(f"there is no doc block '{name}', or it is empty; write one, or mend the reference")


def _refers_wrongly(text: str) -> bool:
    left = DOC.sub("", text)
    return any(_CALLS_DOC.search(found["inside"]) for found in _EXPRESSION.finditer(left))


def _refuse_broken(text: str) -> None:
    """Jinja that does not parse would break `dbt parse` for the whole project."""
    import jinja2

    try:
        jinja2.Environment(autoescape=False).parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise AnswerError(f"its Jinja cannot be parsed: {error.message}; mend it") from error
