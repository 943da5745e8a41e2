"""What an entry of a properties file declares, and what the manifest made of it, in one form to compare. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from dbt_docsmith.types import GenericTest, WrittenColumn, WrittenEntry

Thing = WrittenEntry | WrittenColumn

OF_THE_TEST_NOT_OF_ITS_MACRO = frozenset(
    "arguments config name description column_name severity tags enabled where limit warn_if error_if fail_calc "
    "store_failures store_failures_as meta database schema alias".split()
)


class DeclaredTest(Struct, frozen=True):
    """A generic test. ``column`` is lower case; ``arguments`` None: only its name is known."""

    name: str
    column: str | None
    arguments: str | None

    def may_be(self, made: DeclaredTest) -> bool:
        """Whether ``made``, of the manifest, can have come from this one, of a file."""
        if self.name != made.name or self.arguments not in (None, made.arguments):
            return False
        return self.column == made.column or (self.column is None and self.arguments is None)


def declared_tests(thing: Thing, column: str | None = None) -> Iterator[DeclaredTest]:
    """The tests that stand under an entry or a column."""
    definitions = [*_listed(thing.more.get("data_tests")), *_listed(thing.more.get("tests"))]
    if not definitions:
        yield from (DeclaredTest(name, _lower(column), None) for name in thing.tests)
    for definition in definitions:
        yield _test(*_name_and_arguments(definition), column)


def made_test(test: GenericTest) -> DeclaredTest:
    """A test as the manifest has it."""
    return _test(test.name, test.arguments, test.column)


def declared_config(thing: Thing) -> Mapping[str, Any]:
    """What stands under ``config``."""
    config = thing.more.get("config")
    return config if isinstance(config, dict) else {}


def declared_tags(thing: Thing) -> set[str]:
    """Tags. Beside ``config`` dbt heeds those of columns, sources and exposures, but of no model."""
    heeded = isinstance(thing, WrittenColumn) or thing.section in ("sources", "exposures")
    places = (thing.more.get("tags") if heeded else None, declared_config(thing).get("tags"))
    return {str(tag) for tags in places for tag in _listed(tags)}


def declared_meta(thing: Thing) -> dict[str, Any]:
    """Meta, from both places where it may stand; what stands under ``config`` wins."""
    own, configured = thing.more.get("meta"), declared_config(thing).get("meta")
    return {**(own if isinstance(own, dict) else {}), **(configured if isinstance(configured, dict) else {})}


def spelled(value: Any) -> str:
    """A value in one spelling: keys in order, a date as a manifest has it, which is text."""
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{key}:{spelled(item)}" for key, item in value.items())) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(map(spelled, value)) + "]"
    return str(value).strip()


def _test(name: str, arguments: Mapping[str, Any], column: str | None) -> DeclaredTest:
    named = arguments.get("arguments")
    flat = {**arguments, **named} if isinstance(named, Mapping) else arguments
    own = {key: value for key, value in flat.items() if key not in OF_THE_TEST_NOT_OF_ITS_MACRO}
    return DeclaredTest(name, _lower(column or flat.get("column_name")), spelled(own))


def _name_and_arguments(definition: Any) -> tuple[str, Mapping[str, Any]]:
    """``unique``, ``{accepted_values: {...}}`` or ``{test_name: accepted_values, ...}``."""
    if not isinstance(definition, dict) or not definition:
        return str(definition), {}
    if "test_name" in definition:
        return str(definition["test_name"]), {key: item for key, item in definition.items() if key != "test_name"}
    name, arguments = next(iter(definition.items()))
    return str(name), arguments if isinstance(arguments, dict) else {}


def has_jinja(text: str) -> bool:
    """Whether dbt makes something else of a text."""
    return "{{" in text or "{%" in text


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None or isinstance(value, dict) else [value]


def _lower(name: str | None) -> str | None:
    return name.lower() if isinstance(name, str) else None
