"""Raw SQL rendered in a Jinja sandbox that knows what needs no warehouse and no macro.

``ref``, ``source``, ``this``, ``var``, ``config``, constants and control flow over them render as in dbt; of
everything else the sandbox says so: a mark in the SQL, two texts for a condition, or that it cannot tell.
Imports jinja2: import it late.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from jinja2 import Template, TemplateError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing

from dbt_docsmith.dbt.sql.jinja_names import STEP, UNKNOWN_NAMES, Names, RaisedByModel
from dbt_docsmith.dbt.sql.jinja_unknown import (
    Undecided,
    Unknown,
    UnknownError,
    joined,
    unknown_among,
    written,
    written_arguments,
)
from dbt_docsmith.dbt.sql.marks import Marks
from dbt_docsmith.dbt.sql.rendering import Rendered

MOST_WAYS = 8
_MOST_CHARS = 1_000_000
_MOST_REPEATS = 10_000
_FAULTS = (
    TemplateError,
    UnknownError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def render(raw_code: str, variables: Callable[[str], Any]) -> Rendered:
    """Render raw code. ``variables`` gives a var's value; KeyError: it is not set; UnknownError: who knows.

    It never raises for what the code says: ``reason`` tells what hindered it.
    """
    marks, undecided = Marks(), Undecided(MOST_WAYS)
    texts: dict[str, None] = {}
    try:
        template = _environment().from_string(raw_code)
        for _ in undecided.ways():
            names = Names(marks, undecided, variables, _rendered).all()
            try:
                texts[_text(template, names)] = None
            except RaisedByModel:
                continue
    except _FAULTS as fault:
        return Rendered(reason=_reason(fault))
    if not texts:
        return Rendered(reason="its Jinja always raises an error")
    return Rendered(texts=tuple(texts), references=tuple(marks.references), unknowns=tuple(marks.unknowns))


def _rendered(raw_code: str, names: dict[str, Any]) -> str:
    return _text(_environment().from_string(raw_code), names)


def _text(template: Template, names: dict[str, Any]) -> str:
    pieces, length = [], 0
    for piece in template.root_render_func(template.new_context(names)):
        length += len(piece)
        if length > _MOST_CHARS:
            raise UnknownError("its Jinja makes too much text")
        pieces.append(piece)
    return "".join(pieces)


class _Context(Context):
    """Every name that is not defined is something only dbt knows."""

    def resolve_or_missing(self, key: str) -> Any:
        found = super().resolve_or_missing(key)
        return self.parent[UNKNOWN_NAMES](key) if found is missing else found


def _write_concat(code: CodeGenerator, node: nodes.Concat, frame: Frame) -> None:
    """Lets ``~`` put unknown pieces into a text."""
    code.write("environment.joined((")
    for part in node.nodes:
        code.visit(part, frame)
        code.write(", ")
    code.write("))")


_Code = type("_Code", (CodeGenerator,), {"visit_Concat": _write_concat})


class _Environment(SandboxedEnvironment):
    context_class = _Context
    code_generator_class = _Code
    joined = staticmethod(joined)
    intercepted_binops = frozenset({"*", "**"})

    def is_safe_callable(self, obj: Any) -> bool:
        return isinstance(obj, Unknown) or super().is_safe_callable(obj)

    def call(self, context: Context, obj: Any, *arguments: Any, **named: Any) -> Any:
        context.parent[STEP]()
        return super().call(context, obj, *arguments, **named)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """No text or number that fills the memory."""
        sizes = [abs(side) if isinstance(side, (int, float)) else 0 for side in (left, right)]
        if max(sizes) > _MOST_REPEATS and not (
            isinstance(left, int) and isinstance(right, int) and operator == "*"
        ):
            raise UnknownError("its Jinja repeats too often")
        return super().call_binop(context, operator, left, right)


@functools.cache
def _environment() -> _Environment:
    """dbt's own extensions and filters; no filter and no test looks into an unknown value."""
    environment = _Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], finalize=_printed)
    environment.globals.pop("lipsum")
    environment.filters.pop("random")
    environment.filters |= dict.fromkeys(("as_bool", "as_native", "as_number", "as_text"), _same)
    filters: dict[str, Any] = environment.filters
    environment.filters = {name: _careful(name, call, "|") for name, call in filters.items()}
    environment.filters["join"] = _join_with(environment.filters["join"])
    tests: dict[str, Any] = environment.tests
    environment.tests = {name: _careful(name, call, "is") for name, call in tests.items()}
    return environment


def _careful(name: str, call: Callable[..., Any], word: str) -> Callable[..., Any]:
    first = 1 if hasattr(call, "jinja_pass_arg") else 0

    @functools.wraps(call)
    def careful(*arguments: object, **named: object) -> object:
        unknown = unknown_among((*arguments[first:], *named.values()))
        if unknown is None:
            return call(*arguments, **named)
        value, *rest = arguments[first:]
        brackets = f"({written_arguments(tuple(rest), named)})" if rest or named else ""
        return unknown.but(f"{written(value)} {word} {name}{brackets}")

    return careful


def _join_with(otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """``join``, which puts the unknown items of a list into the text."""

    @functools.wraps(otherwise)
    def join(context: object, values: object, d: object = "", attribute: object = None) -> object:
        if isinstance(values, (list, tuple)) and type(d) is str and attribute is None:
            return joined(values, d)
        return otherwise(context, values, d, attribute)

    return join


def _printed(value: object) -> object:
    return value.printed() if isinstance(value, Unknown) else value


def _same(value: object) -> object:
    return value


def _reason(fault: BaseException) -> str:
    if isinstance(fault, UnknownError):
        return str(fault)
    return f"its Jinja cannot be rendered ({type(fault).__name__})"
