"""Macros called in the sandbox: what they come to is rendered as dbt would, or they are left unknown.

A macro that hangs on something only dbt knows is tried every way it can go. Where all come to the same, that is
it; else the condition is one of the whole text, as if it stood there. Imports jinja2: import it late.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, NoReturn

from jinja2 import Template, TemplateError

from dbt_docsmith.dbt.sql.dialects import dialect_of, quoted_name
from dbt_docsmith.dbt.sql.jinja_unknown import (
    JINJA_ASKS,
    Relation,
    Unknown,
    joined,
    text_of,
    unknown_among,
    written,
    written_arguments,
)
from dbt_docsmith.dbt.sql.macros import Macro, MacroLibrary
from dbt_docsmith.dbt.sql.star_call import StarCall
from dbt_docsmith.dbt.sql.undecided import HopelessError, Undecided, UnknownError

_MOST_NESTED = 30
_STAR_PACKAGE = "dbt_utils"
_STAR = f"{_STAR_PACKAGE}.star"
_STAR_ARGUMENTS = ("from", "relation_alias", "except", "prefix", "suffix", "quote_identifiers")
_PREFIX = "dbt_macro__"  # as dbt calls it inside, so that a macro that names itself is called from outside
_HEAD = re.compile(r"\{%[-+]?\s*macro\s+")
FAULTS = (
    TemplateError,
    UnknownError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class RaisedByModel(Exception):
    """``exceptions.raise_compiler_error``: this way dbt would not go on either."""


class _Returned(Exception):
    """``return(value)``: the macro is done."""

    def __init__(self, value: object) -> None:
        self.value = value


def give_back(value: object = None) -> NoReturn:
    """``return(value)``."""
    raise _Returned(value)


class Macros:
    """What the macros of a library come to in one rendering.

    ``own_package`` is the node's; ``template`` compiles a macro's code; ``names`` are what it can name; ``known``
    keeps what calls came to on which no condition had a say, for the other ways.
    """

    def __init__(
        self,
        library: MacroLibrary,
        own_package: str,
        template: Callable[[str], Template],
        names: Callable[[], Mapping[str, Any]],
        unknown: Unknown,
        undecided: Undecided,
        known: dict[tuple[Macro, str], object],
    ) -> None:
        self._library = library
        self._own_package = own_package
        self._template = template
        self._names = names
        self._undecided = undecided
        self._known = known
        self._modules: dict[Macro, Any] = {}
        self._nested = 0
        self.unknown = unknown

    def named(self, name: str) -> object:
        """What a name means that is nothing else: a macro, a package, or something only dbt knows."""
        if macro := self._library.named(name, self._own_package):
            return _Callable(macro, name, self)
        return _Package(name, self) if self._library.is_package(name) else self.unknown.but(name)

    def of_package(self, package: str, name: str) -> object:
        """``package.name``."""
        called = f"{package}.{name}"
        if called == _STAR and self._library.is_from(_STAR_PACKAGE, "star", self._own_package):
            return self._star
        macro = self._library.in_package(package, name)
        return _Callable(macro, called, self) if macro else self.unknown.but(called)

    def _star(self, *arguments: object, **named: object) -> object:
        """What ``dbt_utils.star`` comes to without asking for the columns."""
        unknown = self.unknown.but(f"{_STAR}({written_arguments(arguments, named)})")
        given = {**dict(zip(_STAR_ARGUMENTS, arguments, strict=False)), **named}
        relation = given.pop("from", None)
        hidden, alias = given.pop("except", ()), given.pop("relation_alias", "")
        given.pop("quote_identifiers", None)
        ends = {name: given.pop(name, "") for name in ("prefix", "suffix")}
        if given or not isinstance(relation, Relation) or unknown_among([hidden, alias, *ends.values()]):
            return unknown
        if not isinstance(hidden, (list, tuple)):
            return unknown
        names = tuple(str(name).lower() for name in hidden)
        call = StarCall(str(relation), str(alias or ""), str(ends["prefix"]), str(ends["suffix"]), names)
        sql = call.as_sql()
        return unknown if sql is None else text_of(sql, self.unknown)

    def dispatched(self, name: str, namespace: str | None) -> object:
        """``adapter.dispatch(name, namespace)``."""
        macro = self._library.dispatched(name, namespace, self._own_package)
        called = f"{namespace}.{name}" if namespace else name
        return _Callable(macro, called, self) if macro else self.unknown.but(called)

    def call(
        self, macro: Macro, called: str, arguments: tuple[object, ...], named: Mapping[str, object]
    ) -> object:
        """What a call comes to."""
        text = f"{called}({written_arguments(arguments, named)})"
        if (macro, text) in self._known:
            return self._known[macro, text]

        def given_as_now() -> bool:
            return text == f"{called}({written_arguments(arguments, named)})"

        asked = self._undecided.asked
        value = self._made(text, lambda: self._value(macro, arguments, named), given_as_now)
        is_constant = isinstance(value, (str, Unknown)) and asked == self._undecided.asked
        if is_constant and "caller" not in named and given_as_now():
            self._known[macro, text] = value
        return value

    def _made(self, text: str, run: Callable[[], object], given_as_now: Callable[[], bool]) -> object:
        try:
            value = self._agreed(run, given_as_now)
        except HopelessError:
            raise
        except FAULTS as fault:
            if not given_as_now():
                raise HopelessError(f"it hangs on {{{{ {text} }}}}") from fault
            return self.unknown.but(text)
        return self.unknown.but(text) if isinstance(value, Unknown) else value

    def _agreed(self, run: Callable[[], object], given_as_now: Callable[[], bool]) -> object:
        while True:
            values, conditions = self._every_way(run, given_as_now)
            if all(written(value) == written(values[0]) for value in values[1:]):
                return values[0]
            self._undecided.decide(conditions[0])

    def _every_way(
        self, run: Callable[[], object], given_as_now: Callable[[], bool]
    ) -> tuple[list[object], tuple[str, ...]]:
        values: list[object] = []
        conditions: tuple[str, ...] = ()
        with closing(self._undecided.ways()) as ways:
            for number, _ in enumerate(ways):
                if number and not given_as_now():
                    raise UnknownError("a macro changes what it is given, or does not")
                try:
                    values.append(run())
                except RaisedByModel:
                    continue
                finally:
                    conditions = conditions or self._undecided.decided
        if not values:
            raise RaisedByModel
        return values, conditions

    def _value(self, macro: Macro, arguments: tuple[object, ...], named: Mapping[str, object]) -> object:
        if macro not in self._modules:
            code = _HEAD.sub(rf"\g<0>{_PREFIX}", macro.code, count=1)
            module = self._template(code).make_module(dict(self._names()))
            self._modules[macro] = getattr(module, f"{_PREFIX}{macro.name}")
        if self._nested >= _MOST_NESTED:
            raise HopelessError("its macros call one another without end")
        self._nested += 1
        try:
            return text_of(self._modules[macro](*arguments, **named), self.unknown)
        except _Returned as returned:
            return returned.value
        finally:
            self._nested -= 1


class Adapter:
    """``adapter``: the macros it finds and the quotes it writes; what it does in the warehouse only dbt knows."""

    def __init__(self, macros: Macros, adapter_type: str | None) -> None:
        self._macros = macros
        self._adapter_type = adapter_type

    def dispatch(self, macro_name: object, macro_namespace: object = None, packages: object = None) -> object:
        """The macro for this adapter."""
        if packages is not None or unknown_among((macro_name, macro_namespace)) is not None:
            return self._macros.unknown.but(f"adapter.dispatch({written(macro_name)}, {written(macro_namespace)})")
        return self._macros.dispatched(str(macro_name), str(macro_namespace) if macro_namespace else None)

    def quote(self, identifier: object) -> object:
        """A name in quotes."""
        pair = quoted_name(dialect_of(self._adapter_type))
        if pair is None:
            return self._macros.unknown.but(f"adapter.quote({written(identifier)})")
        return joined((pair[0], identifier, pair[1]))

    def type(self) -> object:
        """The adapter's name."""
        return self._adapter_type or self._macros.unknown.but("adapter.type()")

    def __getattr__(self, name: str) -> Unknown:
        if name.startswith("_") or name in JINJA_ASKS:
            raise AttributeError(name)
        return self._macros.unknown.but(f"adapter.{name}")


class _Package:
    """``dbt_utils`` before the dot."""

    def __init__(self, name: str, macros: Macros) -> None:
        self._name = name
        self._macros = macros

    def __getattr__(self, name: str) -> object:
        if name.startswith("_") or name in JINJA_ASKS:
            raise AttributeError(name)
        return self._macros.of_package(self._name, name)


class _Callable:
    """A macro that has been named and not yet called."""

    def __init__(self, macro: Macro, called: str, macros: Macros) -> None:
        self._macro = macro
        self._called = called
        self._macros = macros

    def __call__(self, *arguments: object, **named: object) -> object:
        return self._macros.call(self._macro, self._called, arguments, named)

    def __getattr__(self, name: str) -> Unknown:
        if name.startswith("_") or name in JINJA_ASKS:
            raise AttributeError(name)
        return self._macros.unknown.but(f"{self._called}.{name}")

    def __repr__(self) -> str:
        return self._called
