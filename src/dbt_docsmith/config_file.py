"""dbt-docsmith.yml read, and what is wrong with it, by file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from dbt_docsmith.config_sections import (
    BudgetSection,
    ColumnsSection,
    ConfigFile,
    DocBlocksSection,
    LimitsSection,
    NeverSendSection,
    PolicySection,
    PriceSection,
    PromptsSection,
    ProviderSection,
    RedactSection,
    StyleSection,
    glossary_pattern,
)
from dbt_docsmith.errors import ConfigError
from dbt_docsmith.nearest import did_you_mean

FILE_NAME = "dbt-docsmith.yml"


def read_config_file(project_dir: Path) -> ConfigFile:
    """The project's dbt-docsmith.yml, all defaults where there is none. Raises ConfigError with file and line."""
    path = project_dir / FILE_NAME
    if not path.exists():
        return ConfigFile()
    values, lines = _load(path)
    if not isinstance(values, dict | None):
        raise ConfigError(f"{path}:1: must be a mapping; its keys are {', '.join(ConfigFile.__struct_fields__)}")
    values = _with_off_as_text(_without_nulls(values or {}))
    _refuse_unknown(path, values, lines)
    _refuse_bad_sections(path, values, lines)
    try:
        read = msgspec.convert(values, ConfigFile)
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(path, str(error), lines)) from error
    _refuse_bad_patterns(path, read, lines)
    return read


def _load(path: Path) -> tuple[Any, dict[str, int]]:
    """What the file says, and the line of each dotted key."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        return yaml.safe_load(text), _lines(path, root)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: cannot be read: it is not UTF-8 text; save it as UTF-8") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: is not YAML: it is nested too deep") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}{_place_and_problem(error)}") from error


def _without_nulls(value: Any) -> Any:
    """A key with nothing behind it, as where all below it is commented out, is not there."""
    if not isinstance(value, dict):
        return value
    return {key: _without_nulls(each) for key, each in value.items() if each is not None}


def _with_off_as_text(values: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """To YAML a bare ``off`` is false; to whoever wrote ``mode: off`` it is a word."""
    redact = values.get("redact")
    if isinstance(redact, dict) and redact.get("mode") is False:
        return {**values, "redact": {**redact, "mode": "off"}}
    return values


def _place_and_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f":{mark.line + 1}" if mark else ""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    return f"{line}: is not YAML: {problem}"


def _lines(path: Path, root: yaml.Node | None) -> dict[str, int]:
    """Each dotted key with its line, from 1. Raises ConfigError for one that is there twice: one would be lost."""
    lines: dict[str, int] = {}
    for name, line in _keys(root):
        if name in lines:
            raise ConfigError(f"{path}:{line}: '{name}' is there already, in line {lines[name]}")
        lines[name] = line
    return lines


def _keys(node: yaml.Node | None, prefix: str = "") -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{prefix}{key.value}"
            yield name, key.start_mark.line + 1
            yield from _keys(value, name + ".")


_SECTIONS: Mapping[str, type[Struct]] = {
    "limits": LimitsSection,
    "budget": BudgetSection,
    "prompts": PromptsSection,
    "style": StyleSection,
    "columns": ColumnsSection,
    "doc_blocks": DocBlocksSection,
    "redact": RedactSection,
    "policy": PolicySection,
    "policy.never_send": NeverSendSection,
}


_NAMED_SECTIONS: Mapping[str, type[Struct]] = {"providers": ProviderSection, "prices": PriceSection}


_CHOICES = {
    "columns.case": "lower, upper",
    "doc_blocks.columns": "never, repeated, always",
    "redact.mode": "matching, all, off",
    "limits.requests_per_minute": "auto, a whole number",
}


def _refuse_unknown(path: Path, values: Mapping[Any, Any], lines: Mapping[str, int]) -> None:
    _refuse_in(path, "", values, ConfigFile, lines)
    for section, kind in _SECTIONS.items():
        _refuse_in(path, section + ".", _within(values, section), kind, lines)
    for name, section, kind in _named_sections(values):
        if isinstance(section, dict):
            _refuse_in(path, f"{name}.", section, kind, lines)


def _named_sections(values: Mapping[Any, Any]) -> Iterator[tuple[str, Any, type[Struct]]]:
    """Each section that stands under a name a user chose, as ``prices.gpt-5``, with what it must hold."""
    for parent, kind in _NAMED_SECTIONS.items():
        named = values.get(parent)
        for name, section in named.items() if isinstance(named, dict) else ():
            yield f"{parent}.{name}", section, kind


def _refuse_bad_sections(path: Path, values: Mapping[Any, Any], lines: Mapping[str, int]) -> None:
    """msgspec does not say under which name a value is wrong, so each of these is read for itself."""
    for name, section, kind in _named_sections(values):
        try:
            msgspec.convert(section, kind)
        except msgspec.ValidationError as error:
            raise ConfigError(_explain(path, str(error), lines, within=name)) from error


def _within(values: Mapping[Any, Any], section: str) -> Mapping[Any, Any]:
    found: Any = values
    for key in section.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _refuse_in(
    path: Path, prefix: str, values: Mapping[Any, Any], kind: type[Struct], lines: Mapping[str, int]
) -> None:
    known = kind.__struct_fields__
    for key in values:
        where = f"{path}:{lines.get(f'{prefix}{key}', 1)}"
        if key not in known:
            hint = did_you_mean(str(key), known)
            raise ConfigError(f"{where}: unknown key '{prefix}{key}'{hint}; there are: {', '.join(known)}")


def _refuse_bad_patterns(path: Path, read: ConfigFile, lines: Mapping[str, int]) -> None:
    for key, pattern in (
        *((f"glossary.{term}", term) for term in read.glossary),
        *(("redact.patterns", pattern) for pattern in read.redact.patterns),
    ):
        try:
            glossary_pattern(pattern) if key.startswith("glossary.") else re.compile(pattern)
        except re.error as error:
            where = f"{path}:{lines.get(key, 1)}: {key.removesuffix('.' + pattern)}"
            raise ConfigError(f"{where}: '{pattern}' is not a pattern: {error}") from error


def _explain(path: Path, message: str, lines: Mapping[str, int], *, within: str = "") -> str:
    reason, _, at = message.partition(" - at `$")
    key = (within + re.sub(r"\[.*?\]", "", at.rstrip("`"))).lstrip(".")
    while key and key not in lines:
        key = key.rpartition(".")[0]
    where = f"{path}:{lines.get(key, 1)}: {key or 'the file'}"
    if key in _CHOICES and reason.startswith("Invalid enum value "):
        return f"{where}: {reason.removeprefix('Invalid enum value ')} is not one of {_CHOICES[key]}"
    plain = reason.replace("`", "").replace(" | null", "")
    return f"{where}: {plain[:1].lower()}{plain[1:]}"
