"""Prompt files: YAML with any of the template keys, and ``vars:``; each key read with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from msgspec import Struct

from dbt_docsmith.errors import ConfigError
from dbt_docsmith.nearest import did_you_mean

TemplateName = Literal["model", "table", "column", "thing"]

NAMES: tuple[TemplateName, ...] = ("model", "table", "column", "thing")
KEYS = tuple(f"{name}_{part}" for name in NAMES for part in ("system", "user"))


class TemplateText(Struct, frozen=True):
    """One template's source: ``where`` is a file or a variable, ``line`` that of its first line, from 1."""

    text: str
    where: str
    line: int = 1


def read_prompt_file(path: Path) -> tuple[dict[str, TemplateText], dict[str, Any]]:
    """The templates and the ``vars:`` of one prompt file. Raises ConfigError with file and line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text) or {}
    except OSError as error:
        raise ConfigError(f"{path}: the prompt file cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: the prompt file cannot be read: it is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: the prompt file is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict) or not isinstance(root, yaml.MappingNode | None):
        raise ConfigError(f"{path}:1: a prompt file is a mapping with any of {', '.join(KEYS)}, vars")
    return _read_keys(path, values, root.value if root is not None else [])


def _first_line(value: yaml.Node) -> int:
    """The line, from 1, of a value's own text: that of a block scalar begins below its key."""
    return value.start_mark.line + (2 if getattr(value, "style", None) in ("|", ">") else 1)


def _read_keys(
    path: Path, values: Mapping[Any, Any], pairs: Sequence[tuple[yaml.Node, yaml.Node]]
) -> tuple[dict[str, TemplateText], dict[str, Any]]:
    lines = {key.value: key.start_mark.line + 1 for key, _ in pairs}
    first_lines = {key.value: _first_line(value) for key, value in pairs}
    texts: dict[str, TemplateText] = {}
    for key, value in values.items():
        where = f"{path}:{lines.get(str(key), 1)}"
        if key == "vars":
            continue
        if key not in KEYS:
            raise ConfigError(f"{where}: unknown key '{key}'{did_you_mean(str(key), (*KEYS, 'vars'))}")
        if not isinstance(value, str):
            raise ConfigError(f"{where}: {key} must be text")
        texts[key] = TemplateText(value, str(path), first_lines.get(key, 1))
    own = values.get("vars") or {}
    if not isinstance(own, dict) or not all(isinstance(name, str) and name.isidentifier() for name in own):
        raise ConfigError(f"{path}:{lines.get('vars', 1)}: vars must be a mapping of names to values")
    return texts, own
