"""What `test-llm` says to each thing that people meet on their first day, and the cure it names."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from tests.cli.user import User
from tests.company.authority import Authority
from tests.company.proxy import CompanyProxy
from tests.envelopes import bedrock, ollama
from tests.envelopes.providers import SERVED
from tests.wire_server import Reply, WireServer, failing

ENVIRON = {served.name: served.environ for served in SERVED}
NOT_GRANTED = "You don't have access to the model with the specified model ID."
NO_PROFILE = "Invocation of model ID with on-demand throughput isn't supported."


def cure(user: User, provider: str, **environ: str) -> str:
    """The one line that `test-llm` says of a provider that cannot serve."""
    said = user.anywhere("test-llm", "--provider", provider, **environ)
    assert said.code == 2
    return said.error


@pytest.mark.parametrize(
    ("provider", "reply", "told"),
    [
        ("openai", failing(401, "Incorrect API key provided"), "the key is not accepted (401)"),
        ("openai", failing(401, "Incorrect API key provided"), "; check OPENAI_API_KEY"),
        ("openai", failing(429, "No.", code="insufficient_quota"), "add credit, or name another --provider"),
        ("groq", failing(404, "The model does not exist"), "is 'openai/gpt-oss-120b' a model there"),
        ("ollama", ollama.refusing(404, "model 'qwen3:8b' not found"), "; ollama pull qwen3:8b"),
        (
            "bedrock",
            bedrock.refusing(403, "AccessDeniedException", NOT_GRANTED),
            "is the model granted to the account in eu-central-1?",
        ),
        (
            "bedrock",
            bedrock.refusing(400, "ValidationException", NO_PROFILE),
            "set BEDROCK_MODEL_ID to its inference profile, such as eu.",
        ),
    ],
)
def test_what_a_server_refuses_is_said_with_its_cure(
    provider: str, reply: Reply, told: str, user: User, wire_server: WireServer
) -> None:
    wire_server.respond = lambda _body: reply
    assert told in cure(user, provider, **ENVIRON[provider](wire_server.host))


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        ("lm-studio", "is the server started, and LM_STUDIO_BASE_URL right?"),
        ("ollama", "ollama serve"),
        ("openai", "OPENAI_BASE_URL right?"),
    ],
)
def test_a_server_that_is_not_started_is_said_with_its_cure(provider: str, told: str, user: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"127.0.0.1:{server.getsockname()[1]}"
    assert told in cure(user, provider, **ENVIRON[provider](nobody))


def test_an_issuer_that_is_not_trusted_is_named(user: User, wire_server: WireServer, tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "https://llm.example/v1"}
    with CompanyProxy(Authority(tmp_path / "ca", "Orchard Root CA"), wire_server.host) as proxy:
        said = cure(user, "openai", HTTPS_PROXY=proxy.url, **environ)
    assert "its certificate is not trusted" in said
    assert "issued by 'Orchard Root CA'; set SSL_CERT_FILE" in said


def test_a_proxy_that_refuses_is_named(user: User, wire_server: WireServer, tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "https://llm.example/v1"}
    authority = Authority(tmp_path / "ca", "Orchard Root CA")
    with CompanyProxy(authority, wire_server.host, refuse="407 Proxy Authentication Required") as proxy:
        said = cure(user, "openai", HTTPS_PROXY=proxy.url, **environ)
    assert "put the name and password it asks for in HTTPS_PROXY" in said
