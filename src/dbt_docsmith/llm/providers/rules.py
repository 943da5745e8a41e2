"""The offline provider: it reads the evidence that travels with the request, and says only what is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from dbt_docsmith.describable import THINGS, word_for
from dbt_docsmith.errors import RequestRejected
from dbt_docsmith.llm.providers.base import ProviderSpec
from dbt_docsmith.llm.providers.rule_node_sentences import node_text
from dbt_docsmith.llm.providers.rule_sentences import column_text, usable_comment
from dbt_docsmith.llm.server_limits import ServerLimits
from dbt_docsmith.types import ColumnEvidence, Completion, CompletionRequest, Evidence

_LEAVES_OUT = re.compile(
    r"…| more\b|, such as |^Counts the rows that were aggregated\.|^(?:Taken|Computed|Aggregated) from "
)


class RulesProvider:
    """Short honest sentences from facts beyond name and type; a question where there are none."""

    name = "rules"
    model = "rules"
    host = "offline"
    offline = True
    limits = ServerLimits()

    async def complete(self, request: CompletionRequest) -> Completion:
        """The answer as the JSON a model would give. Raises RequestRejected for a request without evidence."""
        if request.evidence is None:
            raise RequestRejected("rules: there is no evidence with this request to write from")
        text = msgspec.json.encode(answer(request.evidence)).decode()
        return Completion(text=text, provider=self.name, model=self.model)

    async def aclose(self) -> None:
        """Nothing to let go of."""


def answer(evidence: Evidence) -> dict[str, object]:
    """What the evidence says of the node and each of its columns, in the shape of the answer's schema. Pure."""
    own = node_text(evidence) if evidence.needs_description else None
    asked_in_vain = evidence.needs_description and own is None
    return {
        "description": own,
        "question": _question(evidence) if asked_in_vain else None,
        "columns": list(_column_answers(evidence)),
    }


def _question(evidence: Evidence) -> str:
    if evidence.resource_type in THINGS:
        return f"What is the {word_for(evidence.resource_type)} `{evidence.name}` for?"
    return f"What is one row of `{evidence.name}`, and what is it for?"


def _column_answers(evidence: Evidence) -> Iterator[dict[str, str | None]]:
    """Columns with different facts get different texts: where a sentence cannot tell them apart there is none."""
    written = {" ".join(text.split()): name for name, text in evidence.documented.items()}
    said: dict[str, ColumnEvidence] = {}
    for column in evidence.columns:
        text, question = column_text(column, evidence.grain), None
        if text is None:
            question = f"What does `{column.name}` of `{evidence.name}` mean?"
        else:
            twin = said.setdefault(text, column)
            other = twin.name if twin is not column and not _says_all(text, column, twin) else None
            other = other or (written.get(text) if _LEAVES_OUT.search(text) else None)
            if other is not None:
                question, text = f"How does `{column.name}` of `{evidence.name}` differ from `{other}`?", None
        yield {"name": column.name, "description": text, "question": question}


def _says_all(text: str, column: ColumnEvidence, twin: ColumnEvidence) -> bool:
    return _facts(column) == _facts(twin) and not _LEAVES_OUT.search(text)


def _facts(column: ColumnEvidence) -> ColumnEvidence:
    """The column without what is no fact of its own."""
    return replace(column, name="", data_type=None, comment=usable_comment(column))


SPEC = ProviderSpec(
    name="rules",
    make=lambda _spec, _settings, _notice: RulesProvider(),
    default_model="rules",
    offline=True,
)
