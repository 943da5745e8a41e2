"""Write docs/providers.md from the specs of the providers: `make docs`. A test fails when the page is stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.llm.providers.base import ProviderSpec
from dbt_docsmith.llm.providers.needs import Need, needs
from dbt_docsmith.report.providers import ANSWERS, CACHING

PAGE = Path(__file__).parents[1] / "docs" / "providers.md"

_TOP = """\
<!-- Made from src/dbt_docsmith/llm/providers by `make docs`: change it there. -->

# Providers

Set the variables of one provider and it is used. With several set, name one: `--provider NAME[:MODEL]`,
`LLM_PROVIDER`, or `provider:` in `dbt-docsmith.yml`. A list, `--provider groq,openai:gpt-5.4-mini,rules`, falls
back in order.

`dbt-docsmith providers` says what is set here and now, and who would be asked. `dbt-docsmith test-llm` asks once
and says how that went, or why it did not and what to do.

Every other server that speaks chat completions is `openai` with a base URL: see the [recipes](recipes.md). For one
that speaks something of its own, [add a provider](add-a-provider.md).
"""

_BOTTOM = """\
## For every provider

What a variable says can stand in `dbt-docsmith.yml` instead. The key cannot; a command that prints it can:

```yaml
providers:
  openai:
    base_url: https://gateway.example.com/v1
    model: gpt-5.4-mini
    api_key_command: op read op://data/openai/credential
    headers: {X-Team: data, X-Gateway-Key: {env: GATEWAY_KEY}}
    context_tokens: 32000
```

What a server turns out not to support (a JSON schema, a temperature, the name of the answer limit) is left out
from then on, and said once. Proxies, certificates and headers work for all: see [company.md](company.md).
"""


def page() -> str:
    """The whole page, as it must stand in docs/."""
    parts = [_TOP, _overview(SPECS.values()), *(_section(spec) for spec in SPECS.values()), _BOTTOM]
    return "\n".join(parts)


def _overview(specs: Iterable[ProviderSpec]) -> str:
    rows = ["| provider | install | required | default model | answers by |", "|---|---|---|---|---|"]
    for spec in specs:
        required = " ".join(f"`{need.variables[0]}`" for need in needs(spec) if need.required) or "nothing"
        model = "" if spec.offline or not spec.default_model else f"`{spec.default_model}`"
        answers = "facts" if spec.offline else ANSWERS[spec.abilities.schema]
        cells = (f"[`{spec.name}`](#{spec.name})", _install(spec), required, model, answers)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join([*rows, ""])


def _section(spec: ProviderSpec) -> str:
    lines = [f"## {spec.name}", ""]
    if spec.offline:
        lines.append("Works offline, from tests, expressions and lineage alone: no key, no cost, nothing leaves.")
    else:
        lines += [*_variables(spec), *_abilities(spec)]
    return "\n".join([*lines, ""])


def _variables(spec: ProviderSpec) -> Iterator[str]:
    yield from ("| variable | what it says | |", "|---|---|---|")
    for need in needs(spec):
        names = " or ".join(f"`{name}`" for name in need.variables)
        yield f"| {names} | {need.what} | {_default(need)} |"
    yield ""


def _default(need: Need) -> str:
    if need.required:
        return "required"
    return f"default `{need.default}`" if need.default else ""


def _abilities(spec: ProviderSpec) -> Iterator[str]:
    if spec.configured_by:
        yield f"- Chosen by itself where {' or '.join(f'`{name}`' for name in spec.configured_by)} is set."
    yield f"- Answers by {ANSWERS[spec.abilities.schema]}; a temperature is {_taken(spec.abilities.temperature)}."
    yield f"- An equal beginning of prompts is served from its cache: {CACHING[spec.abilities.prompt_caching]}."
    yield f"- Room for {spec.context_tokens:,} tokens of prompt and answer (`context_tokens`)."
    if spec.known_suffixes:
        suffixes = " or ".join(f"`{suffix}`" for suffix in spec.known_suffixes)
        yield f"- The base URL works with and without {suffixes}."
    if spec.local:
        yield "- Runs on your machine: requests are not counted against a rate."


def _install(spec: ProviderSpec) -> str:
    return f"`dbt-docsmith[{spec.extra}]`" if spec.extra else "`dbt-docsmith`"


def _taken(taken: bool) -> str:
    return "taken" if taken else "not taken"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
