"""What may leave: Evidence with secrets, personal data and literals masked. Pure.

``matching`` masks what looks like a key, an e-mail address, a phone, card or account number, and what the user's
own patterns find; ``all`` masks every literal besides; ``off`` masks nothing.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from dbt_docsmith.prompting.evidence_texts import TextChange
from dbt_docsmith.prompting.sensitive import mask_sensitive
from dbt_docsmith.prompting.sql_pieces import Piece, Quoting, pieces
from dbt_docsmith.types import Evidence

RedactMode = Literal["matching", "all", "off"]

MASKED = "***"

_REFERENCE = re.compile(r"\{\{-?\s*(?:ref|source)\s*\(|\{\{-?\s*this\b")
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")


class Redaction(Struct, frozen=True, kw_only=True):
    """``patterns`` are the user's own, searched for in literals and comments."""

    mode: RedactMode = "matching"
    patterns: tuple[re.Pattern[str], ...] = ()


class Masker:
    """Masks what ``redaction`` says; ``quoting`` is how the project's SQL writes strings."""

    def __init__(self, redaction: Redaction, quoting: Quoting) -> None:
        self._redaction = redaction
        self._quoting = quoting
        self._change = TextChange(text=self.text, sql=self.sql, value=self._value)

    def evidence(self, evidence: Evidence) -> Evidence:
        """The evidence as it may be shown to a provider."""
        return evidence if self._redaction.mode == "off" else self._change.evidence(evidence)

    def text(self, text: str) -> str:
        """What a person wrote, masked."""
        return mask_sensitive(self._without_patterns(text))

    def sql(self, sql: str) -> str:
        """SQL, or an expression of it, masked: names and ``ref`` stay as they are."""
        if self._redaction.mode == "all" or self._redaction.patterns:
            sql = "".join(map(self._piece, pieces(sql, self._quoting)))
        return mask_sensitive(sql)

    def _piece(self, piece: Piece) -> str:
        hides_all = self._redaction.mode == "all"
        if piece.kind == "code" or (piece.kind == "jinja" and _REFERENCE.match(piece.text)):
            return piece.text
        if piece.kind == "string" and hides_all:
            return piece.text[0] + MASKED + piece.text[0]
        if piece.kind == "number" and hides_all:
            return MASKED
        return self._without_patterns(_STRING.sub(f"'{MASKED}'", piece.text) if hides_all else piece.text)

    def _without_patterns(self, text: str) -> str:
        for pattern in self._redaction.patterns:
            text = pattern.sub(MASKED, text)
        return text

    def _value(self, value: str) -> str:
        return MASKED if self._redaction.mode == "all" else self.text(value)
