"""SQL expressions as a person may read them in a description. Pure.

An expression comes as lineage tells it: Jinja that nobody could render stands in it as it was written, and what
the branches of a union make of one column stands side by side between ``|``.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from dbt_docsmith.llm.providers.rule_words import balanced, code, has_jinja, listed, relation_name, shorten_code

_STRING = r"'(?:[^']|'')*'"
_STRING_OR_COMMENT = re.compile(rf"({_STRING})|/\*.*?\*/|--[^\n]*", re.DOTALL)
_JINJA = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_BRANCH = re.compile(rf"({_STRING})|(?<!\|)\s\|\s(?!\|)")
_QUALIFIED = re.compile(rf"{_STRING}|(?<![\w.$])([a-z_]\w*)\.([a-z_]\w*)(?![\w.(])", re.IGNORECASE)
_BRACKETS_IN_STRING = re.compile(r"'[^']*[()\[\]{}][^']*'")
_SURROGATE_KEY = re.compile(r"[\w.]*surrogate_key\(\s*\[(.*)\]\s*\)", re.DOTALL)
_MACRO = re.compile(r"\{\{-?\s*([\w.]+\((?:[^{}]*)\))\s*-?\}\}")
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def readable(expression: str, columns: Collection[str] = ()) -> str:
    """The expression on one line, without comments, Jinja's braces and the aliases of its own query.

    ``columns`` are what it reads: ``column.field`` keeps its first part. "" where it cannot be shown.
    """
    text = _STRING_OR_COMMENT.sub(lambda found: found.group(1) or " ", expression)
    text = _JINJA.sub(lambda found: _jinja_said(found.group(1)), text)
    text = " ".join(text.replace("`", "").split())
    return "" if has_jinja(text) else _without_aliases(text, {name.lower() for name in columns})


def branches(expression: str) -> list[str]:
    """What each branch of a union puts there; one where there is no union."""
    marked = _BRANCH.sub(lambda found: found.group(1) or "\0", expression)
    return [part.strip() for part in marked.split("\0")]


def macro_text(expression: str) -> str:
    """What an expression that is one macro call says, "" where it is none."""
    found = _MACRO.fullmatch(expression.strip())
    call = " ".join(found.group(1).replace("`", "").split()) if found else ""
    key = _SURROGATE_KEY.fullmatch(call)
    parts = [single or double for single, double in _LITERAL.findall(key.group(1))] if key else []
    if parts:
        return f"Surrogate key made of {listed([code(part) for part in parts])}"
    return f"Result of the macro {code(call)}" if call and balanced(call) and len(call) <= 150 else ""


def shown(expression: str, most: int) -> str:
    """A readable expression between backticks, a long one without its middle; "" where it cannot be shown."""
    text = expression if balanced(expression) else _BRACKETS_IN_STRING.sub("'…'", expression)
    if not text or not balanced(text) or not most:
        return ""
    return code(text if len(text) <= most else _without_middle(text, most))


def _without_middle(text: str, most: int) -> str:
    head = text[: most * 3 // 5].rsplit(" ", 1)[0]
    tail = text[-(most * 2 // 5) :].partition(" ")[2]
    cut = f"{head} … {tail}"
    return cut if tail and balanced(cut) and cut.count("'") % 2 == 0 else shorten_code(text, most)


def _jinja_said(inner: str) -> str:
    """``ref('a')`` as ``a``, ``dbt.type_int()`` as ``int``, any other call as it is written."""
    if re.match(r"(?:ref|source)\(", inner):
        return relation_name(inner)
    type_name = re.fullmatch(r"dbt(?:_utils)?\.type_(\w+)\(\)", inner)
    return type_name.group(1) if type_name else inner


def _without_aliases(text: str, columns: set[str]) -> str:
    """``o.amount`` as ``amount``: an alias means nothing outside its query. Not where two names would be one."""
    qualified = {
        (found.group(1).lower(), found.group(2).lower())
        for found in _QUALIFIED.finditer(text)
        if found.group(1) and found.group(1).lower() not in columns
    }
    if len({name for _, name in qualified}) < len(qualified):
        return text

    def bare(found: re.Match[str]) -> str:
        alias = (found.group(1) or "").lower()
        return found.group(2) if alias and alias not in columns else found.group()

    return _QUALIFIED.sub(bare, text)
