"""The values raw SQL meets in the sandbox that only dbt could know: relations, and everything unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dbt_docsmith.dbt.sql.marks import Marks, Reference

# what Jinja itself asks a value for; an unknown value must not say it has it
_JINJA_ASKS = frozenset({"jinja_pass_arg", "unsafe_callable", "alters_data"})


class UnknownError(Exception):
    """The SQL's shape hangs on something only dbt knows. The text says on what."""


class Undecided:
    """Decides conditions that cannot be told, one way after the other, so that every way is gone once."""

    def __init__(self, most_ways: int) -> None:
        self._most_ways = most_ways
        self._path: list[bool] = []
        self._decided: dict[str, bool] = {}
        self._ways = 0

    def ways(self) -> Iterator[None]:
        """Go through all ways; each time round, ``decide`` answers for the next one."""
        while True:
            self._decided = {}
            self._ways += 1
            yield
            taken = list(self._decided.values())
            while taken and taken[-1]:
                taken.pop()
            if not taken:
                return
            self._path = [*taken[:-1], True]

    def decide(self, condition: str) -> bool:
        """One condition goes one way, and the same way as long as this way lasts."""
        if condition not in self._decided:
            index = len(self._decided)
            if index >= len(self._path) and 2 ** (index + 1) > self._most_ways:
                raise UnknownError(f"it hangs on {condition}")
            self._decided[condition] = self._path[index] if index < len(self._path) else False
        return self._decided[condition]


class Unknown:
    """A value only dbt knows, with the Jinja that makes it. Whatever is done to it stays unknown."""

    def __init__(self, text: str, marks: Marks, undecided: Undecided) -> None:
        self._text = text
        self._marks = marks
        self._undecided = undecided

    def but(self, text: str) -> Unknown:
        """Another unknown value of the same rendering."""
        return Unknown(text, self._marks, self._undecided)

    def printed(self) -> str:
        """What stands for it in the SQL."""
        return self._marks.unknown(f"{{{{ {self._text} }}}}")

    def __getattr__(self, name: str) -> Unknown:
        if name.startswith("_") or name in _JINJA_ASKS:
            raise AttributeError(name)
        return self.but(f"{self._text}.{name}")

    def __getitem__(self, key: object) -> Unknown:
        return self.but(f"{self._text}[{written(key)}]")

    def __call__(self, *arguments: object, **named: object) -> Unknown:
        return self.but(f"{self._text}({written_arguments(arguments, named)})")

    def __bool__(self) -> bool:
        return self._undecided.decide(self._text)

    def __contains__(self, item: object) -> bool:
        return self._undecided.decide(f"{written(item)} in {self._text}")

    def __eq__(self, other: object) -> Any:
        return self.but(f"{self._text} == {written(other)}")

    def __ne__(self, other: object) -> Any:
        return self.but(f"{self._text} != {written(other)}")

    def __hash__(self) -> int:
        raise self._error()

    def __iter__(self) -> Iterator[Any]:
        raise self._error()

    def __len__(self) -> int:
        raise self._error()

    def __str__(self) -> str:
        raise self._error()

    def __format__(self, _: str) -> str:
        raise self._error()

    def _error(self) -> UnknownError:
        return UnknownError(f"it hangs on {{{{ {self._text} }}}}")


def _sign(sign: str, *, swapped: bool = False) -> Callable[[Unknown, object], Unknown]:
    def applied(self: Unknown, other: object) -> Unknown:
        sides = (written(other), written(self)) if swapped else (written(self), written(other))
        return self.but(f" {sign} ".join(sides))

    return applied


for _name, _text in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%"}.items():
    setattr(Unknown, f"__{_name}__", _sign(_text))
    setattr(Unknown, f"__r{_name}__", _sign(_text, swapped=True))
for _name, _text in {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    setattr(Unknown, f"__{_name}__", _sign(_text))


class Relation:
    """What ``ref``, ``source`` and ``this`` give. It prints as a relation; what else it has only dbt knows."""

    def __init__(self, reference: Reference, marks: Marks, unknown: Callable[[str], Unknown]) -> None:
        self._reference = reference
        self._marks = marks
        self._unknown = unknown

    def __str__(self) -> str:
        return self._marks.relation(self._reference)

    def __getattr__(self, name: str) -> Unknown:
        if name.startswith("_") or name in _JINJA_ASKS:
            raise AttributeError(name)
        return self._unknown(f"{self._reference.written}.{name}")

    def as_unknown(self) -> Unknown:
        """Its rendered name, which only dbt knows."""
        return self._unknown(self._reference.written)

    def __repr__(self) -> str:
        return self._reference.written


class PartlyUnknown(str):
    """Text with marks in it. Nobody can tell what it equals."""

    __slots__ = ("unknown",)
    unknown: Unknown

    def __eq__(self, other: object) -> Any:
        return self.unknown == other

    def __ne__(self, other: object) -> Any:
        return self.unknown != other

    def __hash__(self) -> int:
        return hash(self.unknown)


def joined(parts: Iterable[object], separator: str = "") -> str:
    """The parts as one text, unknown ones as marks."""
    parts = list(parts)
    unknown = unknown_among(parts)
    text = separator.join(part.printed() if isinstance(part, Unknown) else str(part) for part in parts)
    if unknown is None:
        return text
    partly = PartlyUnknown(text)
    partly.unknown = unknown.but(" ~ ".join(written(part) for part in parts))
    return partly


def written(value: object) -> str:
    """A value as it would be written in Jinja."""
    if isinstance(value, PartlyUnknown):
        value = value.unknown
    if isinstance(value, Unknown):
        return value._text
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(written(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{written(key)}: {written(item)}' for key, item in value.items())}}}"
    return repr(value)


def written_arguments(arguments: tuple[object, ...], named: dict[str, object]) -> str:
    """The arguments of a call, as they would be written in Jinja."""
    parts = [written(argument) for argument in arguments]
    parts += [f"{name}={written(value)}" for name, value in named.items() if name != "caller"]
    return ", ".join(parts)


def unknown_among(values: Iterable[object]) -> Unknown | None:
    """The first unknown value among them, or in a list or mapping that is; a relation's text is one too."""
    for value in values:
        if isinstance(value, Unknown):
            return value
        if isinstance(value, PartlyUnknown):
            return value.unknown
        if isinstance(value, Relation):
            return value.as_unknown()
        inner = list(value.values()) if isinstance(value, dict) else value
        found = unknown_among(inner) if isinstance(inner, (list, tuple)) else None
        if found is not None:
            return found
    return None
