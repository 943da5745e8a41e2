"""`prompts list | show | init | validate`: the templates of a project, without a manifest."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.config_file import FILE_NAME
from dbt_docsmith.errors import ConfigError, UsageError
from dbt_docsmith.nearest import did_you_mean
from dbt_docsmith.pipeline.bundled import bundled
from dbt_docsmith.pipeline.templates import open_templates
from dbt_docsmith.prompting.prompt_files import KEYS, NAMES, TemplateText
from dbt_docsmith.prompting.templates import VARIABLES

PURPOSES = {
    "model": "a node of which several texts are missing",
    "table": "a node of which only its own text is missing",
    "column": "a node of which one column's text is missing",
    "thing": "an exposure, a macro, a metric or a semantic model",
}
_HEAD = """\
# The prompts of this project. Delete what you do not change: a key that is not here is the tool's own.
# `dbt-docsmith prompts validate` checks this file, `prompts render NODE` shows what would be sent.
"""


class TemplateSource(Struct, frozen=True, kw_only=True):
    """One of the templates in effect. ``where`` is "bundled", a file with its line, or a variable."""

    key: str
    purpose: str
    where: str
    text: str


class TemplateList(Struct, frozen=True, kw_only=True):
    """The templates in effect, the variables they may use and the user's own among them."""

    templates: tuple[TemplateSource, ...]
    variables: dict[str, str]


def list_templates(config: Config) -> TemplateList:
    """Every template and variable in effect. Raises ConfigError for one that cannot be rendered."""
    opened = open_templates(config)
    own = dict.fromkeys(opened.own_variables, "yours")
    sources = [_source(key, opened.source(key)) for key in KEYS]
    return TemplateList(templates=tuple(sources), variables={**VARIABLES, **own})


def show_templates(config: Config, name: str) -> tuple[TemplateSource, ...]:
    """The template ``model_system``, or both of ``model``. Raises UsageError for a name that is none."""
    found = tuple(
        each for each in list_templates(config).templates if each.key in (name, f"{name}_system", f"{name}_user")
    )
    if not found:
        known = (*NAMES, *KEYS)
        raise UsageError(f"'{name}' is no template{did_you_mean(name, known)}; there are: {', '.join(known)}")
    return found


def validate_templates(config: Config, file: Path | None) -> str:
    """What was checked: ``file``, else the templates in effect. Raises ConfigError with file and line."""
    if file is not None:
        config = replace(config, prompt_file=file, where={**config.where, "prompt_file": "prompts validate"})
    open_templates(config)
    return str(config.prompt_file) if config.prompt_file else "the bundled templates"


def write_prompt_file(path: Path) -> None:
    """Write commented copies of the bundled templates. Raises ConfigError where the file is there already."""
    copies = [(bundled("prompts") / f"{name}.yml").read_text(encoding="utf-8") for name in NAMES]
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write("\n".join((_HEAD, *copies)))
    except FileExistsError:
        raise ConfigError(f"{path} is there already: name another file, or remove it") from None


def switched_on_by(config: Config, path: Path) -> str:
    """The line of dbt-docsmith.yml that makes the tool use the prompt file."""
    root = config.project_dir.resolve()
    shown = path.resolve().relative_to(root) if path.resolve().is_relative_to(root) else path.resolve()
    return f"prompts: {{file: {shown.as_posix()}}} in {FILE_NAME}"


def _source(key: str, text: TemplateText) -> TemplateSource:
    name = key.partition("_")[0]
    where = text.where if not Path(text.where).is_file() else f"{text.where}:{text.line}"
    if Path(text.where).parent == bundled("prompts"):
        where = "bundled"
    return TemplateSource(key=key, purpose=PURPOSES[name], where=where, text=text.text)
