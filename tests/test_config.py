from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dbt_docsmith.config import Config, load_config
from dbt_docsmith.errors import ConfigError, DocsmithError, UsageError


def load(tmp_path: Path, text: str = "", environ: Mapping[str, str] | None = None, **given: Any) -> Config:
    (tmp_path / "dbt-docsmith.yml").write_text(text, encoding="utf-8")
    return load_config({"project_dir": str(tmp_path), **given}, {"HOME": "/home/me", **(environ or {})})


def test_the_option_goes_before_the_environment_before_the_file_before_the_default(tmp_path: Path) -> None:
    file, environ = "limits: {timeout: 3}\n", {"OSMOSIS_LLM_TIMEOUT": "2"}
    assert load(tmp_path, file, environ, timeout="1").timeout == 1
    assert load(tmp_path, file, environ).timeout == 2
    assert load(tmp_path, file).timeout == 3
    assert load(tmp_path).timeout == 120


def test_each_value_knows_where_it_came_from(tmp_path: Path) -> None:
    config = load(tmp_path, "limits: {threads: 4}\n", {"DBT_TARGET": "prod"}, model="m")
    assert config.where["model"] == "--model"
    assert config.where["target"] == "DBT_TARGET"
    assert config.where["threads"] == "dbt-docsmith.yml: limits.threads"
    assert config.where["timeout"] == "default"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("timeout", "soon", "--llm-timeout: 'soon' is not a number above 0"),
        ("timeout", "0", "a number above 0"),
        ("timeout", "nan", "a number above 0"),
        ("threads", "0", "a whole number above 0"),
        ("limit", "2.5", "a whole number above 0"),
        ("max_retries", "-1", "a whole number of at least 0"),
        ("rate_limit", "fast", "or auto"),
        ("token_limit", "-1", "--llm-token-limit: '-1' is not a whole number of at least 0"),
        ("only", "tables", "one of nodes, columns"),
        ("fail_on", "sometimes", "one of never, failed, abstained"),
    ],
)
def test_a_wrong_value_names_its_option_and_what_is_wanted(
    name: str, value: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=told):
        load(tmp_path, **{name: value})


@pytest.mark.parametrize(("said", "meant"), [(None, "auto"), ("AUTO", "auto"), ("0", 0), ("600", 600)])
def test_the_rate_is_found_out_kept_or_off(said: str | None, meant: str | int, tmp_path: Path) -> None:
    assert load(tmp_path, rate_limit=said).rate_limit == meant


def test_tokens_a_minute_are_the_provider_s_unless_somebody_says(tmp_path: Path) -> None:
    assert load(tmp_path).token_limit is None
    assert load(tmp_path, "limits: {tokens_per_minute: 5}").token_limit == 5
    assert load(tmp_path, environ={"OSMOSIS_LLM_TOKEN_LIMIT": "0"}).token_limit == 0


def test_a_wrong_value_of_the_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="OSMOSIS_LLM_MAX_TOKENS: 'many'"):
        load(tmp_path, environ={"OSMOSIS_LLM_MAX_TOKENS": "many"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("modle: x\n", r"dbt-docsmith.yml:1: unknown key 'modle'; did you mean 'model'\?"),
        ("style:\n  lenght: 3\n", "dbt-docsmith.yml:2: unknown key 'style.lenght'"),
        ("style:\n  max_length: long\n", "dbt-docsmith.yml:2: style.max_length: expected int"),
        ("providers:\n  openai:\n    url: x\n", "dbt-docsmith.yml:3: unknown key 'providers.openai.url'"),
        ("columns: {case: mixed}\n", "dbt-docsmith.yml:1: columns.case"),
        ("glossary:\n  a: [1]\n", "dbt-docsmith.yml:1: glossary: expected str"),
        ("- a\n", "dbt-docsmith.yml:1: must be a mapping"),
        ("a: [\n", "is not YAML"),
        ("ledger: yes please\n", "dbt-docsmith.yml:1: ledger: expected bool"),
        ("limits: {threads: 0}\n", "dbt-docsmith.yml: limits.threads: '0' is not a whole number above 0"),
    ],
)
def test_a_wrong_file_is_one_line_with_its_line_and_the_nearest_key(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DocsmithError, match=told) as caught:
        load(tmp_path, text)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    text = """
provider: openai
model: m
providers: {openai: {base_url: "http://localhost:1/v1", headers: {X-Team: data, X-Key: {env: MY_KEY}}}}
limits: {requests_per_minute: auto, prompt_tokens: 3000}
prompts: {file: prompts.yml, vars: {company: Acme}}
style: {language: German, examples: [One row per order.]}
glossary: {customer_id: The buyer., /.*_at/: In UTC.}
placement: "_{model}.yml"
columns: {add: false, case: lower}
skip: ["tag:legacy"]
"""
    config = load(tmp_path, text)
    assert config.prompt_file == tmp_path / "prompts.yml"
    assert config.rate_limit == "auto"
    assert not config.add_columns
    assert config.file.glossary["/.*_at/"] == "In UTC."


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such folder"):
        load_config({"project_dir": str(tmp_path / "nowhere")}, {})


def test_single_templates_come_from_the_environment(tmp_path: Path) -> None:
    config = load(tmp_path, environ={"OSMOSIS_LLM_PROMPT_TABLE_USER": "hi", "OSMOSIS_LLM_PROMPT_FILE": "p.yml"})
    assert config.prompt_overrides == {"table_user": "hi"}
    assert config.prompt_file == Path("p.yml")


def test_the_cache_is_where_the_user_s_caches_are(tmp_path: Path) -> None:
    assert load(tmp_path, environ={"XDG_CACHE_HOME": "/c"}).cache_dir == Path("/c/dbt-docsmith")
    assert load(tmp_path, environ={"OSMOSIS_LLM_CACHE_DIR": "/d"}).cache_dir == Path("/d")


def test_an_unreadable_file_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "dbt-docsmith.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config({"project_dir": str(tmp_path)}, {})


def test_nothing_secret_shows_in_its_repr(tmp_path: Path) -> None:
    (tmp_path / "dbt-docsmith.yml").write_text("providers: {openai: {headers: {X-Gateway: planted-1}}}")
    environ = {"OPENAI_API_KEY": "planted-2", "DBT_ENV_SECRET_X": "planted-3", "OPENAI_MODEL": "gpt-x"}
    config = load_config({"project_dir": str(tmp_path)}, environ)
    assert "planted" not in f"{config!r} {config.file!r}"
    assert "threads=16" in repr(config)
