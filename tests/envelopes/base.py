"""One wire format, as far as a test needs it: how a question reads in it, and how it says what a server can say.

One file a format; ``providers.py`` says which provider speaks it. Replies are sent by ``tests.wire_server``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from tests.wire_server import Body, Reply

KEY = "sk-planted-key/0123456789+abc="
"""The key of every provider in tests. It must show up nowhere, and some servers echo it."""

Trouble = Literal[
    "too many",  # of requests or tokens a minute
    "no quota",  # of money: no further request will be answered
    "failed",  # 500
    "busy",  # 503
    "overloaded",  # 529
    "bad key",  # 401; the words hold KEY, as some servers' do
    "not allowed",  # 403
    "too long",  # for the model's context
    "unsupported",  # a parameter that is sent by default and can be left out
    "filtered",  # a content filter declines the request before the model sees it
]


class Envelope(Protocol):
    """How one wire format says things. None where it has no way to say them."""

    def question(self, body: Body) -> str:
        """The user's message of a request."""

    def answer(self, text: str | None) -> Reply:
        """A whole answer; ``text`` None: null where the text should be. Billed: 100 prompt tokens, 40 of them from
        the provider's cache, and 20 of the answer."""

    def cut(self, text: str) -> Reply:
        """An answer that ends at its token limit. Billed as ``answer``."""

    def refusal(self, words: str) -> Reply | None:
        """A 200 in which the model declines, in its own ``words`` where the format has room for them."""

    def filtered(self) -> Reply | None:
        """A 200 in which a filter has taken the answer back."""

    def trouble(self, trouble: Trouble, **headers: str) -> Reply | None:
        """An error with the vendor's own status, codes and words."""

    def failing(self, status: int, message: str, **headers: str) -> Reply:
        """Any other error in the vendor's form."""

    def limits(self, requests: int, tokens: int) -> Mapping[str, str]:
        """The headers that tell what is allowed in a minute; none where the vendor tells nothing."""
