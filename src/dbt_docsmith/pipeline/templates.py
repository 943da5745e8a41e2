"""Config -> the prompt templates of a run."""

from __future__ import annotations

import re
from collections.abc import Callable

from dbt_docsmith.config import PROMPT_VARIABLE_PREFIX, Config
from dbt_docsmith.dbt.sql.dialects import dialect_of, lexis_of
from dbt_docsmith.errors import ConfigError
from dbt_docsmith.pipeline.bundled import bundled
from dbt_docsmith.prompting.masking import Masker, Redaction
from dbt_docsmith.prompting.prompt_files import TemplateText
from dbt_docsmith.prompting.sql_pieces import Quoting
from dbt_docsmith.prompting.templates import PromptStyle, Templates, load_templates
from dbt_docsmith.types import Evidence


def open_templates(config: Config) -> Templates:
    """The bundled templates with the user's over them. Raises ConfigError for one that cannot be rendered."""
    if config.prompt_file is not None and not config.prompt_file.is_file():
        where = config.where["prompt_file"]
        raise ConfigError(
            f"{where}: there is no prompt file {config.prompt_file}; name one that is there, or leave it out"
        )
    overrides = {
        key: TemplateText(text, f"{PROMPT_VARIABLE_PREFIX}{key.upper()}")
        for key, text in config.prompt_overrides.items()
    }
    variables = config.file.prompts.vars
    return load_templates(bundled("prompts"), config.prompt_file, overrides, variables, prompt_style(config))


def masked(config: Config, templates: Templates, adapter_type: str | None) -> Templates:
    """The templates for evidence with everything masked that `redact` says; ``adapter_type`` tells its strings."""
    return templates.showing(make_mask(config, adapter_type))


def make_mask(config: Config, adapter_type: str | None) -> Callable[[Evidence], Evidence]:
    """What masks in evidence all that `redact` says."""
    redact, lexis = config.file.redact, lexis_of(dialect_of(adapter_type))
    redaction = Redaction(mode=redact.mode, patterns=tuple(map(re.compile, redact.patterns)))
    quoting = Quoting(backslashes=lexis.backslashes, quotes_hold_text=lexis.quotes_hold_text, hashes=lexis.hashes)
    return Masker(redaction, quoting).evidence


def prompt_style(config: Config) -> PromptStyle:
    """The `style` of dbt-docsmith.yml over the defaults."""
    style, default = config.file.style, PromptStyle()
    return PromptStyle(
        language=style.language or default.language,
        tone=style.tone or default.tone,
        max_length=style.max_length or default.max_length,
        examples=tuple(style.examples),
    )
