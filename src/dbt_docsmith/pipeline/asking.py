"""One node's question to the model: ask, check every text of the answer, ask once more for what was refused.

An answer that is cut at its token limit keeps what is closed in it, and the rest is asked in halves; a prompt that
is too long for the model is asked once more with less evidence.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from dbt_docsmith.dbt.fitting import fit_evidence, size
from dbt_docsmith.errors import ContextOverflow, ProviderError
from dbt_docsmith.pipeline.judging import Asked, Item, items_of, judge
from dbt_docsmith.prompting.templates import Templates
from dbt_docsmith.types import Completion, Evidence, Prompt

Accept = Callable[[Completion], bool]
Complete = Callable[[Prompt, Evidence, Accept], Awaitable[Completion]]

_CHARS_PER_EXCESS_TOKEN = 4


async def ask(evidence: Evidence, templates: Templates, complete: Complete, most_length: int) -> Asked:
    """Ask for all of ``evidence``, then once more, with the reasons, for what the checks refused.

    What was asked for in ever smaller parts and still cut is not asked for again.

    Of stored answers the first is taken whatever it says, as what is wrong with it is asked for then; the second
    only where it mends something. Where a provider fails, what was answered before and beside it is kept.
    """
    question = _Question(templates, complete, most_length)
    asked = await question.ask(evidence, {})
    gave_up = asked.cut if len(items_of(evidence)) > 1 else []
    again = {item: reason for item, reason in asked.refused.items() if item not in gave_up}
    if again:
        asked.add(await question.ask(only(evidence, list(again)), again))
    return asked


def anything(_answer: Completion) -> bool:
    """Accept every answer."""
    return True


def only(evidence: Evidence, items: Sequence[Item]) -> Evidence:
    """The same evidence, asking for ``items`` alone."""
    return replace(
        evidence,
        needs_description=None in items,
        columns=tuple(column for column in evidence.columns if column.name in items),
    )


def ask_again(prompt: Prompt, refused: Mapping[Item, str]) -> Prompt:
    """The same prompt with what was wrong with the first answer."""
    reasons = "\n".join(f"- {item or 'description'}: {reason}" for item, reason in refused.items())
    return replace(prompt, user=f"{prompt.user}\n\nAn earlier answer was refused:\n{reasons}\n\nMend just that.")


class _Question:
    """Asks about one node. ``_room``: how many characters of evidence a prompt may hold, once one was too long."""

    def __init__(self, templates: Templates, complete: Complete, most_length: int) -> None:
        self._templates = templates
        self._complete = complete
        self._most_length = most_length
        self._room: int | None = None

    async def ask(self, evidence: Evidence, refused: Mapping[Item, str]) -> Asked:
        """Ask for all of ``evidence``, in halves for what an answer has no room for; ``refused``: why again."""
        asked = Asked()
        waiting = [items_of(evidence)]
        while waiting:
            items = waiting.pop(0)
            said = await self._judged(only(evidence, items), refused)
            asked.add(said)
            if len(items) > 1:
                waiting = [*_halves(said.cut), *waiting]
        return asked

    async def _judged(self, evidence: Evidence, refused: Mapping[Item, str]) -> Asked:
        try:
            completion = await self._answer(evidence, refused)
        except ProviderError as error:
            return Asked(failed=dict.fromkeys(items_of(evidence), error))
        return judge(completion, evidence, self._most_length)

    async def _answer(self, evidence: Evidence, refused: Mapping[Item, str]) -> Completion:
        try:
            return await self._send(evidence, refused)
        except ContextOverflow as error:
            if self._room is not None:
                raise
            self._room = _less_room(evidence, error)
        return await self._send(evidence, refused)

    async def _send(self, evidence: Evidence, refused: Mapping[Item, str]) -> Completion:
        fitted = evidence if self._room is None else fit_evidence(evidence, self._room)
        prompt = self._templates.render(fitted)
        if refused:
            prompt = ask_again(prompt, {item: refused[item] for item in items_of(evidence)})
        prompt = replace(prompt, shortened=self._room is not None)
        accept = partial(self._mends, evidence) if refused else anything
        return await self._complete(prompt, fitted, accept)

    def _mends(self, evidence: Evidence, answer: Completion) -> bool:
        """Whether an answer says anything, or its halves are to be asked for."""
        judged = judge(answer, evidence, self._most_length)
        return bool(judged.answers) or len(judged.cut) > 1


def _halves(items: list[Item]) -> list[list[Item]]:
    middle = (len(items) + 1) // 2
    return [half for half in (items[:middle], items[middle:]) if half]


def _less_room(evidence: Evidence, error: ContextOverflow) -> int:
    """How many characters of evidence may fit where these do not."""
    now = size(evidence)
    if error.excess is None:
        return now // 2
    return max(0, now - max(now // 10, error.excess * _CHARS_PER_EXCESS_TOKEN))
