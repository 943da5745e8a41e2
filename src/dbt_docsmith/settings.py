"""Options, environment, file and defaults, in that order; each value knows where it came from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from msgspec import Struct

from dbt_docsmith.config_file import FILE_NAME
from dbt_docsmith.config_sections import ConfigFile
from dbt_docsmith.errors import UsageError


class Setting(Struct, frozen=True):
    """A resolved value and its origin: ``--threads``, ``DBT_TARGET``, ``dbt-docsmith.yml: limits.threads``."""

    value: Any
    where: str


class Option(Struct, frozen=True, kw_only=True):
    """One thing a user can set, under every name it has. ``parse`` raises ValueError with what it wants."""

    name: str
    flag: str
    variables: tuple[str, ...] = ()
    key: str | None = None
    parse: Callable[[Any], Any] = lambda value: value
    default: Any = None


def above_zero(value: Any) -> float:
    """A number above 0."""
    number = _number(value, "a number above 0")
    if number <= 0:
        raise ValueError("a number above 0")
    return number


def zero_or_more(value: Any) -> float:
    """A number of at least 0."""
    number = _number(value, "a number of at least 0")
    if number < 0:
        raise ValueError("a number of at least 0")
    return number


def percentage(value: Any) -> float:
    """A number from 0 to 100."""
    number = _number(value, "a percentage from 0 to 100")
    if not 0 <= number <= 100:
        raise ValueError("a percentage from 0 to 100")
    return number


def count(value: Any) -> int:
    """A whole number above 0."""
    number = _number(value, "a whole number above 0")
    if number < 1 or number != int(number):
        raise ValueError("a whole number above 0")
    return int(number)


def count_or_none(value: Any) -> int:
    """A whole number of at least 0."""
    number = _number(value, "a whole number of at least 0")
    if number < 0 or number != int(number):
        raise ValueError("a whole number of at least 0")
    return int(number)


def money(value: Any) -> Decimal:
    """US dollars, exactly as they are written."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("an amount of US dollars, such as 2.50") from error
    if not amount.is_finite() or amount < 0:
        raise ValueError("an amount of US dollars, such as 2.50")
    return amount


def rate(value: Any) -> int | Literal["auto"]:
    """A whole number of requests a minute, 0 for no limit; ``auto`` finds it out."""
    if isinstance(value, str) and value.lower() == "auto":
        return "auto"
    try:
        return count_or_none(value)
    except ValueError as error:
        raise ValueError("a whole number of requests a minute, or auto") from error


def switch(value: Any) -> bool:
    """Yes or no, as environments spell it."""
    if isinstance(value, bool):
        return value
    spelled = str(value).strip().lower()
    if spelled in ("1", "true", "yes", "on", "y", "t"):
        return True
    if spelled in ("0", "false", "no", "off", "n", "f", ""):
        return False
    raise ValueError("true or false")


def one_of(*names: str) -> Callable[[Any], str]:
    """One of the given words."""

    def parse(value: Any) -> str:
        if value not in names:
            raise ValueError(f"one of {', '.join(names)}")
        return str(value)

    return parse


def resolve(option: Option, given: Mapping[str, Any], environ: Mapping[str, str], file: ConfigFile) -> Setting:
    """The value that counts. Raises UsageError in one line that says where a wrong value stands."""
    value, where = _first(option, given, environ, file)
    if value is None:
        return Setting(option.default, "default")
    try:
        return Setting(option.parse(value), where)
    except ValueError as error:
        raise UsageError(f"{where}: '{value}' is not {error}") from error


def _first(
    option: Option, given: Mapping[str, Any], environ: Mapping[str, str], file: ConfigFile
) -> tuple[Any, str]:
    if given.get(option.name) is not None:
        return given[option.name], option.flag
    for variable in option.variables:
        if environ.get(variable, "").strip():
            return environ[variable].strip(), variable
    if option.key is not None and (value := file.value(option.key)) is not None:
        return value, f"{FILE_NAME}: {option.key}"
    return None, "default"


def _number(value: Any, wanted: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(wanted) from error
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(wanted)
    return number
