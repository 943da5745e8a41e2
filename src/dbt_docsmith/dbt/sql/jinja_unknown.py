"""The values raw SQL meets in the sandbox that only dbt could know: relations, and everything unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dbt_docsmith.dbt.sql.marks import OPEN, Marks, Reference
from dbt_docsmith.dbt.sql.undecided import HopelessError, Undecided, UnknownError

MOST_CHARS = 1_000_000
# what Jinja itself asks a value for; an unknown value must not say it has it
JINJA_ASKS = frozenset({"jinja_pass_arg", "unsafe_callable", "alters_data"})


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

    def decided(self) -> bool:
        """The way it goes as a condition."""
        return self._undecided.decide(self._text)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in JINJA_ASKS:
            raise AttributeError(name)
        return self.but(f"{self._text}.{name}")

    def __getitem__(self, key: object) -> Any:
        return self.but(f"{self._text}[{written(key)}]")

    def __call__(self, *arguments: object, **named: object) -> Unknown:
        return self.but(f"{self._text}({written_arguments(arguments, named)})")

    def __bool__(self) -> bool:
        return self.decided()

    def __contains__(self, item: object) -> bool:
        return self.but(f"{written(item)} in {self._text}").decided()

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


class PartlyKnown(Unknown):
    """An unknown value of which some parts are known: ``target.type``."""

    def __init__(self, of: Unknown, parts: Mapping[str, object]) -> None:
        super().__init__(of._text, of._marks, of._undecided)
        self._parts = parts

    def __getattr__(self, name: str) -> Any:
        return self._parts[name] if name in self._parts else super().__getattr__(name)

    def __getitem__(self, key: object) -> Any:
        return self._parts[key] if isinstance(key, str) and key in self._parts else super().__getitem__(key)

    def get(self, key: str, *default: object) -> object:
        """As a mapping's."""
        return self._parts[key] if key in self._parts else self.but(f"{self._text}.get")(key, *default)


class Relation:
    """What ``ref``, ``source`` and ``this`` give. It prints as a relation; what else it has only dbt knows."""

    metadata: Mapping[str, str] = {"type": "Relation"}

    def __init__(self, reference: Reference, marks: Marks, unknown: Callable[[str], Unknown]) -> None:
        self._reference = reference
        self._marks = marks
        self._unknown = unknown

    def __str__(self) -> str:
        return self._marks.relation(self._reference)

    def __getattr__(self, name: str) -> Unknown:
        if name.startswith("_") or name in JINJA_ASKS:
            raise AttributeError(name)
        return self._unknown(f"{self._reference.written}.{name}")

    def __eq__(self, other: object) -> Any:
        if isinstance(other, Relation):
            return other._reference == self._reference or self.as_unknown() == other
        return self.as_unknown() == other if isinstance(other, Unknown) else False

    def __ne__(self, other: object) -> Any:
        if isinstance(other, Relation):
            return other._reference != self._reference and self.as_unknown() != other
        return self.as_unknown() != other if isinstance(other, Unknown) else True

    def __hash__(self) -> int:
        return hash(self._reference)

    def get(self, key: str, *default: object) -> object:
        """As a mapping's."""
        return self.metadata if key == "metadata" else self.as_unknown().get(key, *default)

    def itself(self, *_: object, **__: object) -> Relation:
        """It is the same relation, however its name is to be written."""
        return self

    include = quote = render = itself

    def as_unknown(self) -> Unknown:
        """Its rendered name, which only dbt knows."""
        return self._unknown(self._reference.written)

    def __repr__(self) -> str:
        return self._reference.written


class PartlyUnknown(str):
    """Text with marks in it. Nobody can tell what it equals, and what is done to it is marked where it can be."""

    __slots__ = ("_any",)
    _any: Unknown

    @property
    def unknown(self) -> Unknown:
        """The text as an unknown value."""
        return self._any.but(repr(self._any._marks.in_words(self)))

    def like(self, text: str) -> str:
        """Another text made of this one."""
        return text_of(text, self._any)

    def strip(self, characters: str | None = None, /) -> str:
        """As text; marks are no white space."""
        return self.like(str.strip(self, characters))

    def lstrip(self, characters: str | None = None, /) -> str:
        """As text."""
        return self.like(str.lstrip(self, characters))

    def rstrip(self, characters: str | None = None, /) -> str:
        """As text."""
        return self.like(str.rstrip(self, characters))

    def upper(self) -> str:
        """As text."""
        return self.like(str.upper(self))

    def lower(self) -> str:
        """As text."""
        return self.like(str.lower(self))

    def __eq__(self, other: object) -> Any:
        return self.unknown == other if isinstance(other, (str, Unknown)) else False

    def __ne__(self, other: object) -> Any:
        return self.unknown != other if isinstance(other, (str, Unknown)) else True

    def __add__(self, other: str) -> str:
        return self.like(str(self) + str(other))

    def __radd__(self, other: str) -> str:
        return self.like(str(other) + str(self))

    def __bool__(self) -> bool:
        return True if self._any._marks.without_unknowns(self).strip() else self.unknown.decided()

    def __contains__(self, item: object) -> bool:
        return item in self.unknown

    def __getitem__(self, key: object) -> Any:
        """A slice that cuts no mark is one; all else is unknown."""
        if isinstance(key, slice) and key.step is None:
            kept = str.__getitem__(self, key)
            if str(self).count(OPEN) == kept.count(OPEN) and (key.start or 0) >= 0 and (key.stop or 0) <= 0:
                return self.like(kept)
        return self.unknown[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.unknown)

    def __len__(self) -> int:
        return len(self.unknown)

    def __hash__(self) -> int:
        return hash(self.unknown)

    def __str__(self) -> str:
        return str.__str__(self)


def _compared(name: str) -> Callable[[PartlyUnknown, object], Any]:
    return lambda self, other: getattr(self.unknown, name)(other)


for _name in ("__lt__", "__le__", "__gt__", "__ge__", "__mod__", "__rmod__", "__mul__", "__rmul__"):
    setattr(PartlyUnknown, _name, _compared(_name))


def text_of(text: str, any_unknown: Unknown) -> str:
    """The text, as a partly unknown one where there are marks in it."""
    if isinstance(text, PartlyUnknown) or OPEN not in text:
        return text
    partly = PartlyUnknown(text)
    partly._any = any_unknown
    return partly


def joined(parts: Iterable[object], separator: str = "") -> str:
    """The parts as one text, unknown ones as marks."""
    parts = list(parts)
    pieces = [part.printed() if isinstance(part, Unknown) else str(part) for part in parts]
    if sum(map(len, pieces)) > MOST_CHARS:
        raise HopelessError("its Jinja makes too much text")
    text = separator.join(pieces)
    unknown = unknown_among(parts)
    return text if unknown is None else text_of(text, unknown)


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


def written_arguments(arguments: tuple[object, ...], named: Mapping[str, object]) -> str:
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
