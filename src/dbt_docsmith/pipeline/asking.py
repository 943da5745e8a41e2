"""One node's question to the model: ask, check every text of the answer, ask once more for what was refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.errors import AnswerError, ProviderError
from dbt_docsmith.llm.answers import read_json
from dbt_docsmith.prompting.answer import parse_answer
from dbt_docsmith.prompting.checks import check_text
from dbt_docsmith.prompting.templates import Templates
from dbt_docsmith.types import Answer, AnsweredText, Completion, Evidence, Prompt

Item = str | None
"""What a text is for: a column by name, or None for the node itself."""

Accept = Callable[[str], bool]
Complete = Callable[[Prompt, Evidence, Accept], Awaitable[Completion]]


class Asked(Struct, frozen=True, kw_only=True):
    """What came of one question: texts fit to be written, questions for the owner, what was refused and why."""

    texts: dict[Item, tuple[str, Completion]] = {}
    questions: dict[Item, str] = {}
    refused: dict[Item, str] = {}
    error: ProviderError | None = None


def items_of(evidence: Evidence) -> list[Item]:
    """Everything ``evidence`` asks for, the node itself first."""
    own: list[Item] = [None] if evidence.needs_description else []
    return own + [column.name for column in evidence.columns]


async def ask(evidence: Evidence, templates: Templates, complete: Complete, most_length: int) -> Asked:
    """Ask for all of ``evidence``, then once more, with the reasons, for what the checks refused.

    Of stored answers the first is taken whatever it says, as what is wrong with it is asked for then; the second
    only where it mends something. A ProviderError ends the asking; what was answered before it is kept.
    """
    try:
        first = await _ask_once(evidence, templates.render(evidence), complete, anything, most_length)
    except ProviderError as error:
        return Asked(refused=dict.fromkeys(items_of(evidence), str(error)), error=error)
    if not first.refused:
        return first
    rest = only(evidence, list(first.refused))
    mends = partial(_says_something, rest, most_length)
    try:
        second = await _ask_once(
            rest, ask_again(templates.render(rest), first.refused), complete, mends, most_length
        )
    except ProviderError as error:
        return replace(first, error=error)
    return Asked(
        texts={**first.texts, **second.texts},
        questions={**first.questions, **second.questions},
        refused=second.refused,
    )


def anything(_answer: str) -> bool:
    """Accept every answer."""
    return True


def only(evidence: Evidence, items: Sequence[Item]) -> Evidence:
    """The same evidence, asking for ``items`` alone."""
    return replace(
        evidence,
        needs_description=None in items,
        columns=tuple(column for column in evidence.columns if column.name in items),
    )


def ask_again(prompt: Prompt, refused: dict[Item, str]) -> Prompt:
    """The same prompt with what was wrong with the first answer."""
    reasons = "\n".join(f"- {item or 'description'}: {reason}" for item, reason in refused.items())
    return replace(prompt, user=f"{prompt.user}\n\nAn earlier answer was refused:\n{reasons}\n\nMend just that.")


async def _ask_once(
    evidence: Evidence, prompt: Prompt, complete: Complete, accept: Accept, most_length: int
) -> Asked:
    completion = await complete(prompt, evidence, accept)
    judged = judge(completion.text, evidence, most_length, cut=completion.finish_reason == "length")
    return replace(judged, texts={item: (text, completion) for item, (text, _) in judged.texts.items()})


def _says_something(evidence: Evidence, most_length: int, answer: str) -> bool:
    """Whether any of an answer is fit to be written, or a question to the owner."""
    judged = judge(answer, evidence, most_length)
    return bool(judged.texts or judged.questions)


_UNSAID = Completion(text="", provider="", model="")


def judge(answer: str, evidence: Evidence, most_length: int, *, cut: bool = False) -> Asked:
    """Read an answer and check each text of it."""
    data = read_json(answer)
    columns = [column.name for column in evidence.columns]
    parsed = Answer() if data is None else parse_answer(data, table=evidence.needs_description, columns=columns)
    asked = Asked(texts={}, questions={}, refused={})
    for item in items_of(evidence):
        said = parsed.table if item is None else parsed.columns.get(item.lower())
        if said is None:
            asked.refused[item] = _why_unsaid(data, cut)
        elif said.description is None:
            asked.questions[item] = said.question or _default_question(item, evidence)
        else:
            _check(item, said, evidence, most_length, asked)
    return asked


def _check(item: Item, said: AnsweredText, evidence: Evidence, most_length: int, asked: Asked) -> None:
    types = {column.name: column.data_type for column in evidence.columns}
    try:
        text = check_text(
            said.description or "",
            name=item or evidence.name,
            node_name=evidence.name,
            data_type=types.get(item) if item else None,
            max_length=most_length,
        )
    except AnswerError as error:
        asked.refused[item] = str(error)
    else:
        asked.texts[item] = (text, _UNSAID)


def _why_unsaid(data: object, cut: bool) -> str:
    if cut:
        return "the answer was cut off at its token limit"
    return "the answer is not one JSON object" if data is None else "the answer holds no text for it"


def _default_question(item: Item, evidence: Evidence) -> str:
    what = f"column {item} of {evidence.name}" if item else f"{evidence.resource_type} {evidence.name}"
    return f"What does the {what} hold?"
