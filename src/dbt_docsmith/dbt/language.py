"""Which language texts are written in, as far as their small words and their script tell. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_FEWEST_WORDS = 12
"""So many telling words, or it cannot be told."""
_LEAST_SHARE = 0.6

_SMALL_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "English": "the of and is are was were by for with from that this which each when where whether has its",
        "German": "der die das und ist sind wird wurde von für mit aus dem den des ein eine einer wenn ob nicht",
        "French": "le les du et est sont été par pour avec dans une qui cette chaque lorsque aux des sur",
        "Spanish": "el los las del y es son fue por para con desde una que esta cada cuando si su al",
        "Portuguese": "o os das dos e é são foi por para com uma que esta cada quando se do da ao na no",
        "Italian": "il gli della delle dei e è sono stato per con dal una che questa ogni quando se nel alla",
        "Dutch": "het de van en is zijn werd door voor met uit een die deze dit elke wanneer of niet bij",
    }.items()
}
_SCRIPTS: Mapping[str, re.Pattern[str]] = {
    "Japanese": re.compile(r"[\u3040-\u30ff]"),
    "Korean": re.compile(r"[\uac00-\ud7af]"),
    "Chinese": re.compile(r"[\u4e00-\u9fff]"),
    "Russian": re.compile(r"[\u0400-\u04ff]{2,}"),
}
_WORD = re.compile(r"[^\W\d_]+")


def guess_language(texts: Iterable[str]) -> str | None:
    """The language's English name, None where there is too little to go by, or too much of several."""
    found: Counter[str] = Counter()
    for text in texts:
        script = next((name for name, letters in _SCRIPTS.items() if letters.search(text)), None)
        if script is not None:
            found[script] += 2
            continue
        words = _WORD.findall(text.lower())
        for language, small in _SMALL_WORDS.items():
            found[language] += sum(word in small for word in words)
    [(language, most), *others] = found.most_common() or [("", 0)]
    second = others[0][1] if others else 0
    return language if most >= _FEWEST_WORDS and most >= _LEAST_SHARE * (most + second) else None
