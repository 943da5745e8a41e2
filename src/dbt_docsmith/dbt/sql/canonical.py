"""The canonical SQL of a node: the same for every target, and in the project's own names. Pure.

What dbt compiled comes first, with its database names turned back into ``ref`` and ``source``; else the raw
code, as far as it renders without dbt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, structs

from dbt_docsmith.dbt.sql.compiled import RelationNames, mark_relations, without_ephemeral_ctes
from dbt_docsmith.dbt.sql.dialects import dialect_of, lexis_of
from dbt_docsmith.dbt.sql.macros import MacroLibrary
from dbt_docsmith.dbt.sql.marks import (
    Marks,
    Reference,
    relation_name,
    replace_marks,
    restore_names,
    type_name,
    unknown_name,
)
from dbt_docsmith.dbt.sql.references import References
from dbt_docsmith.dbt.sql.rendering import Rendered, render_simple, without_jinja_comments, without_snapshot_tags
from dbt_docsmith.dbt.sql.star_call import restore_star_calls
from dbt_docsmith.dbt.sql.undecided import UnknownError
from dbt_docsmith.types import Manifest, Node

_TRAILING_SPACE = re.compile(r"[^\S\n]+$", re.MULTILINE)
_BOM = "\ufeff"
_EMPTY_LINES = re.compile(r"\n{3,}")

Render = Callable[[str], Rendered]


class CanonicalSql(Struct, frozen=True, kw_only=True):
    """The SQL of a node, to be read and to be parsed.

    ``parseable`` has a plain name for each relation, whose unique id ``relations`` gives, and for each piece
    of Jinja that only dbt can render; ``written`` says what people write for it. ``variants`` are further texts,
    where a condition that only dbt can tell may go another way; ``as_it_stands`` is the raw code where it could
    not be rendered into one text. ``reason`` says in a few words why there is nothing to parse.
    """

    parseable: str = ""
    variants: tuple[str, ...] = ()
    relations: Mapping[str, str] = {}
    written: Mapping[str, str] = {}
    as_it_stands: str = ""
    reason: str = ""

    @property
    def display(self) -> str:
        """What a person reads: the same for two targets."""
        return _tidy(self.as_it_stands or self.restored(self.parseable))

    def restored(self, text: str) -> str:
        """A piece of ``parseable`` in people's words."""
        return restore_names(restore_star_calls(text, self.written), self.written)


def canonical_sql(
    node: Node, manifest: Manifest, *, project_vars: Mapping[str, Any] | None = None, render: Render | None = None
) -> CanonicalSql:
    """The SQL of a node. ``render`` takes the sandbox's place, for instance to keep what it rendered."""
    if reason := _why_none(node):
        return CanonicalSql(reason=reason)
    references = References(node, manifest)
    if node.compiled_code:
        return _assembled(_marked(node, node.compiled_code.removeprefix(_BOM), manifest), references)
    raw_code = without_snapshot_tags(node.raw_code.removeprefix(_BOM))
    render = render or (lambda code: render_in_sandbox(code, node, manifest, project_vars or {}))
    rendered = render_simple(raw_code) or render(raw_code)
    canonical = _assembled(rendered, references)
    if len(rendered.texts) == 1:
        return canonical
    return structs.replace(canonical, as_it_stands=without_jinja_comments(raw_code))


def render_in_sandbox(
    raw_code: str,
    node: Node,
    manifest: Manifest,
    project_vars: Mapping[str, Any],
    macros: MacroLibrary | None = None,
) -> Rendered:
    """Render what needs Jinja; importing it costs more than most projects' SQL."""
    from dbt_docsmith.dbt.sql.jinja_sandbox import Surroundings, render

    variables = variables_of(node, manifest, project_vars)
    return render(raw_code, Surroundings(variables, macros or MacroLibrary(manifest), node.package_name))


def variables_of(node: Node, manifest: Manifest, project_vars: Mapping[str, Any]) -> Callable[[str], Any]:
    """How ``var`` finds a value: those set for the node's package first, then those set for all."""
    scoped = project_vars.get(node.package_name)
    by_package = scoped if isinstance(scoped, Mapping) else {}

    def value(name: str) -> Any:
        if name in by_package:
            return by_package[name]
        if name not in project_vars and node.package_name != manifest.project_name:
            raise UnknownError("a package may set its own vars")
        return project_vars[name]

    return value


def _why_none(node: Node) -> str:
    if node.language != "sql":
        return f"a {node.language.capitalize()} model"
    if not (node.compiled_code or node.raw_code):
        return f"a {node.resource_type} has no SQL" if node.resource_type in ("source", "seed") else "no SQL"
    return ""


def _marked(node: Node, compiled_code: str, manifest: Manifest) -> Rendered:
    lexis = lexis_of(dialect_of(manifest.adapter_type))
    names = _names_in_compiled(node, manifest)
    marks = Marks()
    code = without_ephemeral_ctes(compiled_code, lexis)
    text = mark_relations(code, names, lexis, marks)
    return Rendered(texts=(text,), references=tuple(marks.references))


def _names_in_compiled(node: Node, manifest: Manifest) -> RelationNames:
    names = RelationNames()
    if node.relation_name:
        names.add(node.relation_name, Reference("this"))
    for unique_id in node.depends_on:
        parent = manifest.nodes.get(unique_id)
        if parent is None:
            continue
        reference = Reference("node", (unique_id,))
        if parent.relation_name:
            names.add(parent.relation_name, reference)
        else:
            for name in (parent.name, parent.identifier):
                names.add_ephemeral(name or parent.name, reference)
    return names


def _assembled(rendered: Rendered, references: References) -> CanonicalSql:
    if not rendered.texts:
        return CanonicalSql(reason=rendered.reason)
    found = [references.resolved(reference) for reference in rendered.references]
    names = [relation_name(number, relation.short_name) for number, relation in enumerate(found)]
    unknown_names = [unknown_name(number) for number in range(len(rendered.unknowns))]
    type_names = [type_name(number) for number in range(len(rendered.unknowns))]
    written = [f"{{{{ {relation.written} }}}}" for relation in found]
    parseable, *variants = (replace_marks(text, names) for text in rendered.texts)
    return CanonicalSql(
        parseable=parseable,
        variants=tuple(variants),
        relations={
            name: relation.unique_id for name, relation in zip(names, found, strict=True) if relation.unique_id
        },
        written=dict(
            zip(
                (*names, *unknown_names, *type_names),
                (*written, *rendered.unknowns, *rendered.unknowns),
                strict=True,
            )
        ),
    )


def _tidy(sql: str) -> str:
    """Without what Jinja leaves behind: empty lines, and spaces at the end of lines."""
    return _EMPTY_LINES.sub("\n\n", _TRAILING_SPACE.sub("", sql.replace("\r\n", "\n"))).strip()
