"""`dbt-docsmith providers`: what each provider needs, what is set, and who would be asked."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from tests.cli.contract import PROVIDERS, misfits
from tests.cli.user import CONFIG, JSON, Program, User

from dbt_docsmith.llm.providers import SPECS

KEY = "sk-planted-0123456789"


def listed(user: User, **environ: str) -> Any:
    """What `providers` says as JSON, outside of any project."""
    said = user.anywhere("providers", *JSON, **environ)
    assert (said.code, said.err) == (0, "")
    return json.loads(said.out)


def facts_of(report: Any, name: str) -> Any:
    """One provider of the list."""
    [found] = [each for each in report["providers"] if each["name"] == name]
    return found


def test_every_provider_is_listed_in_the_shape_that_is_promised(user: User) -> None:
    report = listed(user)
    assert misfits(report, PROVIDERS) == []
    assert [each["name"] for each in report["providers"]] == list(SPECS)


@pytest.mark.parametrize("name", SPECS)
def test_a_provider_that_is_told_all_it_requires_lacks_nothing(name: str, user: User) -> None:
    before = facts_of(listed(user), name)
    required = [each for each in before["variables"] if each["required"]]
    assert len(before["lacks"]) == len(required)
    assert all(each["names"][0] in lack for each, lack in zip(required, before["lacks"], strict=True))
    told = {each["names"][-1]: "https://x.example" for each in required}
    assert facts_of(listed(user, **told), name)["lacks"] == []


@pytest.mark.parametrize("output", [(), JSON])
@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if spec.key_variables])
def test_a_value_is_never_shown(output: tuple[str, ...], name: str, user: User) -> None:
    secrets = dict.fromkeys(SPECS[name].key_variables, KEY)
    said = user.anywhere("providers", *output, **secrets)
    assert said.code == 0
    assert KEY not in said.out + said.err


def test_where_a_setting_comes_from_is_told(user: User) -> None:
    user.write(CONFIG, "provider: groq\nproviders: {groq: {model: llama-9}}\n")
    report = json.loads(user("providers", *JSON, GROQ_API_KEY=KEY).out)
    assert (report["chosen"], report["reason"]) == (["groq"], "named by dbt-docsmith.yml: provider")
    said = {each["what"]: each["set_by"] for each in facts_of(report, "groq")["variables"]}
    assert said == {
        "a key": "GROQ_API_KEY",
        "a base URL": None,
        "a model": "dbt-docsmith.yml: providers.groq.model",
    }


@pytest.mark.parametrize(
    ("environ", "chosen", "reason"),
    [
        ({}, [], "no provider is configured"),
        ({"GROQ_API_KEY": KEY}, ["groq"], "the only one that is configured: GROQ_API_KEY set"),
        ({"GROQ_API_KEY": KEY, "OPENAI_API_KEY": KEY}, [], "several providers are configured (openai, groq)"),
        ({"LLM_PROVIDER": "lm-studio,rules"}, ["lm-studio", "rules"], "named by LLM_PROVIDER"),
        ({"LLM_PROVIDER": "olama"}, [], "LLM_PROVIDER: unknown provider 'olama'"),
    ],
)
def test_who_would_be_asked_is_told_with_the_reason(
    environ: dict[str, str], chosen: list[str], reason: str, user: User
) -> None:
    report = listed(user, **environ)
    assert report["chosen"] == chosen
    assert reason in report["reason"]
    assert [each["name"] for each in report["providers"] if each["chosen"]] == chosen


def test_a_provider_that_the_policy_does_not_name_lacks_that(user: User) -> None:
    user.write(CONFIG, "policy: {providers: [groq]}\n")
    report = json.loads(user("providers", *JSON, GROQ_API_KEY=KEY, LM_STUDIO_BASE_URL="http://localhost:1").out)
    lacks = {each["name"]: each["lacks"] for each in report["providers"]}
    assert lacks["groq"] == lacks["rules"] == []
    assert lacks["lm-studio"] == ["a place in policy.providers of dbt-docsmith.yml"]


def test_a_person_reads_what_is_chosen_and_what_is_lacking(user: User) -> None:
    lines = user.anywhere("providers", GROQ_API_KEY=KEY).out.splitlines()
    assert lines[0] == "groq: the only one that is configured: GROQ_API_KEY set"
    assert "groq: ready" in lines
    assert "openai: lacks a key: set OPENAI_API_KEY" in lines
    assert "  GROQ_API_KEY   set (a key)" in lines


def test_an_sdk_that_is_not_installed_is_named_with_the_cure(user: User, without_openai: Program) -> None:
    report = json.loads(without_openai(user, "providers", *JSON).out)
    openai = facts_of(report, "openai")
    assert not openai["installed"]
    assert openai["lacks"][-1] == "its SDK: pip install 'dbt-docsmith[openai]'"


def test_listing_imports_no_sdk_and_nothing_heavy() -> None:
    heavy = "{'dbt', 'sqlglot', 'openai', 'anthropic', 'google.genai', 'botocore', 'httpx2', 'jinja2', 'rich'}"
    code = (
        "import sys; from dbt_docsmith.cli.main import run; run(['providers'], {}); "
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stderr.strip() == "[]"
