"""Is a text clearly in another language than the one wanted? Told by its script and its commonest words. Pure.

It answers only where there can be no doubt: a few words, a name or a code are no language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_NAMES: Mapping[str, tuple[str, ...]] = {
    "English": ("english", "en"),
    "German": ("german", "deutsch", "de"),
    "French": ("french", "français", "francais", "fr"),
    "Spanish": ("spanish", "español", "espanol", "es"),
    "Portuguese": ("portuguese", "português", "portugues", "pt"),
    "Italian": ("italian", "italiano", "it"),
    "Dutch": ("dutch", "nederlands", "nl"),
    "Polish": ("polish", "polski", "pl"),
    "Russian": ("russian", "русский", "ru"),
    "Japanese": ("japanese", "日本語", "ja"),
    "Chinese": ("chinese", "中文", "zh"),
    "Korean": ("korean", "한국어", "ko"),
}
_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "English": """
            a in per over under the of and to is are was were this that which from with for by when where each not
            it its be has have if who than their an as or on at there one only other into after before
            been did does
        """,
        "German": """
            der die das und ist sind des dem den ein eine einer eines einem einen von für mit auf
            bei nicht wird wurde werden wenn zu zum zur im am ob aus nach pro je oder sich als wann
            welche sowie durch über
        """,
        "French": """
            le la les des du et est sont une un pour dans avec par sur qui que où au aux ce cette
            ces pas si lors ou chaque a été dont en ne selon quand
        """,
        "Spanish": """
            el la los las del y es son una un para con por que en se al cuando cada este esta no si
            fue o donde como su sus más ha desde según sobre
        """,
        "Portuguese": """
            o os as da do das dos e é são uma um para com por que em se ao quando cada este esta não
            foi ou na no nas nos pelo pela seu sua mais foram
        """,
        "Italian": """
            il lo la gli le dei del della delle e è sono una un per con che in si al alla quando
            ogni questo questa non se nel nella da di o come suo sua stato
        """,
        "Dutch": """
            de het een en is zijn van voor met op bij niet wordt werd worden als te naar uit per of
            dat die deze wanneer elke door over aan waar wie om
        """,
        "Polish": """
            i jest są w z na do nie się czy który która które dla od przez po lub oraz ten ta to
            jako gdy każdy o jego został
        """,
    }.items()
}
_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Japanese", re.compile(r"[\u3040-\u30ff]")),
    ("Korean", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("Chinese", re.compile(r"[\u4e00-\u9fff]")),
    ("Russian", re.compile(r"[\u0400-\u04ff]")),
)
_CODE = re.compile(r"`[^`]*`|\{\{.*?\}\}|https?://\S+|\S*[_/=@]\S*", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 3
_FEWEST_TEXTS = 3
_MOST_TEXTS = 0.6
_SHARE_OF_LETTERS = 0.3


def other_language(text: str, wanted: str) -> str | None:
    """The English name of the language a text is clearly in, where that is not the one wanted; else None.

    ``wanted`` is a language's name, in English or in itself, or its code: ``German``, ``Deutsch``, ``de-AT``. Of a
    language it does not know it says nothing.
    """
    name = _known(wanted)
    if name is None:
        return None
    words = _words(text)
    found = _of_script(words) or _of_words(words, name)
    return found if found != name else None


def usual_language(texts: Iterable[str]) -> str | None:
    """The English name of the language most of the texts are clearly in; None where too few are, or in several."""
    told = Counter(found for text in texts if (found := _of_script(_words(text)) or _of_words(_words(text), "")))
    [(language, number)] = told.most_common(1) or [("", 0)]
    return language if number >= max(_FEWEST_TEXTS, _MOST_TEXTS * told.total()) else None


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(_CODE.sub(" ", text))]


def _known(wanted: str) -> str | None:
    first = next(iter(re.split(r"[\s,(_-]", wanted.strip().casefold())), "")
    return next((name for name, spellings in _NAMES.items() if first in spellings), None)


def _of_script(words: list[str]) -> str | None:
    """Kana before Chinese characters: Japanese has both."""
    letters = "".join(words)
    foreign = {name: len(script.findall(letters)) for name, script in _SCRIPTS}
    if not letters or sum(foreign.values()) < _SHARE_OF_LETTERS * len(letters):
        return None
    return next(name for name, number in foreign.items() if number)


def _of_words(words: list[str], wanted: str) -> str | None:
    """The language whose commonest words stand there, and clearly more of them than of the wanted one's."""
    counts = {name: sum(word in common for word in words) for name, common in _WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    enough = counts[best] >= _FEWEST_WORDS and counts[best] >= len(words) / 5
    return best if enough and counts[best] >= 2 * counts.get(wanted, 0) + 1 else None
