from pathlib import Path

from dbt_docsmith.config import load_config
from dbt_docsmith.llm.client import ClientSettings
from dbt_docsmith.llm.rate_limit import RateLimit
from dbt_docsmith.llm.retry import RetryPolicy
from dbt_docsmith.pipeline.answering import client_settings


def settings(tmp_path: Path, **environ: str) -> ClientSettings:
    return client_settings(load_config({"project_dir": str(tmp_path)}, {"HOME": str(tmp_path), **environ}))


def test_by_default_the_rate_is_found_out_and_what_can_pass_is_tried_three_times_more(tmp_path: Path) -> None:
    asked = settings(tmp_path)
    assert asked.rate_limit == RateLimit(requests_per_minute="auto", tokens_per_minute=None)
    assert asked.retry == RetryPolicy(max_retries=3, base_delay=1.0, longest_delay=60.0)
    assert (asked.max_tokens, asked.temperature, asked.refresh) == (4096, None, False)


def test_what_the_environment_says_of_speed_reaches_the_client(tmp_path: Path) -> None:
    asked = settings(
        tmp_path,
        OSMOSIS_LLM_RATE_LIMIT="600",
        OSMOSIS_LLM_TOKEN_LIMIT="90000",
        OSMOSIS_LLM_MAX_RETRIES="5",
        OSMOSIS_LLM_RETRY_DELAY="0.5",
    )
    assert asked.rate_limit == RateLimit(requests_per_minute=600, tokens_per_minute=90_000)
    assert (asked.retry.max_retries, asked.retry.base_delay) == (5, 0.5)
