"""Does a text say more than the names it stands beside? Pure."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_FILLER = frozenset(
    """a an and any are as at be been belonging by can column contain contains containing data database dataset dbt
    describe described describes each entity entry every field for from give given gives has have hold holds if in
    indicate indicates indicating information into is it its me model object of on or part per record recorded
    records related represent represented representing represents row rows show shows specific specifies specify
    store stored stores storing table tells that the their there these this to used value values view was were
    whether which who with associated corresponding respective particular some relevant""".split()
)
_SAME = {
    word: meaning
    for meaning, words in {
        "id": "identifier identifiers ids identification identity key unique pk fk uuid",
        "num": "number nbr no nr integer int bigint decimal numeric float double",
        "timestamp": "ts time datetime moment at",
        "text": "str string varchar char",
        "boolean": "flag bool true false",
        "amount": "amt",
        "quantity": "qty",
        "count": "cnt",
        "date": "dt",
        "description": "desc",
        "address": "addr",
        "customer": "cust",
        "account": "acct",
        "percent": "pct percentage",
        "average": "avg",
        "sum": "total",
    }.items()
    for word in words.split()
}
_TYPE_WORDS = frozenset({"text", "num", "boolean", "date", "timestamp", "json", "array", "type", "typed"})


def restates(text: str, *, name: str, node_name: str, data_type: str | None = None) -> bool:
    """Whether the text holds no word beyond the name's, its table's and the type's."""
    said = _words(text) - _FILLER
    known = _words(name) | _words(node_name) | _words(data_type or "") | _TYPE_WORDS | {"id"}
    return said <= known


def _words(text: str) -> set[str]:
    return {_stem(word.lower()) for part in _WORD.findall(text) for word in _HUMP.split(part)}


def _stem(word: str) -> str:
    word = _SAME.get(word, word)
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return _SAME.get(word, word)
