"""Answers of another shape than was asked for."""

from __future__ import annotations

from tests.faults.depot import dumped
from tests.faults.fault import Good


def with_last(good: Good, **change: object) -> str:
    """The answer, with its last column changed."""
    *others, last = good["columns"]
    return dumped({**good, "columns": [*others, {**last, **change}]})


def doubled(good: Good) -> str:
    """Every column twice, the second time with another text."""
    again = [{**each, "description": "Nobody may read the second text."} for each in good["columns"]]
    return dumped({**good, "columns": [*good["columns"], *again]})


def in_capitals(good: Good) -> str:
    """Column names as a warehouse spells them."""
    return dumped({**good, "columns": [{**each, "name": each["name"].upper()} for each in good["columns"]]})


def all_in_capitals(good: Good) -> str:
    """Keys and names as a model writes them that has read too much SQL."""
    columns = [{key.upper(): value for key, value in each.items()} for each in good["columns"]]
    return dumped({"DESCRIPTION": good["description"], "QUESTION": None, "COLUMNS": columns})


def with_a_ghost(good: Good) -> str:
    """A column that nobody asked for."""
    return dumped(
        {**good, "columns": [{"name": "ghost", "description": "Boo to all who read."}, *good["columns"]]}
    )


def as_map(good: Good) -> str:
    """Columns as keys."""
    return dumped({**good, "columns": {each["name"]: each["description"] for each in good["columns"]}})


def doubled_in_a_map(good: Good) -> str:
    """The same, where JSON itself does not say which one counts."""
    return as_map(good).replace("}}", ', "first_used": "Nobody may read the second text."}}')


HOSTILE = {
    "cranes": "Lifts {{ ref('ships') }} and {% if heavy %} more: 'who' says \"so\" # knows.",
    "maker_code": "- begins like a list, {ends: like} a map and [is] &neither *of !them",
    "most_tonnes": "| > % @ `code` and {# no comment #}, nor {% endraw %}",
    "first_used": "First line: with a colon.\n\nSecond line # with a hash, and {{ braces that never close.",
}


def hostile(good: Good) -> str:
    """Texts that mean something to YAML or to Jinja."""
    columns = [{**each, "description": HOSTILE.get(each["name"], each["description"])} for each in good["columns"]]
    own = HOSTILE["cranes"] if len(columns) == 3 else good["description"]
    return dumped({**good, "description": own, "columns": columns})
