"""Is this text fit to be written under somebody's name? Pure."""

from __future__ import annotations

import re
import unicodedata

from dbt_docsmith.errors import AnswerError
from dbt_docsmith.prompting.restating import restates

DEFAULT_MAX_LENGTH = 500

_PREAMBLE = re.compile(
    r"^(sure\b[,!. ]|certainly\b[,!. ]|of course\b[,!. ]|absolutely\b[,!. ]|okay[,!. ]|here(?:'s| is| are)\b"
    r"|as an ai\b|as a language model\b|the description (?:is|of the (?:column|table|model) is)\b"
    r"|(?:column |table |model )?descriptions?\s*:|based on the (?:evidence|sql|provided|given)\b)",
    re.IGNORECASE,
)
_NOTHING_SAID = re.compile(
    r"^(?:n/?a|none|null|unknown|todo|tbd|undefined|no description\b.*|not documented"
    r"|pending further documentation|description not available|missing description"
    r"|i (?:cannot|can't|don't|do not|am unable)\b.*"
    r"|(?:there is )?(?:not enough|insufficient) (?:information|evidence)\b.*)\.?$",
    re.IGNORECASE | re.DOTALL,
)
_DANGLING = re.compile(
    r"(?:[,;:(\[{/&+=<-]|…|\.\.\."
    r"|\b(?:a|an|and|as|at|by|for|from|if|in|into|is|its|of|on|or|per|than|that|the|their|this|to|which|with|when|where)"
    r")$",
    re.IGNORECASE,
)


def tidy(text: str) -> str:
    """The same text as a person would have typed it: no outer blanks or quotes, one blank at a time.

    Paragraphs stay apart; single line breaks inside one are spaces.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`" and text.count(text[0]) == 2:
        text = text[1:-1].strip()
    paragraphs = re.split(r"\n[ \t]*\n", text)
    return "\n\n".join(" ".join(part.split()) if not _is_list(part) else _tidy_lines(part) for part in paragraphs)


def check_text(
    text: str, *, name: str, node_name: str, data_type: str | None = None, max_length: int = DEFAULT_MAX_LENGTH
) -> str:
    """The text, tidied, if it is fit to be written; ``name`` is the column's, or the node's for its own text.

    Raises AnswerError with a reason that can be handed back to the model.
    """
    refuse_unwritable(text)
    text = tidy(text)
    if not text:
        raise AnswerError("the text is empty")
    if "```" in text or text.startswith("~~~"):
        raise AnswerError("the text is wrapped in a code fence; give the plain sentence only")
    if _NOTHING_SAID.match(text):
        raise AnswerError("the text says nothing; give null and a question instead")
    if _PREAMBLE.match(text):
        raise AnswerError("the text begins with a preamble; give the description only")
    if is_cut_off(text):
        raise AnswerError("the text is cut off before its end")
    if len(text) > max_length:
        raise AnswerError(f"the text has {len(text)} characters; at most {max_length} are allowed")
    if restates(text, name=name, node_name=node_name, data_type=data_type):
        raise AnswerError(f"the text only says the name or the type of '{name}' in other words")
    return text


def is_cut_off(text: str) -> bool:
    """Whether the text stops in the middle: on a dangling word or sign, or inside brackets or backticks."""
    if _DANGLING.search(text):
        return True
    return text.count("(") > text.count(")") or text.count("[") > text.count("]") or text.count("`") % 2 == 1


def escape_jinja(text: str) -> str:
    """The text as dbt must read it so that Jinja renders it back to itself."""
    return re.sub(r"\{[{%#]", lambda found: f"{{{{ '{found.group()}' }}}}", text)


def refuse_unwritable(text: str) -> None:
    """Raises AnswerError for characters that no description may hold, whoever wrote it."""
    for char in text:
        if char not in "\n\r\t" and (unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") or char in _INVISIBLE):
            raise AnswerError(f"the text holds a control character (U+{ord(char):04X})")


_INVISIBLE = frozenset("\ufeff\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _is_list(paragraph: str) -> bool:
    lines = paragraph.split("\n")
    return len(lines) > 1 and all(re.match(r"\s*(?:[-*•]|\d+[.)])\s", line) for line in lines[1:])


def _tidy_lines(paragraph: str) -> str:
    return "\n".join(" ".join(line.split()) for line in paragraph.split("\n"))
