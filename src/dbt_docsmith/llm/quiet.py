"""SDKs that keep what they know to themselves."""

from __future__ import annotations

import logging

TALKATIVE = (
    *("openai", "anthropic", "google_genai", "google", "botocore", "azure", "msal"),
    *("httpx", "httpx2", "httpcore", "httpcore2"),
)
"""What the SDKs and what they send with log to."""


def quiet(*loggers: str) -> None:
    """Let these loggers, and all below them, say nothing.

    At DEBUG they say prompts, keys and headers, and a variable such as ``ANTHROPIC_LOG`` is enough to make them.
    To be called after the SDK is imported: that is when it reads its variable.
    """
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
