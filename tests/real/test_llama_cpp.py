"""`openai` against a real llama.cpp server, which enforces the schema it is sent."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace
from tests.llm.fakes import REQUEST
from tests.pipeline.shop import Shop, copy_shop
from tests.real.llama_server import SENTENCES, llama_server

from dbt_docsmith.errors import RequestRejected
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import ProviderSettings
from dbt_docsmith.prompting.answer import ANSWER_SCHEMA
from dbt_docsmith.reports import Report

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with llama_server(tmp_path_factory.mktemp("llama")) as url:
        yield url


@pytest.fixture
def shop(llama: str, tmp_path: Path) -> Shop:
    return copy_shop(tmp_path, llama)


def stored_answers(shop: Shop) -> list[Any]:
    """Every answer the run has kept, as JSON."""
    with sqlite3.connect(shop.cache / "answers.db") as store:
        return [json.loads(text) for (text,) in store.execute("select text from answers")]


def made_texts(report: Report) -> list[str | None]:
    return [each.description for each in report.proposals if each.origin == "llm"]


def test_a_real_server_describes_every_node_and_each_answer_fits_the_schema(shop: Shop) -> None:
    report = shop.document(provider="openai", only="nodes")
    assert (report.exit_code, report.failures) == (0, ())
    made = made_texts(report)
    assert len(made) == report.usage.requests > 5
    assert set(made) <= set(SENTENCES)
    answers = stored_answers(shop)
    assert len(answers) == len(made)
    for answer in answers:
        jsonschema.validate(answer, ANSWER_SCHEMA)
    assert report.usage.prompt_tokens > 1000
    assert report.usage.completion_tokens > 100


def test_trying_the_real_server_says_that_it_takes_the_schema(shop: Shop) -> None:
    with shop.start("test-llm", "--format", "json") as run:
        out, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (0, "")
    [tried] = json.loads(out)["tried"]
    assert (tried["ok"], tried["requests"], tried["answers"], tried["steps"]) == (True, 1, "json_schema", [])


def test_a_second_run_asks_the_real_server_nothing(shop: Shop) -> None:
    shop.document(provider="openai", only="nodes")
    written = shop.files()
    again = shop.document(provider="openai", only="nodes")
    assert again.usage.requests == 0
    assert shop.files() == written


def test_columns_the_model_does_not_speak_of_fail_and_the_rest_is_written(shop: Shop) -> None:
    report = shop.document(provider="openai", select=("stg_till__sales",))
    assert report.exit_code == 1
    assert {each.error for each in report.failures} == {"AnswerError"}
    assert set(made_texts(report)) <= set(SENTENCES)
    for answer in stored_answers(shop):
        jsonschema.validate(answer, ANSWER_SCHEMA)


def test_the_real_server_says_when_a_prompt_is_too_long(tmp_path: Path) -> None:
    long = "Describe orders. " * 100
    with llama_server(tmp_path, context_tokens=256) as url:
        provider = build("openai", ProviderSettings(model="tiny", api_key="none", base_url=url))
        with pytest.raises(RequestRejected, match="context"):
            asyncio.run(provider.complete(replace(REQUEST, prompt=replace(REQUEST.prompt, user=long))))
