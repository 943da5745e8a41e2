"""Options + environment + file + defaults -> one frozen Config. The only reader of the environment.

No wing sees the Config: ``pipeline`` hands each its own small settings.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from dbt_docsmith.config_file import read_config_file
from dbt_docsmith.config_sections import ConfigFile
from dbt_docsmith.dbt.project import nearest_project_dir
from dbt_docsmith.errors import UsageError
from dbt_docsmith.hiding import secrets_of, unmistakable
from dbt_docsmith.settings import (
    Option,
    Setting,
    above_zero,
    count,
    count_or_none,
    money,
    one_of,
    percentage,
    rate,
    resolve,
    switch,
    zero_or_more,
)

PROMPT_VARIABLE_PREFIX = "OSMOSIS_LLM_PROMPT_"

OPTIONS: tuple[Option, ...] = (
    Option(name="profiles_dir", flag="--profiles-dir", variables=("DBT_PROFILES_DIR",)),
    Option(name="profile", flag="--profile"),
    Option(name="target", flag="--target", variables=("DBT_TARGET",)),
    Option(name="target_path", flag="--target-path", variables=("DBT_TARGET_PATH",)),
    Option(name="vars", flag="--vars"),
    Option(name="manifest", flag="--manifest"),
    Option(name="catalog", flag="--catalog"),
    Option(name="select", flag="--select", default=()),
    Option(name="exclude", flag="--exclude", default=()),
    Option(name="selectors", flag="--selector", default=()),
    Option(name="resource_types", flag="--resource-type", default=()),
    Option(name="limit", flag="--limit", parse=count),
    Option(name="only", flag="--only", parse=one_of("nodes", "columns")),
    Option(name="overwrite", flag="--overwrite", default=False),
    Option(name="add_columns", flag="--skip-add-columns", key="columns.add", default=True),
    Option(name="add_source_columns", flag="--add-source-columns", key="columns.add_source", default=False),
    Option(name="case", flag="columns.case", key="columns.case"),
    Option(name="inherit", flag="--skip-inherit", default=True),
    Option(name="provider", flag="--provider", variables=("LLM_PROVIDER",), key="provider"),
    Option(name="model", flag="--model", variables=("LLM_MODEL",), key="model"),
    Option(
        name="prompt_file",
        flag="--llm-prompt-file",
        variables=("OSMOSIS_LLM_PROMPT_FILE",),
        key="prompts.file",
    ),
    Option(
        name="timeout",
        flag="--llm-timeout",
        variables=("OSMOSIS_LLM_TIMEOUT",),
        key="limits.timeout",
        parse=above_zero,
        default=120.0,
    ),
    Option(
        name="rate_limit",
        flag="--llm-rate-limit",
        variables=("OSMOSIS_LLM_RATE_LIMIT",),
        key="limits.requests_per_minute",
        parse=rate,
        default="auto",
    ),
    Option(
        name="token_limit",
        flag="--llm-token-limit",
        variables=("OSMOSIS_LLM_TOKEN_LIMIT",),
        key="limits.tokens_per_minute",
        parse=count_or_none,
    ),
    Option(
        name="max_retries",
        flag="--llm-max-retries",
        variables=("OSMOSIS_LLM_MAX_RETRIES",),
        key="limits.max_retries",
        parse=count_or_none,
        default=3,
    ),
    Option(
        name="retry_delay",
        flag="--llm-retry-delay",
        variables=("OSMOSIS_LLM_RETRY_DELAY",),
        parse=zero_or_more,
        default=1.0,
    ),
    Option(
        name="temperature",
        flag="--llm-temperature",
        variables=("OSMOSIS_LLM_TEMPERATURE",),
        parse=zero_or_more,
    ),
    Option(
        name="max_tokens",
        flag="--llm-max-tokens",
        variables=("OSMOSIS_LLM_MAX_TOKENS",),
        parse=count,
        default=4096,
    ),
    Option(
        name="max_sql_chars",
        flag="--llm-max-sql-chars",
        variables=("OSMOSIS_LLM_MAX_SQL_CHARS",),
        parse=count_or_none,
    ),
    Option(
        name="stats",
        flag="--llm-stats",
        variables=("OSMOSIS_LLM_TRACK_USAGE",),
        parse=switch,
        default=False,
    ),
    Option(
        name="log_prompts",
        flag="--debug-prompts",
        variables=("OSMOSIS_LLM_LOG_PROMPTS",),
        parse=switch,
        default=False,
    ),
    Option(
        name="max_cost",
        flag="--max-cost",
        variables=("OSMOSIS_LLM_MAX_COST",),
        key="budget.per_run",
        parse=money,
    ),
    Option(
        name="max_requests",
        flag="--max-requests",
        variables=("OSMOSIS_LLM_MAX_REQUESTS",),
        key="budget.requests",
        parse=count_or_none,
    ),
    Option(name="max_monthly_cost", flag="budget.per_month", key="budget.per_month", parse=money),
    Option(name="use_cache", flag="--no-cache", default=True),
    Option(name="refresh", flag="--refresh", default=False),
    Option(name="offline", flag="--offline", default=False),
    Option(name="threads", flag="--threads", key="limits.threads", parse=count, default=16),
    Option(
        name="prompt_tokens", flag="limits.prompt_tokens", key="limits.prompt_tokens", parse=count, default=8000
    ),
    Option(
        name="fail_on",
        flag="--fail-on",
        parse=one_of("never", "failed", "abstained"),
        default="failed",
    ),
    Option(name="min_coverage", flag="--min-coverage", parse=percentage),
    Option(name="compare", flag="--compare"),
    Option(name="new_only", flag="--new-only", default=False),
    Option(name="stale", flag="--stale", parse=one_of("own", "upstream")),
    Option(name="refresh_stale", flag="--refresh-stale", default=False),
    Option(name="state", flag="--state", variables=("DBT_STATE",)),
    Option(
        name="count_columns",
        flag="--count-columns",
        parse=one_of("declared", "known"),
        default="declared",
    ),
)


class Config(Struct, frozen=True, kw_only=True):
    """Everything a run was told, each value resolved.

    Units: seconds, tokens, characters, US dollars; rates are a minute's. ``where`` names the origin of each value;
    ``environ`` is what providers' variables are looked up in.
    """

    project_dir: Path
    file: ConfigFile
    environ: Mapping[str, str]
    where: Mapping[str, str]
    prompt_overrides: Mapping[str, str]
    cache_dir: Path
    profiles_dir: Path | None
    profile: str | None
    target: str | None
    target_path: str | None
    vars: str | None
    manifest: Path | None
    catalog: Path | None
    select: tuple[str, ...]
    exclude: tuple[str, ...]
    selectors: tuple[str, ...]
    resource_types: tuple[str, ...]
    limit: int | None
    only: str | None
    overwrite: bool
    add_columns: bool
    add_source_columns: bool
    case: str | None
    inherit: bool
    provider: str | None
    model: str | None
    prompt_file: Path | None
    timeout: float
    rate_limit: int | Literal["auto"]
    token_limit: int | None
    max_retries: int
    retry_delay: float
    temperature: float | None
    max_tokens: int
    max_sql_chars: int | None
    stats: bool
    log_prompts: bool
    max_cost: Decimal | None
    max_requests: int | None
    max_monthly_cost: Decimal | None
    use_cache: bool
    refresh: bool
    offline: bool
    threads: int
    prompt_tokens: int
    fail_on: str
    min_coverage: float | None
    compare: Path | None
    new_only: bool
    stale: str | None
    refresh_stale: bool
    state: Path | None
    count_columns: str

    def __repr__(self) -> str:
        hidden = ("environ", "file", "prompt_overrides", "where", "vars")
        shown = [name for name in self.__struct_fields__ if name not in hidden]
        return f"Config({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


def load_config(given: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Config:
    """Resolve what the command line gave (None: not given) against environment, file and defaults.

    Raises ConfigError or UsageError in one line.
    """
    environ = os.environ if environ is None else environ
    named = given.get("project_dir") or environ.get("DBT_PROJECT_DIR")
    project_dir = Path(named) if named else nearest_project_dir(Path())
    if not project_dir.is_dir():
        raise UsageError(f"{project_dir}: there is no such folder; give the dbt project's with --project-dir")
    file = read_config_file(project_dir)
    settings = {option.name: resolve(option, given, environ, file) for option in OPTIONS}
    values = {name: setting.value for name, setting in settings.items()}
    for name in ("select", "exclude", "selectors", "resource_types"):
        values[name] = tuple(values[name])
    for name in ("manifest", "catalog", "profiles_dir", "compare", "state"):
        values[name] = Path(values[name]) if values[name] else None
    values["prompt_file"] = _prompt_file(settings["prompt_file"], project_dir)
    values["cache_dir"] = find_cache_dir(environ)
    return Config(
        project_dir=project_dir,
        file=file,
        environ=environ,
        where={name: setting.where for name, setting in settings.items()},
        prompt_overrides=_prompt_overrides(environ),
        **values,
    )


def _prompt_file(setting: Setting, project_dir: Path) -> Path | None:
    if not setting.value:
        return None
    written_in_file = setting.where.startswith("dbt-docsmith.yml")
    return project_dir / setting.value if written_in_file else Path(setting.value)


def _prompt_overrides(environ: Mapping[str, str]) -> dict[str, str]:
    """Single templates of the environment, by key: ``OSMOSIS_LLM_PROMPT_MODEL_SYSTEM`` is ``model_system``."""
    return {
        name.removeprefix(PROMPT_VARIABLE_PREFIX).lower(): text
        for name, text in environ.items()
        if name.startswith(PROMPT_VARIABLE_PREFIX) and name != "OSMOSIS_LLM_PROMPT_FILE" and text.strip()
    }


def known_secrets(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What no output may hold: the values of variables whose names say that they are secret."""
    return tuple(unmistakable(secrets_of(os.environ if environ is None else environ)))


def engine_is_on(environ: Mapping[str, str] | None = None) -> bool:
    """Whether this engine serves dbt-osmosis's --synthesize, as OSMOSIS_LLM_ENGINE says. Raises UsageError."""
    environ = os.environ if environ is None else environ
    said = environ.get("OSMOSIS_LLM_ENGINE", "").strip()
    try:
        return not said or switch(said)
    except ValueError:
        raise UsageError(f"OSMOSIS_LLM_ENGINE: '{said}' is neither on nor off; nothing was sent") from None


def find_cache_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Where answers and what was spent are kept: as OSMOSIS_LLM_CACHE_DIR says, else the user's cache folder."""
    environ = os.environ if environ is None else environ
    named = environ.get("OSMOSIS_LLM_CACHE_DIR", "").strip()
    return Path(named) if named else _user_cache_dir(environ)


def _user_cache_dir(environ: Mapping[str, str]) -> Path:
    """The user's cache folder, where the platform keeps such things."""
    if environ.get("XDG_CACHE_HOME"):
        return Path(environ["XDG_CACHE_HOME"]) / "dbt-docsmith"
    if sys.platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / "dbt-docsmith" / "cache"
    home = Path(environ.get("HOME") or Path.home())
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "dbt-docsmith"
