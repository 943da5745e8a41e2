"""What the providers are, and what became of trying them -> text or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from dbt_docsmith.report.json import VERSION, encode_json, money_json
from dbt_docsmith.report.totals import money, plural
from dbt_docsmith.reports import ProviderFacts, ProvidersReport, ProviderVariable, TrialReport, TriedProvider

ANSWERS = {
    "json_schema": "JSON schema",
    "tool": "JSON schema, as a tool's input",
    "json_object": "JSON mode",
    "none": "plain text",
}
CACHING = {"automatic": "by itself", "marked": "where it is marked, and it is", "none": "no"}


def providers_text(report: ProvidersReport) -> str:
    """Who would be asked now, and each provider with what it needs."""
    now = ", then ".join(report.chosen)
    lines = [f"{now}: {report.reason}" if now else f"nobody would be asked now: {report.reason}"]
    for facts in report.providers:
        lines += ["", *_provider(facts)]
    return "\n".join(lines)


def providers_json(report: ProvidersReport) -> str:
    """The same as one JSON object."""
    return encode_json({"version": VERSION, "command": "providers", **msgspec.to_builtins(report)})


def trial_text(tried: TriedProvider) -> str:
    """One provider that answered."""
    if tried.answers is None:
        return f"{tried.provider}: works offline, there is nothing to try"
    usage = tried.usage
    rows = [
        ("latency", f"{tried.latency_ms:,} ms, {plural(tried.requests, 'request')}"),
        ("tokens", f"{usage.prompt_tokens:,} of the prompt, {usage.completion_tokens:,} of the answer"),
        ("cost", money(tried.cost_usd)),
        ("answers", _accepted(tried)),
    ]
    lines = [f"{tried.provider} at {tried.host}, model {tried.model}: it answers"]
    return "\n".join(lines + [f"  {name:8} {value}" for name, value in rows])


def trial_json(report: TrialReport) -> str:
    """The result of ``test-llm`` as one JSON object."""
    plain: dict[str, Any] = msgspec.to_builtins(report, enc_hook=money_json)
    return encode_json({"version": VERSION, "command": "test-llm", **plain})


def _provider(facts: ProviderFacts) -> Iterator[str]:
    state = f"lacks {'; '.join(facts.lacks)}" if facts.lacks else "ready"
    yield f"{facts.name}: {state}"
    widest = max((len(" or ".join(each.names)) for each in facts.variables), default=0)
    for variable in facts.variables:
        yield f"  {' or '.join(variable.names):{widest}}  {_state(variable)}"
    if facts.offline:
        yield "  works offline, from facts alone"
        return
    temperature = "taken" if facts.temperature else "not taken"
    yield f"  answers by {ANSWERS[facts.answers]}; temperature {temperature}"
    caching = CACHING[facts.prompt_caching]
    yield f"  context of {facts.context_tokens:,} tokens; an equal beginning of prompts is cached: {caching}"


def _state(variable: ProviderVariable) -> str:
    if variable.set_by is not None:
        where = "" if variable.set_by in variable.names[:1] else f" by {variable.set_by}"
        return f"set{where} ({variable.what})"
    what = f"{variable.what}, required" if variable.required else variable.what
    return f"not set ({what}{f'; default {variable.default}' if variable.default else ''})"


def _accepted(tried: TriedProvider) -> str:
    return "; ".join(tried.steps) or f"by {ANSWERS[tried.answers or 'none']}, accepted"
