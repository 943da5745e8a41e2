"""Prompt templates: the bundled ones, overridden key by key; Evidence -> Prompt.

A prompt file is YAML with any of the six keys and ``vars:``. Whatever is wrong with one is found when it is
loaded, before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from dbt_docsmith.errors import ConfigError
from dbt_docsmith.nearest import did_you_mean
from dbt_docsmith.prompting.answer import ANSWER_SCHEMA
from dbt_docsmith.prompting.facts import column_facts, node_facts
from dbt_docsmith.types import ColumnEvidence, Evidence, Prompt

TemplateName = Literal["model", "table", "column"]

NAMES: tuple[TemplateName, ...] = ("model", "table", "column")
KEYS = tuple(f"{name}_{part}" for name in NAMES for part in ("system", "user"))
VARIABLES = (
    "node",
    "columns",
    "node_facts",
    "column_facts",
    "needs_description",
    "language",
    "tone",
    "max_length",
    "examples",
)
_OLD_PLACEHOLDER = re.compile(r"(?<![{%#$])\{([A-Za-z_]\w*)\}(?!\})")
_SAMPLE = Evidence(
    unique_id="model.sample.orders",
    name="orders",
    resource_type="model",
    relation="ref('orders')",
    needs_description=True,
    columns=(ColumnEvidence(name="order_id"),),
)


class PromptStyle(Struct, frozen=True, kw_only=True):
    """How texts shall be written. ``max_length`` in characters; ``examples`` are texts to take the tone from."""

    language: str = "English"
    tone: str = "plain and precise"
    max_length: int = 500
    examples: tuple[str, ...] = ()


class TemplateText(Struct, frozen=True):
    """One template's source: ``where`` is a file or a variable, ``line`` that of its first line, from 1."""

    text: str
    where: str
    line: int = 1


class Templates:
    """The six compiled templates of a run, and what fills them."""

    def __init__(
        self, sources: Mapping[str, TemplateText], variables: Mapping[str, Any], style: PromptStyle
    ) -> None:
        """Raises ConfigError for a template that cannot be rendered, naming its file and line."""
        self._fixed = {
            "language": style.language,
            "tone": style.tone,
            "max_length": style.max_length,
            "examples": list(style.examples),
            **variables,
        }
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        known = (*VARIABLES, *variables)
        for key in sources:
            if key not in KEYS:
                raise ConfigError(f"{sources[key].where}: unknown key '{key}'{did_you_mean(key, KEYS)}")
        self._sources = sources
        self._compiled = {key: _compile(environment, key, sources[key], known) for key in KEYS}
        for name in NAMES:
            self._render(name, _SAMPLE)

    def render(self, evidence: Evidence) -> Prompt:
        """The two messages that ask for what ``evidence`` is about."""
        return self._render(template_for(evidence), evidence)

    def _render(self, name: TemplateName, evidence: Evidence) -> Prompt:
        values = {
            "node": evidence,
            "columns": evidence.columns,
            "node_facts": node_facts(evidence),
            "column_facts": column_facts(evidence),
            "needs_description": evidence.needs_description,
            **self._fixed,
        }
        system, user = (self._fill(f"{name}_{part}", values) for part in ("system", "user"))
        return Prompt(template=name, system=system, user=user, schema=ANSWER_SCHEMA)

    def _fill(self, key: str, values: Mapping[str, Any]) -> str:
        try:
            return self._compiled[key].render(values).strip()
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            source = self._sources[key]
            reason = " ".join(str(error).split())
            raise ConfigError(f"{source.where}:{source.line}: {key} cannot be rendered: {reason}") from error


def template_for(evidence: Evidence) -> TemplateName:
    """``table`` where only the node's text is asked for, ``column`` for a single column, else ``model``."""
    if not evidence.columns:
        return "table"
    return "column" if len(evidence.columns) == 1 and not evidence.needs_description else "model"


