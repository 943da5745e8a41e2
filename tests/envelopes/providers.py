"""Every provider that has a wire: the format it speaks, and the environment that leads it to a test's server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.envelopes.base import KEY, Envelope
from tests.envelopes.openai import ChatCompletions


@dataclass(frozen=True)
class Served:
    """A provider of a test. In the values of ``variables``, ``{host}`` stands for the server's ``host:port``."""

    name: str
    envelope: Envelope
    variables: Mapping[str, str]

    def environ(self, host: str) -> dict[str, str]:
        """What must be set so that the provider asks the server at ``host``."""
        return {name: value.format(host=host) for name, value in self.variables.items()}


SERVED = (
    Served("openai", ChatCompletions(), {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://{host}/v1"}),
    Served("groq", ChatCompletions(), {"GROQ_API_KEY": KEY, "GROQ_BASE_URL": "http://{host}/openai/v1"}),
    Served("lm-studio", ChatCompletions(), {"LM_STUDIO_API_KEY": KEY, "LM_STUDIO_BASE_URL": "http://{host}/v1"}),
)
