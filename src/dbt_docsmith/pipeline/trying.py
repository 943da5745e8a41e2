"""One tiny real request to each chosen provider, for `test-llm`: asked as `document` asks, but once."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module

from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.errors import AnswerError, ConfigError, DocsmithError, ProviderError
from dbt_docsmith.llm.answers import read_json
from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.llm.side_thread import run_promptly
from dbt_docsmith.pipeline.answering import Answering, open_answering
from dbt_docsmith.pipeline.providers import ProviderChoice, choose_providers
from dbt_docsmith.prompting.answer import ANSWER_SCHEMA, parse_answer
from dbt_docsmith.types import Completion, Evidence, Prompt, TrialReport, TriedProvider

Clock = Callable[[], float]

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


def try_providers(config: Config, clock: Clock = time.monotonic) -> TrialReport:
    """Ask every chosen provider once, each for itself. ``clock`` counts seconds.

    Raises UsageError or ConfigError where nobody is chosen. The exit code is 2 where one cannot serve, 1 where one
    answers and its answer cannot be read.
    """
    tried = tuple(_try(_alone(config, choice), choice, clock) for choice in choose_providers(config))
    return TrialReport(exit_code=max(_exit_code(each) for each in tried), tried=tried)


def _exit_code(tried: TriedProvider) -> int:
    if tried.ok:
        return 0
    return AnswerError.exit_code if tried.error == AnswerError.__name__ else ConfigError.exit_code


def _alone(config: Config, choice: ProviderChoice) -> Config:
    """The settings of a run with this provider only, where nothing is asked twice and nothing is stored."""
    named = f"{choice.name}:{choice.model}" if choice.model else choice.name
    return replace(config, provider=named, model=None, use_cache=False, max_retries=0)


def _try(config: Config, choice: ProviderChoice, clock: Clock) -> TriedProvider:
    spec = SPECS[choice.name]
    steps: list[str] = []
    try:
        answering = open_answering(config, dry_run=False, notice=steps.append, warn=steps.append)
    except DocsmithError as error:
        return TriedProvider(provider=choice.name, error=type(error).__name__, message=str(error))
    begun = TriedProvider(
        provider=choice.name,
        host=answering.host,
        model=answering.model,
        answers=None if spec.offline else spec.abilities.schema,
    )
    if spec.offline:
        return replace(begun, ok=True, latency_ms=0)
    if spec.package is not None:
        import_module(spec.package)  # a second or two of this machine's, which is no latency of the provider's
    started = clock()
    fault = run_promptly(_ask(answering))
    meter = answering.meter
    return replace(
        begun,
        ok=fault is None,
        latency_ms=round(1000 * (clock() - started)),
        requests=meter.requests,
        usage=meter.usage,
        cost_usd=meter.cost_usd,
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
