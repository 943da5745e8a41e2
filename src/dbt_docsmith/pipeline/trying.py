"""One tiny real request to each chosen provider, for `test-llm`: asked as `document` asks, but once."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.errors import AnswerError, BudgetExhausted, ConfigError, DocsmithError, ProviderError
from dbt_docsmith.llm.answers import read_json
from dbt_docsmith.llm.attempts import Attempt
from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.llm.side_thread import run_promptly
from dbt_docsmith.pipeline.answering import Answering, open_answering
from dbt_docsmith.pipeline.providers import ProviderChoice, choose_providers
from dbt_docsmith.prompting.answer import ANSWER_SCHEMA, parse_answer
from dbt_docsmith.reports import TrialReport, TriedProvider
from dbt_docsmith.types import Completion, Evidence, Prompt

_READY = '{"description": "ready", "question": null, "columns": []}'
_PROMPT = Prompt(
    template="table",
    system="You answer with one JSON object and nothing else.",
    user=f"This only tries the connection. Answer with exactly this object: {_READY}",
    schema=ANSWER_SCHEMA,
)
_NOTHING = Evidence(
    unique_id="test-llm", name="test-llm", resource_type="model", relation="", needs_description=True
)


_EXIT_CODES = {error.__name__: error.exit_code for error in (AnswerError, BudgetExhausted)}


class Talk(Protocol):
    """What is said while a request is under way."""

    def warn(self, message: str) -> None:
        """Something the user may want to mend."""

    def attempt(self, attempt: Attempt, *, prompts: bool = False) -> None:
        """What a request came to."""


def try_providers(config: Config, talk: Talk) -> TrialReport:
    """Ask every chosen provider once, each for itself.

    Raises UsageError or ConfigError where nobody is chosen. The exit code is 3 where the budget does not allow it,
    2 where one cannot serve, 1 where one answers and its answer cannot be read.
    """
    tried = tuple(_try(_alone(config, choice), choice, talk) for choice in choose_providers(config))
    return TrialReport(exit_code=max(_exit_code(each) for each in tried), tried=tried)


def _exit_code(tried: TriedProvider) -> int:
    return 0 if tried.ok else _EXIT_CODES.get(tried.error or "", ConfigError.exit_code)


def _alone(config: Config, choice: ProviderChoice) -> Config:
    """The settings of a run with this provider only, where nothing is asked twice and nothing is stored."""
    named = f"{choice.name}:{choice.model}" if choice.model else choice.name
    return replace(config, provider=named, model=None, use_cache=False, max_retries=0)


def _try(config: Config, choice: ProviderChoice, talk: Talk) -> TriedProvider:
    spec = SPECS[choice.name]
    steps: list[str] = []
    attempts: list[Attempt] = []

    def watch(attempt: Attempt) -> None:
        attempts.append(attempt)
        talk.attempt(attempt, prompts=config.log_prompts)

    try:
        answering = open_answering(
            config, dry_run=False, notice=steps.append, warn=talk.warn, project="test-llm", watch=watch
        )
    except DocsmithError as error:
        return TriedProvider(provider=choice.name, error=type(error).__name__, message=str(error))
    begun = TriedProvider(provider=choice.name, host=answering.host, model=answering.model)
    if spec.offline:
        return replace(begun, ok=True)
    if spec.package is not None:
        import_module(spec.package)  # a second or two of this machine's, which is no latency of the provider's
    fault = run_promptly(_ask(answering))
    meter = answering.meter
    return replace(
        begun,
        ok=fault is None,
        latency_ms=attempts[-1].milliseconds if attempts else None,
        requests=meter.requests,
        usage=meter.usage,
        cost_usd=meter.cost_usd,
        answers=spec.abilities.schema,
        steps=tuple(steps),
        error=type(fault).__name__ if fault else None,
        message=str(fault) if fault else None,
    )


async def _ask(answering: Answering) -> DocsmithError | None:
    assert answering.client is not None
    try:
        completion = await answering.client.complete(_PROMPT, _NOTHING, lambda _text: False)
    except ProviderError as error:
        return error
    finally:
        await answering.aclose()
    return None if _is_readable(completion.text) else _unreadable(completion)


def _is_readable(text: str) -> bool:
    data = read_json(text)
    return data is not None and parse_answer(data, table=True, columns=()).table is not None


def _unreadable(completion: Completion) -> AnswerError:
    cut = completion.finish_reason == "length"
    cure = "give it more --llm-max-tokens" if cut else "choose another --model"
    return AnswerError(
        f"{completion.provider}: model {completion.model} answers, and its answer holds no description; {cure}"
    )
