"""fnmatch with its pattern compiled once: a criterion is put to thousands of nodes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from fnmatch import translate

TextMatches = Callable[[str], bool]

_WILDCARDS = frozenset("*?[]")


def has_wildcard(pattern: str) -> bool:
    """Whether dbt reads the text as a pattern at all."""
    return not _WILDCARDS.isdisjoint(pattern)


def glob_matcher(pattern: str) -> TextMatches:
    """Whether a text matches ``*``, ``?`` and ``[...]`` as ``fnmatch.fnmatch`` would tell."""
    pattern = os.path.normcase(pattern)
    if not has_wildcard(pattern):
        return lambda text: os.path.normcase(text) == pattern
    match = re.compile(translate(pattern)).match
    return lambda text: match(os.path.normcase(text)) is not None
