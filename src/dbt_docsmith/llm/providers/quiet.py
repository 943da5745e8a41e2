"""SDKs that keep what they know to themselves."""

from __future__ import annotations

import logging


def quiet(*loggers: str) -> None:
    """Let these loggers, and all below them, say errors alone.

    At DEBUG they say prompts, keys and headers, and a variable such as ``ANTHROPIC_LOG`` is enough to make them.
    To be called after the SDK is imported: that is when it reads its variable.
    """
    for name in loggers:
        logging.getLogger(name).setLevel(logging.ERROR)
