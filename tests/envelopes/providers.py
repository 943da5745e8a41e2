"""Every provider that has a wire: the format it speaks, and the environment that leads it to a test's server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.envelopes.anthropic import Messages
from tests.envelopes.azure import AzureChat
from tests.envelopes.base import KEY, Envelope
from tests.envelopes.bedrock import ACCESS_KEY, Converse
from tests.envelopes.gemini import GenerateContent
from tests.envelopes.ollama import OllamaChat
from tests.envelopes.openai import ChatCompletions

from dbt_docsmith.llm.providers import SPECS


@dataclass(frozen=True)
class Served:
    """A provider of a test. In the values of ``variables``, ``{host}`` stands for the server's ``host:port``.

    ``key_hint`` and ``url_hint`` are what its errors tell a user to check, where its spec does not say so.
    """

    name: str
    envelope: Envelope
    variables: Mapping[str, str]
    key_hint: str = ""
    url_hint: str = ""

    def environ(self, host: str) -> dict[str, str]:
        """What must be set so that the provider asks the server at ``host``."""
        return {name: value.format(host=host) for name, value in self.variables.items()}

    @property
    def hints(self) -> dict[str, str]:
        """The names that stand for ``{key}`` and ``{url}`` in what people read."""
        spec = SPECS[self.name]
        key = self.key_hint or " or ".join(spec.key_variables)
        return {"key": key, "url": self.url_hint or spec.base_url_variable or "the base URL"}


SERVED = (
    Served("openai", ChatCompletions(), {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://{host}/v1"}),
    Served("groq", ChatCompletions(), {"GROQ_API_KEY": KEY, "GROQ_BASE_URL": "http://{host}/openai/v1"}),
    Served("lm-studio", ChatCompletions(), {"LM_STUDIO_API_KEY": KEY, "LM_STUDIO_BASE_URL": "http://{host}/v1"}),
    Served(
        "azure-openai",
        AzureChat(),
        {
            "AZURE_OPENAI_API_KEY": KEY,
            "AZURE_OPENAI_BASE_URL": "http://{host}",
            "AZURE_OPENAI_DEPLOYMENT_NAME": "writer",
        },
    ),
    Served(
        "azure-openai-ad",
        AzureChat(),
        {
            "AZURE_OPENAI_AD_TOKEN": KEY,
            "AZURE_OPENAI_BASE_URL": "http://{host}/openai/v1",
            "AZURE_OPENAI_DEPLOYMENT_NAME": "writer",
        },
    ),
    Served("anthropic", Messages(), {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "http://{host}"}),
    Served(
        "google-gemini",
        GenerateContent(),
        {"GOOGLE_GEMINI_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": "http://{host}/v1beta/openai"},
    ),
    Served("ollama", OllamaChat(), {"OLLAMA_API_KEY": KEY, "OLLAMA_BASE_URL": "http://{host}"}),
    Served(
        "bedrock",
        Converse(),
        {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://{host}",
            "BEDROCK_MODEL_ID": "anthropic.claude-haiku-4-5-20251001-v1:0",
        },
        key_hint="the AWS credentials…",
    ),
)
