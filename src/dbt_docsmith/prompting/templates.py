"""Prompt templates: the bundled ones, overridden key by key; Evidence -> Prompt.

Whatever is wrong with one is found when it is loaded, before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.describable import THINGS, parts_word, word_for
from dbt_docsmith.errors import ConfigError
from dbt_docsmith.nearest import did_you_mean
from dbt_docsmith.prompting.answer import ANSWER_SCHEMA
from dbt_docsmith.prompting.facts import column_facts, node_facts
from dbt_docsmith.prompting.prompt_files import KEYS, NAMES, TemplateName, TemplateText, read_prompt_file
from dbt_docsmith.types import ColumnEvidence, Evidence, Neighbour, OriginFact, Prompt, TestFact

VARIABLES: Mapping[str, str] = {
    "node": "what is described: name, relation, resource_type, materialized, layer, description, group, owner",
    "columns": "the columns to describe: name, data_type, kind, expression, origins, tests, comment, note",
    "node_facts": "what is known of the node, ready to print, between <evidence> marks",
    "column_facts": "what is known of each column to describe, ready to print",
    "thing": "what people call such a node: model, macro, semantic model",
    "parts": "what people call its `columns`: columns, arguments, or entities, dimensions and measures",
    "needs_description": "whether the node's own text is asked for",
    "language": "`style: language` of dbt-docsmith.yml",
    "tone": "`style: tone`",
    "max_length": "`style: max_length`, in characters",
    "examples": "`style: examples`: texts to take the tone from",
}
"""What a template may use, beside the ``vars:`` of a prompt file or of dbt-docsmith.yml."""

_OLD_PLACEHOLDER = re.compile(r"(?<![{%#$])\{([A-Za-z_]\w*)\}(?!\})")
_THIN = Evidence(
    unique_id="model.sample.orders",
    name="orders",
    resource_type="model",
    relation="ref('orders')",
    needs_description=True,
    columns=(ColumnEvidence(name="order_id"),),
)
_RICH = replace(
    _THIN,
    materialized="table",
    layer="marts",
    description="One row per order.",
    documented={"status": "Where the order stands."},
    tests=(TestFact(name="unique", arguments="where: 'not deleted'"),),
    grain=("order_id",),
    parents=(Neighbour(relation="ref('stg_orders')", description="Orders as they come."),),
    children=(Neighbour(relation="ref('customers')", description="People who order."),),
    exposures=(Neighbour(relation="weekly sales"),),
    meta=("reviewed: 2024",),
    owner="Finance",
    note="kept for the auditors",
    house_style=("Day of the sale, local time.",),
    sql="select order_id from {{ ref('stg_orders') }}",
    tags=("nightly",),
    group="finance",
    columns=(
        ColumnEvidence(
            name="order_id",
            data_type="integer",
            kind="derived",
            expression="cast(id as integer)",
            origins=(OriginFact(relation="ref('stg_orders')", column="id", description="The shop's number."),),
            tests=(TestFact(name="unique"), TestFact(name="accepted_values", values=("1", "2"))),
            constraints=("not_null",),
            tags=("key",),
            comment="the shop's own number",
            note="never reused",
            meta=("unit: none",),
        ),
    ),
)

_SAMPLES = (
    _THIN,
    replace(_THIN, needs_description=False),
    _RICH,
    *(replace(_RICH, resource_type=kind, columns=()) for kind in sorted(THINGS)),
)


class PromptStyle(Struct, frozen=True, kw_only=True):
    """How texts shall be written. ``max_length`` in characters; ``examples`` are texts to take the tone from."""

    language: str = "English"
    tone: str = "plain and precise"
    max_length: int = 500
    examples: tuple[str, ...] = ()


class Templates:
    """The compiled templates of a run, and what fills them."""

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
        self.own_variables = tuple(variables)
        self._shown: Callable[[Evidence], Evidence] = lambda evidence: evidence
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        known = (*VARIABLES, *variables)
        for key in sources:
            if key not in KEYS:
                raise ConfigError(f"{sources[key].where}: unknown key '{key}'{did_you_mean(key, KEYS)}")
        self._sources = sources
        self._compiled = {key: _compile(environment, key, sources[key], known) for key in KEYS}
        for name in NAMES:
            for sample in _SAMPLES:
                self._render(name, sample)

    def source(self, key: str) -> TemplateText:
        """The text of one of the templates, and where it is from."""
        return self._sources[key]

    def render(self, evidence: Evidence) -> Prompt:
        """The two messages that ask for what ``evidence`` is about, with no more of it than may be shown."""
        return self._render(template_for(evidence), self._shown(evidence))

    def showing(self, shown: Callable[[Evidence], Evidence]) -> Templates:
        """The same templates for evidence that ``shown`` has gone over first."""
        other = copy(self)
        other._shown = shown
        return other

    def _render(self, name: TemplateName, evidence: Evidence) -> Prompt:
        values = {
            "node": evidence,
            "columns": evidence.columns,
            "node_facts": node_facts(evidence),
            "column_facts": column_facts(evidence),
            "thing": word_for(evidence.resource_type),
            "parts": parts_word(evidence.resource_type),
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
    """``table`` where only the node's text is asked for, ``column`` for a single column, else ``model``.

    ``thing`` for what has no columns.
    """
    if evidence.resource_type in THINGS:
        return "thing"
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
