"""Raw SQL rendered in a Jinja sandbox that knows what needs no warehouse.

``ref``, ``source``, ``this``, ``var``, ``config``, constants, macros and control flow over them render as in dbt;
of everything else the sandbox says so: a mark in the SQL, two texts for a condition, or that it cannot tell.
Imports jinja2: import it late.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import closing
from types import CodeType
from typing import Any

from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing
from msgspec import Struct

from dbt_docsmith.dbt.sql.jinja_filters import make_careful
from dbt_docsmith.dbt.sql.jinja_macros import FAULTS, Macros, RaisedByModel
from dbt_docsmith.dbt.sql.jinja_names import OTHER_NAMES, STEP, Names
from dbt_docsmith.dbt.sql.jinja_unknown import MOST_CHARS, PartlyUnknown, Unknown, joined, text_of
from dbt_docsmith.dbt.sql.macros import Macro, MacroLibrary
from dbt_docsmith.dbt.sql.marks import Marks
from dbt_docsmith.dbt.sql.rendering import Rendered
from dbt_docsmith.dbt.sql.undecided import HopelessError, Undecided, UnknownError

MOST_WAYS = 8
_MOST_REPEATS = 10_000


class Surroundings(Struct, frozen=True):
    """What a node's raw code can ask for: ``variables`` gives a var's value (KeyError: it is not set,
    UnknownError: who knows), ``macros`` are those of the manifest, seen from the node's ``package``."""

    variables: Callable[[str], Any]
    macros: MacroLibrary
    package: str = ""


def render(raw_code: str, surroundings: Surroundings) -> Rendered:
    """Render raw code. It never raises for what the code says: ``reason`` tells what hindered it.

    Where macros hinder it, they stay unknown.
    """
    rendered = _rendered(raw_code, surroundings)
    return _rendered(raw_code, surroundings, expand=False) if rendered.reason else rendered


def _rendered(raw_code: str, surroundings: Surroundings, *, expand: bool = True) -> Rendered:
    rendering = _Rendering(surroundings, expand=expand)
    try:
        texts = rendering.texts(raw_code)
    except FAULTS as fault:
        return Rendered(reason=_reason(fault))
    if not texts:
        return Rendered(reason="its Jinja always raises an error")
    marks = rendering.marks
    return Rendered(texts=tuple(texts), references=tuple(marks.references), unknowns=tuple(marks.unknowns))


class _Rendering:
    """One text being rendered, all its ways."""

    def __init__(self, surroundings: Surroundings, *, expand: bool) -> None:
        self.marks = Marks()
        self._undecided = Undecided(MOST_WAYS)
        self._unknown = Unknown("", self.marks, self._undecided)
        self._surroundings = surroundings
        self._library = surroundings.macros if expand else MacroLibrary.empty()
        self._known: dict[tuple[Macro, str], object] = {}
        self._environment = _environment().overlay()
        self._environment.any_unknown = self._unknown

    def texts(self, raw_code: str) -> dict[str, None]:
        """What the code comes to, each way once."""
        texts: dict[str, None] = {}
        with closing(self._undecided.ways()) as ways:
            for _ in ways:
                try:
                    texts[self._text(raw_code, self._names())] = None
                except RaisedByModel:
                    continue
        return texts

    def _names(self) -> dict[str, Any]:
        adapter_type = self._surroundings.macros.adapter_type
        return Names(
            self.marks, self._unknown, self._surroundings.variables, self._text, self._macros, adapter_type
        ).all()

    def _macros(self, names: Callable[[], dict[str, Any]]) -> Macros:
        package, known = self._surroundings.package, self._known
        return Macros(self._library, package, self._template, names, self._unknown, self._undecided, known)

    def _template(self, code: str) -> Template:
        environment = self._environment
        return Template.from_code(environment, _compiled(code), environment.make_globals(None))

    def _text(self, raw_code: str, names: dict[str, Any]) -> str:
        template = self._template(raw_code)
        pieces, length = [], 0
        for piece in template.root_render_func(template.new_context(names)):
            length += len(str(piece))
            if length > MOST_CHARS:
                raise HopelessError("its Jinja makes too much text")
            pieces.append(piece)
        return "".join(pieces)


@functools.lru_cache(maxsize=2_000)
def _compiled(code: str) -> CodeType:
    return _environment().compile(code)


class _Context(Context):
    """Every name that is not defined is a macro, or something only dbt knows."""

    def resolve_or_missing(self, key: str) -> Any:
        found = super().resolve_or_missing(key)
        if key == "null":  # which people write, and Jinja does not know
            return found
        return self.parent[OTHER_NAMES](key) if found is missing else found


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
    intercepted_binops = frozenset({"+", "*", "**"})
    any_unknown: Unknown

    def concat(self, pieces: list[str]) -> str:  # type: ignore[override]
        """What a macro or a block prints; Jinja would join the pieces and forget what is unknown."""
        return text_of("".join(pieces), self.any_unknown)

    def is_safe_callable(self, obj: Any) -> bool:
        return isinstance(obj, Unknown) or super().is_safe_callable(obj)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, PartlyUnknown) and attribute not in _KEEP_MARKS:
            return getattr(obj.unknown, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: Any, *arguments: Any, **named: Any) -> Any:
        context.parent[STEP]()
        value = super().call(context, obj, *arguments, **named)
        return text_of(value, self.any_unknown) if type(value) is str else value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """No text, list or number that fills the memory."""
        if operator == "+":
            _check_size(left, right)
        else:
            _check_repeats(operator, left, right)
        return super().call_binop(context, operator, left, right)


_KEEP_MARKS = frozenset({"lower", "lstrip", "rstrip", "strip", "upper"})


def _check_size(*sides: object) -> None:
    if sum(len(side) for side in sides if isinstance(side, (list, tuple)) or type(side) is str) > MOST_CHARS:
        raise HopelessError("its Jinja makes too much text")


def _check_repeats(operator: str, left: object, right: object) -> None:
    sizes = [abs(side) if isinstance(side, (int, float)) else 0 for side in (left, right)]
    of_numbers = isinstance(left, int) and isinstance(right, int) and operator == "*"
    if max(sizes) > _MOST_REPEATS and not of_numbers:
        raise UnknownError("its Jinja repeats too often")


@functools.cache
def _environment() -> _Environment:
    """dbt's own extensions and filters; no filter and no test looks into an unknown value."""
    environment = _Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], finalize=_printed)
    environment.globals.pop("lipsum")
    make_careful(environment)
    return environment


def _printed(value: object) -> object:
    return value.printed() if isinstance(value, Unknown) else value


def _reason(fault: BaseException) -> str:
    if isinstance(fault, UnknownError):
        return str(fault)
    return f"its Jinja cannot be rendered ({type(fault).__name__})"