def load_templates(
    bundled: Path,
    file: Path | None = None,
    overrides: Mapping[str, TemplateText] | None = None,
    variables: Mapping[str, Any] | None = None,
    style: PromptStyle | None = None,
) -> Templates:
    """The bundled templates, overridden by ``file``, that by ``overrides`` (single keys of the environment).

    ``variables`` come from the configuration and are overridden by the file's own ``vars:``. Raises ConfigError.
    """
    sources: dict[str, TemplateText] = {}
    for name in NAMES:
        sources |= read_prompt_file(bundled / f"{name}.yml")[0]
    own: Mapping[str, Any] = {}
    if file is not None:
        texts, own = read_prompt_file(file)
        sources |= texts
    sources |= overrides or {}
    filled = {**(variables or {}), **own}
    if taken := [variable for variable in filled if variable in VARIABLES]:
        where = file or "prompts.vars"
        raise ConfigError(f"{where}: the variable '{taken[0]}' is the tool's own; choose another name")
    return Templates(sources, filled, style or PromptStyle())


def read_prompt_file(path: Path) -> tuple[dict[str, TemplateText], dict[str, Any]]:
    """The templates and the ``vars:`` of one prompt file. Raises ConfigError with file and line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text) or {}
    except OSError as error:
        raise ConfigError(f"{path}: the prompt file cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: the prompt file cannot be read: it is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: the prompt file is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict) or not isinstance(root, yaml.MappingNode | None):
        raise ConfigError(f"{path}:1: a prompt file is a mapping with any of {', '.join(KEYS)}, vars")
    return _read_keys(path, values, root.value if root is not None else [])


def _first_line(value: yaml.Node) -> int:
    """The line, from 1, of a value's own text: that of a block scalar begins below its key."""
    return value.start_mark.line + (2 if getattr(value, "style", None) in ("|", ">") else 1)


def _read_keys(
    path: Path, values: Mapping[Any, Any], pairs: Sequence[tuple[yaml.Node, yaml.Node]]
) -> tuple[dict[str, TemplateText], dict[str, Any]]:
    lines = {key.value: key.start_mark.line + 1 for key, _ in pairs}
    first_lines = {key.value: _first_line(value) for key, value in pairs}
    texts: dict[str, TemplateText] = {}
    for key, value in values.items():
        where = f"{path}:{lines.get(str(key), 1)}"
        if key == "vars":
            continue
        if key not in KEYS:
            raise ConfigError(f"{where}: unknown key '{key}'{did_you_mean(str(key), (*KEYS, 'vars'))}")
        if not isinstance(value, str):
            raise ConfigError(f"{where}: {key} must be text")
        texts[key] = TemplateText(value, str(path), first_lines.get(key, 1))
    own = values.get("vars") or {}
    if not isinstance(own, dict) or not all(isinstance(name, str) and name.isidentifier() for name in own):
        raise ConfigError(f"{path}:{lines.get('vars', 1)}: vars must be a mapping of names to values")
    return texts, own


def _compile(
    environment: ImmutableSandboxedEnvironment, key: str, source: TemplateText, known: Sequence[str]
) -> Template:
    text = _OLD_PLACEHOLDER.sub(lambda found: "{{ " + found[1] + " }}", source.text)
    try:
        tree = environment.parse(text)
        _refuse_unknown(tree, key, source, known)
        return environment.from_string(text)
    except TemplateSyntaxError as error:
        line = source.line + error.lineno - 1
        raise ConfigError(f"{source.where}:{line}: {key} is not a Jinja template: {error.message}") from error


def _refuse_unknown(tree: nodes.Template, key: str, source: TemplateText, known: Sequence[str]) -> None:
    assigned = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    allowed = {
        *known,
        *assigned,
        "loop",
        "range",
        "dict",
        "namespace",
        "joiner",
        "cycler",
        "true",
        "false",
        "none",
    }
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in allowed:
            line = source.line + name.lineno - 1
            raise ConfigError(
                f"{source.where}:{line}: unknown variable '{name.name}' in {key}"
                f"{did_you_mean(name.name, known)}; there are: {', '.join(known)}"
            )
