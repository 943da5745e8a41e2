"""`dbt-docsmith test-llm`: one tiny request, what came of it, and the cure where nothing did."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from tests.cli.contract import TRIAL, misfits
from tests.cli.user import JSON, Said, User
from tests.envelopes.base import KEY, Trouble
from tests.envelopes.providers import SERVED, Served
from tests.wire_server import Body, Reply, WireServer, answering, failing, sending

from dbt_docsmith.prompting.answer import ANSWER_SCHEMA

each_provider = pytest.mark.parametrize("served", SERVED, ids=lambda served: served.name)
TROUBLES: dict[Trouble, str] = {
    "bad key": "AuthenticationFailed",
    "no quota": "QuotaExhausted",
    "too many": "RateLimited",
    "failed": "ServerFailed",
}
READY = {"description": "ready", "question": None, "columns": []}


def tried(user: User, *args: str, **environ: str) -> tuple[Said, Any]:
    """What `test-llm` says, and as JSON, outside of any project."""
    said = user.anywhere("test-llm", *args, *JSON, **environ)
    report = json.loads(said.out)
    assert misfits(report, TRIAL) == []
    assert report["exit_code"] == said.code
    return said, report["tried"]


@pytest.fixture
def online(online: User, wire_server: WireServer) -> User:
    """A user whose provider answers a trial."""
    wire_server.respond = lambda _body: answering(READY)
    return online


def test_one_tiny_request_with_the_schema_of_every_run(online: User, wire_server: WireServer) -> None:
    said, [openai] = tried(online)
    assert (said.code, said.err) == (0, "")
    [body] = wire_server.bodies
    assert body["response_format"]["json_schema"]["schema"] == ANSWER_SCHEMA
    assert len(json.dumps(body["messages"])) < 400
    assert (openai["provider"], openai["host"], openai["model"]) == ("openai", wire_server.host, "gpt-5.4-mini")
    tokens = {"prompt_tokens": 100, "cached_prompt_tokens": 40, "completion_tokens": 20, "cache_write_tokens": 0}
    assert openai["usage"] == tokens
    assert (openai["ok"], openai["requests"], openai["answers"], openai["steps"]) == (True, 1, "json_schema", [])
    assert float(openai["cost_usd"]) > 0


def test_a_person_reads_who_answered_how_fast_and_for_how_much(online: User, wire_server: WireServer) -> None:
    said = online.anywhere("test-llm", "--model", "a-model-of-ours")
    assert (said.code, said.err) == (0, "")
    first, latency, *rest = said.out.splitlines()
    assert first == f"openai at {wire_server.host}, model a-model-of-ours: it answers"
    assert latency.endswith(" ms, 1 request")
    assert rest == [
        "  tokens   100 of the prompt, 20 of the answer",
        "  cost     price unknown",
        "  answers  by JSON schema, accepted",
    ]


def test_what_the_server_does_not_take_is_told_with_what_it_takes_instead(
    online: User, wire_server: WireServer
) -> None:
    refusal = failing(400, "response_format json_schema is not supported by this model")
    wire_server.respond = lambda body: refusal if asks_for_a_schema(body) else answering(READY)
    said, [openai] = tried(online)
    assert (said.code, openai["ok"], openai["requests"]) == (0, True, 2)
    [step] = openai["steps"]
    assert "json_schema are not supported, JSON mode is asked for instead" in step


def asks_for_a_schema(body: Body) -> bool:
    return bool(body.get("response_format", {}).get("type") == "json_schema")


@pytest.mark.parametrize(
    ("reply", "error", "told"),
    [
        (failing(401, "Incorrect API key"), "AuthenticationFailed", "check OPENAI_API_KEY"),
        (failing(403, "No access to model"), "AuthenticationFailed", "the key may not do this"),
        (failing(404, "no such model"), "RequestRejected", "is 'gpt-5.4-mini' a model there"),
        (failing(429, "quota", code="insufficient_quota"), "QuotaExhausted", "add credit"),
        (failing(429, "slow down"), "RateLimited", "too many requests"),
        (failing(500, "oops"), "ServerFailed", "the server failed (500)"),
        (sending(b"<html>Sign in</html>"), "ServerFailed", "is OPENAI_BASE_URL right?"),
        (Reply(manner="drop"), "ConnectionFailed", "the connection dropped"),
    ],
)
def test_a_failure_is_one_line_with_the_cure_and_2(
    reply: Reply, error: str, told: str, online: User, wire_server: WireServer
) -> None:
    wire_server.respond = lambda _body: reply
    said, [openai] = tried(online)
    assert said.code == 2
    assert (openai["ok"], openai["error"]) == (False, error)
    assert told in openai["message"]
    assert said.err == f"error: {openai['message']}\n"
    assert len(wire_server.seen) == 1


@each_provider
def test_every_provider_can_be_tried(served: Served, user: User, wire_server: WireServer) -> None:
    wire_server.respond = lambda _body: served.envelope.answer(json.dumps(READY))
    said, [one] = tried(user, "--provider", served.name, **served.environ(wire_server.host))
    assert (said.code, said.err) == (0, "")
    assert (one["provider"], one["host"], one["ok"]) == (served.name, wire_server.host, True)
    assert one["usage"]["completion_tokens"] == 20


@each_provider
@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_keeps_a_provider_from_serving_is_one_line_without_the_key(
    served: Served, trouble: Trouble, user: User, wire_server: WireServer
) -> None:
    reply = served.envelope.trouble(trouble)
    if reply is None:
        return
    wire_server.respond = lambda _body: reply
    said, [one] = tried(user, "--provider", served.name, **served.environ(wire_server.host))
    assert (said.code, one["error"], one["host"]) == (2, TROUBLES[trouble], wire_server.host)
    assert said.err == f"error: {one['message']}\n"
    assert len(wire_server.seen) == 1
    assert KEY not in said.err + said.out


def test_a_server_that_is_not_started_is_told(user: User) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    said, [studio] = tried(user, "--provider", "lm-studio", LM_STUDIO_BASE_URL=url)
    assert (said.code, studio["error"]) == (2, "Unreachable")
    assert "is the server started, and LM_STUDIO_BASE_URL right?" in studio["message"]


def test_a_model_that_answers_with_no_json_is_1_and_told(online: User, wire_server: WireServer) -> None:
    wire_server.respond = lambda _body: answering("I am ready!")
    said, [openai] = tried(online)
    assert (said.code, openai["error"]) == (1, "AnswerError")
    assert "its answer holds no description; choose another --model" in openai["message"]


def test_every_provider_of_a_list_is_tried_whatever_the_others_said(online: User, wire_server: WireServer) -> None:
    wire_server.script.append(failing(401, "no"))
    said, [openai, groq, studio, rules] = tried(
        online, "--provider", "openai,groq,lm-studio:m,rules", LM_STUDIO_BASE_URL=wire_server.base_url
    )
    assert said.code == 2
    assert [each["ok"] for each in (openai, groq, studio, rules)] == [False, False, True, True]
    assert groq["error"] == "CredentialsMissing"
    assert "GROQ_API_KEY" in groq["message"]
    assert said.err.count("error: ") == 2
    assert [body["model"] for body in wire_server.bodies] == ["gpt-5.4-mini", "m"]


def test_without_a_provider_it_says_what_document_would_say(user: User) -> None:
    said = user.anywhere("test-llm")
    assert said.code == 2
    assert said.error.startswith("no provider is configured")


def test_the_latency_is_the_provider_s(online: User, wire_server: WireServer) -> None:
    wire_server.latency = 0.3
    _, [openai] = tried(online)
    assert openai["latency_ms"] >= 300


def test_the_latency_is_of_the_request_that_was_answered(online: User, wire_server: WireServer) -> None:
    said, [openai] = tried(online, "--debug")
    [told] = [line for line in said.err.splitlines() if line.startswith("debug: ")]
    assert f"{openai['latency_ms']:,} ms, attempt 1" in told


def test_what_it_costs_is_counted_with_the_rest(online: User) -> None:
    _, [openai] = tried(online)
    used = json.loads(online.anywhere("usage", *JSON).out)
    assert openai["cost_usd"] in json.dumps(used)
    assert "test-llm" in json.dumps(used)


def test_a_budget_that_does_not_allow_it_is_3(online: User, wire_server: WireServer) -> None:
    said = online.anywhere("test-llm", "--max-cost", "0.000001")
    assert said.code == 3
    assert wire_server.seen == []


def test_who_is_not_allowed_by_the_policy_is_not_asked(online: User, wire_server: WireServer) -> None:
    online.write("dbt-docsmith.yml", "policy: {providers: [groq]}\n")
    said = online("test-llm")
    assert said.code == 2
    assert "policy.providers does not allow openai" in said.error
    assert wire_server.seen == []


def test_no_answer_is_kept(online: User, wire_server: WireServer) -> None:
    tried(online)
    tried(online)
    assert len(wire_server.seen) == 2
