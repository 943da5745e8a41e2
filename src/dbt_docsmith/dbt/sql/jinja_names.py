"""What raw SQL can name in the sandbox: what needs no warehouse, and the macros there are."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from dbt_docsmith.dbt.sql.jinja_filters import from_json, local_md5, to_json
from dbt_docsmith.dbt.sql.jinja_macros import Adapter, Macros, RaisedByModel, give_back
from dbt_docsmith.dbt.sql.jinja_unknown import (
    PartlyKnown,
    Relation,
    Unknown,
    unknown_among,
    written,
    written_arguments,
)
from dbt_docsmith.dbt.sql.marks import Marks, Reference
from dbt_docsmith.dbt.sql.undecided import HopelessError, UnknownError

OTHER_NAMES = "\0other"
STEP = "\0step"
_MOST_STEPS = 20_000
_MOST_NESTED_VARS = 5
_NOT_GIVEN = object()

Render = Callable[[str, dict[str, Any]], str]


class Names:
    """What raw SQL can name in one rendering. ``render`` renders the Jinja that a var holds."""

    def __init__(
        self,
        marks: Marks,
        unknown: Unknown,
        variables: Callable[[str], Any],
        render: Render,
        macros: Callable[[Callable[[], dict[str, Any]]], Macros],
        adapter_type: str | None,
    ) -> None:
        self._marks = marks
        self._render = render
        self._unknown = unknown
        self._variables = variables
        self._macros = macros(self.all)
        self._adapter_type = adapter_type
        self._own: dict[str, Any] = {}  # a template may change what it is given, for itself
        self._steps = 0
        self._nested = 0

    def all(self) -> dict[str, Any]:
        """The names and what they stand for."""
        relations = {"ref": self._ref, "source": self._source}
        config, var = _Config(self._unknown.but), _Var(self._var, self._has_var)
        known_of_target = {"type": self._adapter_type} if self._adapter_type else {}
        return {
            OTHER_NAMES: self._macros.named,
            STEP: self._step,
            **relations,
            "adapter": Adapter(self._macros, self._adapter_type),
            "builtins": PartlyKnown(self._unknown.but("builtins"), {**relations, "config": config, "var": var}),
            "config": config,
            "exceptions": _Exceptions(self._unknown.but),
            "execute": True,
            "flags": PartlyKnown(self._unknown.but("flags"), {"FULL_REFRESH": False}),
            "fromjson": from_json,
            "is_incremental": lambda: False,
            "local_md5": local_md5,
            "log": _silent,
            "modules": PartlyKnown(self._unknown.but("modules"), {"itertools": _Itertools(self._step)}),
            "print": _silent,
            "range": self._range,
            "return": give_back,
            "set": _as_set,
            "statement": _silent,
            "target": PartlyKnown(self._unknown.but("target"), known_of_target),
            "this": Relation(Reference("this"), self._marks, self._unknown.but),
            "tojson": to_json,
            "var": var,
            "zip": lambda *lists: list(zip(*lists, strict=False)),
        }

    def _ref(self, *arguments: object, v: object = None, version: object = None, **_: object) -> object:
        """What else it is given, a macro of the project in its place may want."""
        number = v if v is not None else version
        if unknown_among((*arguments, number)) is not None:
            named = {} if number is None else {"v": number}
            return self._unknown.but(f"ref({written_arguments(arguments, named)})")
        reference = Reference("ref", tuple(map(str, arguments)), None if number is None else str(number))
        return Relation(reference, self._marks, self._unknown.but)

    def _source(self, *arguments: object, **_: object) -> object:
        if unknown_among(arguments) is not None:
            return self._unknown.but(f"source({written_arguments(arguments, {})})")
        return Relation(Reference("source", tuple(map(str, arguments))), self._marks, self._unknown.but)

    def _var(self, name: str, default: object = _NOT_GIVEN) -> object:
        try:
            value = self._variables(name)
        except KeyError:
            return self._unknown.but(f"var({written(name)})") if default is _NOT_GIVEN else default
        except UnknownError:
            return self._unknown.but(f"var({written(name)})")
        if isinstance(value, str):
            return self._rendered(value) if "{" in value else value
        return self._own.setdefault(name, copy.deepcopy(value))

    def _has_var(self, name: str) -> object:
        try:
            self._variables(name)
        except KeyError:
            return False
        except UnknownError:
            return self._unknown.but(f"var.has_var({written(name)})")
        return True

    def _rendered(self, value: str) -> str:
        """dbt renders the Jinja in a var's value where it is used."""
        if self._nested >= _MOST_NESTED_VARS:
            raise UnknownError("a var refers to itself")
        self._nested += 1
        text = self._render(value, self.all())
        self._nested -= 1
        return text

    def _range(self, *bounds: int) -> range:
        if (unknown := unknown_among(bounds)) is not None:
            raise UnknownError(f"it hangs on {written(unknown)}")
        steps = range(*bounds)
        self._step(len(steps))
        return steps

    def _step(self, count: int = 1) -> None:
        self._steps += count
        if self._steps > _MOST_STEPS:
            raise HopelessError("its Jinja loops too often")


class _Config:
    """``config(...)`` prints nothing; what is configured in the end only dbt knows."""

    def __init__(self, unknown: Callable[[str], Unknown]) -> None:
        self._unknown = unknown

    def __call__(self, *_: object, **__: object) -> str:
        return ""

    def get(self, *arguments: object, **named: object) -> Unknown:
        return self._unknown(f"config.get({written_arguments(arguments, named)})")

    require = get


class _Exceptions:
    def __init__(self, unknown: Callable[[str], Unknown]) -> None:
        self._unknown = unknown

    def raise_compiler_error(self, *_: object) -> NoReturn:
        raise RaisedByModel

    def warn(self, *_: object) -> str:
        return ""


class _Var:
    """``var('x')`` and ``var.has_var('x')``."""

    def __init__(self, value: Callable[..., object], has_var: Callable[[str], object]) -> None:
        self._value = value
        self.has_var = has_var

    def __call__(self, name: str, default: object = _NOT_GIVEN) -> object:
        return self._value(name, default)


def _silent(*_: object, **__: object) -> str:
    return ""


def _as_set(values: Iterable[object], default: object = None) -> object:
    try:
        return set(values)
    except TypeError:
        return default


class _Itertools:
    """``modules.itertools``, as lists, each item a step."""

    def __init__(self, step: Callable[[], None]) -> None:
        self._step = step

    def chain(self, *lists: Iterable[object]) -> list[object]:
        return self._counted(itertools.chain(*lists))

    def combinations(self, values: Iterable[object], length: int) -> list[object]:
        return self._counted(itertools.combinations(values, length))

    def product(self, *lists: Iterable[object]) -> list[object]:
        return self._counted(itertools.product(*lists))

    def _counted(self, values: Iterator[object]) -> list[object]:
        found = []
        for value in values:
            self._step()
            found.append(value)
        return found
