"""Secrets and personal data in any text, by what they look like. Pure.

Rather one harmless number masked than one card number sent; but a date, a version, an amount or a name in SQL is
none of these.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable

_BEGINNINGS = """-----BEGIN AKIA ASIA AGPA AIDA AROA sk- sk_ pk- pk_ rk- rk_ ghp_ gho_ ghs_ ghu_ ghr_ github_pat_
    glpat- xox AIza ya29. SG. dapi hf_ eyJ""".split()
_SECRET_WORDS = ("key", "secret", "token", "passw", "pwd", "passphrase")
_LONG_NUMBER = re.compile(r"\d[\d A-Z./()-]{5,}\d")
_KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b"
    r"|\b(?:sk|pk|rk)[-_](?:[A-Za-z]+[-_])*[A-Za-z0-9_-]{12,}"
    r"|\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{15,}|\bxox[abeprs]-[\w-]{10,}"
    r"|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bSG\.[\w-]{15,}\.[\w-]{15,}|\bdapi[0-9a-f]{30,}|\bhf_\w{25,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?",
    re.DOTALL,
)
_NAMED_SECRET = re.compile(
    r"\b((?:[\w-]*(?:api|access|private|secret|signing|encryption|account)[_-]?key|[\w-]*secret|[\w-]*token"
    r"|[\w-]*passw(?:or)?d|pwd|passphrase)\b\s*(?:[:=]|=>|\bis\b)+\s*[\"']?)([^\s\"',;)]{6,})",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(\b[a-z][\w+.-]*://[^\s/:@'\"]+:)([^\s/@'\"]+)(?=@)", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
_DIGITS = re.compile(r"(?<![\w.])(?:\d[ -]?){12,18}\d(?![\w])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_SOCIAL_SECURITY = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_PHONE = re.compile(
    r"(?<![\w.+])(?:\+|00)[1-9]\d{0,2}[ ./()-]{0,2}(?:\d[ ./()-]{0,2}){6,12}\d(?![\w])"
    r"|(?<![\w.-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])"
    r"|(?<![\w.-])0\d{1,4}[ /-]\d{5,9}(?![\w-])"
)
_QUOTED_TOKEN = re.compile(r"(?<=['\"=: ])[A-Za-z0-9+/_=-]{24,}(?=['\"\s,;]|$)")


def mask_sensitive(text: str) -> str:
    """The text with a label, as ``[masked e-mail]``, in the place of each secret and of all personal data."""
    if any(beginning in text for beginning in _BEGINNINGS):
        text = _KEYS.sub("[masked key]", text)
    if "@" in text:
        text = _URL_PASSWORD.sub(r"\1[masked password]", text)
        text = _EMAIL.sub("[masked e-mail]", text)
    lowered = text.lower()
    if any(word in lowered for word in _SECRET_WORDS):
        text = _NAMED_SECRET.sub(_without_value, text)
    text = _QUOTED_TOKEN.sub(_if(_looks_random, "[masked key]"), text)
    return _mask_numbers(text) if _LONG_NUMBER.search(text) else text


def _mask_numbers(text: str) -> str:
    text = _IBAN.sub(_if(_is_iban, "[masked account]"), text)
    text = _DIGITS.sub(_if(_is_card, "[masked card]"), text)
    text = _SOCIAL_SECURITY.sub("[masked number]", text)
    return _PHONE.sub("[masked phone]", text)


def _if(is_one: Callable[[str], bool], label: str) -> Callable[[re.Match[str]], str]:
    return lambda found: label if is_one(found[0]) else found[0]


def _without_value(found: re.Match[str]) -> str:
    """``token: [masked key]`` stays; a call or a column behind the sign is no secret."""
    value = found[2]
    is_code = value.startswith(("[masked", "{{", "$")) or re.fullmatch(r"[a-z_][\w.]*\(?.*", value) is not None
    quoted = found[1].rstrip()[-1:] in ("'", '"')
    return found[0] if is_code and not quoted and not _looks_random(value) else found[1] + "[masked key]"


def _looks_random(token: str) -> bool:
    """Letters and digits mixed, and hardly one like the other."""
    kinds = sum(any(test(char) for char in token) for test in (str.isdigit, str.islower, str.isupper))
    if kinds < 2 or not any(map(str.isdigit, token)):
        return False
    entropy = -sum(n / len(token) * math.log2(n / len(token)) for n in Counter(token).values())
    return entropy > (3.0 if re.fullmatch(r"[0-9a-fA-F-]+", token) else 3.7)


def _is_card(text: str) -> bool:
    """By Luhn's check digit."""
    digits = [int(char) for char in text if char.isdigit()][::-1]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """By its check digits: the number, with letters as 10 to 35 and its head at the end, is 1 modulo 97."""
    bare = text.replace(" ", "")
    return len(bare) >= 15 and int("".join(str(int(char, 36)) for char in bare[4:] + bare[:4])) % 97 == 1
