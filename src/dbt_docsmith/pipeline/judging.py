"""One answer, read and checked text by text. Pure."""

from __future__ import annotations

from msgspec import Struct

from dbt_docsmith.describable import THINGS, word_for
from dbt_docsmith.errors import AnswerError, ProviderError
from dbt_docsmith.llm.answers import read_closed, read_json
from dbt_docsmith.prompting.answer import parse_answer
from dbt_docsmith.prompting.checks import check_text
from dbt_docsmith.types import Answer, AnsweredText, Completion, Evidence

Item = str | None
"""What a text is for: a column by name, or None for the node itself."""

CUT_OFF = "the answer was cut off at its token limit; --llm-max-tokens gives it more room"


class Asked(Struct, kw_only=True):
    """What came of a question: texts fit to be written, questions for the owner, what was refused and why.

    ``answers`` says whose texts and questions these are; ``failed`` is what nobody answered.
    """

    texts: dict[Item, str] = {}
    questions: dict[Item, str] = {}
    refused: dict[Item, str] = {}
    failed: dict[Item, ProviderError] = {}
    answers: dict[Item, Completion] = {}

    @property
    def cut(self) -> list[Item]:
        """What an answer had no more room for."""
        return [item for item, reason in self.refused.items() if reason == CUT_OFF]

    def add(self, other: Asked) -> None:
        """Take over what came later; it says more of what was refused here."""
        settled = other.texts | other.questions | other.refused | other.failed
        for item in settled:
            self.refused.pop(item, None)
        self.texts |= other.texts
        self.questions |= other.questions
        self.refused |= other.refused
        self.failed |= other.failed
        self.answers |= other.answers


def items_of(evidence: Evidence) -> list[Item]:
    """Everything ``evidence`` asks for, the node itself first."""
    own: list[Item] = [None] if evidence.needs_description else []
    return own + [column.name for column in evidence.columns]


def judge(completion: Completion, evidence: Evidence, most_length: int) -> Asked:
    """Read an answer and check each text of it; of a cut one only what is closed counts."""
    cut = completion.finish_reason == "length"
    data = read_closed(completion.text) if cut else read_json(completion.text)
    parsed = _parse(data, evidence)
    asked = Asked()
    for item in items_of(evidence):
        said = parsed.table if item is None else parsed.columns.get(item.lower())
        if said is None:
            asked.refused[item] = CUT_OFF if cut else _why_unsaid(data)
        elif said.description is None:
            asked.questions[item] = said.question or _default_question(item, evidence)
        else:
            _check(item, said, evidence, most_length, asked)
    asked.answers = dict.fromkeys([*asked.texts, *asked.questions], completion)
    return asked


def _parse(data: object, evidence: Evidence) -> Answer:
    columns = [column.name for column in evidence.columns]
    return Answer() if data is None else parse_answer(data, table=evidence.needs_description, columns=columns)


def _check(item: Item, said: AnsweredText, evidence: Evidence, most_length: int, asked: Asked) -> None:
    types = {column.name: column.data_type for column in evidence.columns}
    try:
        asked.texts[item] = check_text(
            said.description or "",
            name=item or evidence.name,
            node_name=evidence.name,
            data_type=types.get(item) if item else None,
            max_length=most_length,
        )
    except AnswerError as error:
        asked.refused[item] = str(error)


def _why_unsaid(data: object) -> str:
    return "the answer is not one JSON object" if data is None else "the answer holds no text for it"


def _default_question(item: Item, evidence: Evidence) -> str:
    part = next((column.part for column in evidence.columns if column.name == item), "column")
    if item and part != "column":
        return f"What does the {part} {item} of {evidence.name} mean?"
    if evidence.resource_type in THINGS:
        return f"What is the {word_for(evidence.resource_type)} {evidence.name} for?"
    what = f"column {item} of {evidence.name}" if item else f"{evidence.resource_type} {evidence.name}"
    return f"What does the {what} hold?"
