"""Anthropic's official SDK over a real socket: what leaves, every fault, and what becomes of it."""

import json
import time
from collections.abc import Callable, Mapping

import pytest
from msgspec.structs import replace
from tests.envelopes.anthropic import Messages, anthropic_answering, anthropic_failing
from tests.envelopes.base import KEY
from tests.llm.fakes import REQUEST, SCHEMA
from tests.llm.providers.asking import WARM, Asker, asked, asked_apart
from tests.wire_server import Body, Reply, WireServer, sending

from dbt_docsmith.errors import (
    AnswerRefused,
    AuthenticationFailed,
    ConnectionFailed,
    ContextOverflow,
    DeadlineExceeded,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
    ServerFailed,
    Unreachable,
)
from dbt_docsmith.types import Completion, Usage

BILLED = Usage(prompt_tokens=100, cached_prompt_tokens=40, completion_tokens=20, cache_write_tokens=10)
NAME = "ANTHROPIC_BASE_URL"
LIMITS_APART = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-input-tokens-limit": "25000",
    "anthropic-ratelimit-output-tokens-limit": "5000",
}


@pytest.fixture
def asker(wire_server: WireServer) -> Asker:
    wire_server.respond = lambda _body: anthropic_answering({})
    return Asker("anthropic", wire_server)


def trouble(name: str) -> Reply:
    return Messages().trouble(name)  # type: ignore[arg-type]


def test_a_request_carries_the_marked_system_text_the_question_the_schema_and_no_temperature(asker: Asker) -> None:
    asked(asker.provider(), REQUEST)
    (seen,) = asker.server.seen
    assert seen.path == "/v1/messages"
    assert seen.body == {
        "model": "m-1",
        "max_tokens": 100,
        "system": [{"type": "text", "text": "You describe.", "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": "Describe orders."}],
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    }


def test_an_empty_system_text_is_not_sent(asker: Asker) -> None:
    asked(asker.provider(), replace(REQUEST, prompt=replace(REQUEST.prompt, system=" ")))
    assert "system" not in asker.server.bodies[0]


def test_a_temperature_is_sent_where_it_is_set(asker: Asker) -> None:
    asked(asker.provider(), WARM, replace(REQUEST, temperature=0.0))
    assert [body["temperature"] for body in asker.server.bodies] == [0.2, 0.0]


def test_an_answer_comes_back_with_all_it_used(asker: Asker) -> None:
    completion = asker.answered(anthropic_answering({"description": "Ä"}))
    assert json.loads(completion.text) == {"description": "Ä"}
    assert (completion.provider, completion.model, completion.finish_reason) == ("anthropic", "m-1", "stop")
    assert completion.usage == BILLED


@pytest.mark.parametrize("usage", [None, {}, {"input_tokens": None}, "many", {"input_tokens": "x"}])
def test_an_answer_without_usage_is_an_answer(asker: Asker, usage: object) -> None:
    assert asker.answered(anthropic_answering({}, usage=usage)).usage == Usage()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("```json\n{}\n```", "```json\n{}\n```"),
        (
            [
                {"type": "thinking", "thinking": "Hm."},
                {"type": "text", "text": "{"},
                {"type": "text", "text": "}"},
            ],
            "{}",
        ),
        (
            [{"type": "text", "text": "So:"}, {"type": "tool_use", "id": "1", "name": "t", "input": {"a": 1}}],
            '{"a":1}',
        ),
        ([{"type": "something_new", "data": [1]}, {"type": "text", "text": "{}"}], "{}"),
    ],
)
def test_the_text_or_what_the_tool_was_handed_is_passed_on(asker: Asker, content: object, said: str) -> None:
    assert asker.answered(anthropic_answering(content)).text == said


@pytest.mark.parametrize("content", ['{"description": "Cut', "", []])
@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
def test_a_cut_answer_says_so(asker: Asker, content: object, reason: str) -> None:
    completion = asker.answered(anthropic_answering(content, stop_reason=reason))
    assert (completion.text, completion.finish_reason, completion.fault) == (content or "", "length", None)


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (Messages().refusal("I will not."), AnswerRefused, "declined to answer: I will not"),
        (anthropic_answering("No.", stop_reason="refusal"), AnswerRefused, "declined to answer: No"),
        (anthropic_answering(None), ServerFailed, "no text"),
        (anthropic_answering([]), ServerFailed, "no text"),
        (anthropic_answering(" \n"), ServerFailed, "no text"),
        (anthropic_answering([7]), ServerFailed, "cannot be read"),
    ],
)
def test_what_was_billed_and_is_no_answer_comes_with_its_fault(
    asker: Asker, reply: Reply, kind: type[ProviderError], said: str
) -> None:
    completion = asker.answered(reply)
    assert type(completion.fault) is kind
    assert said in str(completion.fault)
    assert completion.usage == BILLED


FAULTS: list[tuple[str, Reply, type[ProviderError], str]] = [
    ("429", trouble("too many"), RateLimited, "too many requests"),
    ("no credit", trouble("no quota"), QuotaExhausted, "no credit left"),
    ("402", anthropic_failing(402, "Pay.", "billing_error"), QuotaExhausted, "add credit"),
    (
        "429 of a spend limit",
        anthropic_failing(
            429, "Come back.", "rate_limit_error", details={"error_code": "enforced_spend_limit_reached"}
        ),
        QuotaExhausted,
        "no credit left",
    ),
    (
        "400 of a spend limit",
        anthropic_failing(400, "You have reached your specified API usage limits.", "invalid_request_error"),
        QuotaExhausted,
        "no credit left",
    ),
    ("500", trouble("failed"), ServerFailed, "500"),
    ("503 page", sending(b"<html>Busy</html>", status=503, content_type="text/html"), ServerFailed, "Busy"),
    ("529", trouble("overloaded"), ServerFailed, "Overloaded"),
    ("408", anthropic_failing(408, "Timeout"), ServerFailed, "408"),
    ("409", anthropic_failing(409, "Conflict"), ServerFailed, "409"),
    ("401", trouble("bad key"), AuthenticationFailed, "check ANTHROPIC_API_KEY"),
    ("403", trouble("not allowed"), AuthenticationFailed, "permission"),
    ("404", anthropic_failing(404, "model: m-1", "not_found_error"), RequestRejected, NAME),
    (
        "400",
        anthropic_failing(400, "messages: at least one", "invalid_request_error"),
        RequestRejected,
        "at least",
    ),
    ("400 in another form", sending({"detail": "No such route"}, status=400), RequestRejected, "No such route"),
    ("400 without a form", sending(["x"], status=400), RequestRejected, "400"),
    ("400 context", trouble("too long"), ContextOverflow, "--llm-max-sql-chars"),
    ("413", anthropic_failing(413, "Too large", "request_too_large"), ContextOverflow, "too long"),
    ("400 filter", trouble("filtered"), AnswerRefused, "filter"),
    ("empty body", Reply(headers={"Content-Type": "application/json"}), ServerFailed, "it is empty"),
    ("HTML 200", sending(b"<html>Sign in</html>", content_type="text/html"), ServerFailed, f"Sign in; is {NAME}"),
    ("HTML 200 as JSON", sending(b"<html>Sign in</html>"), ServerFailed, "Sign in"),
    ("an error as 200", sending({"type": "error", "error": {"message": "upstream"}}), ServerFailed, "upstream"),
    ("list root", sending([1]), ServerFailed, "cannot be read"),
    ("cut JSON", sending(b'{"content": [{"type": "te'), ServerFailed, "cannot be read"),
    ("drop", Reply(manner="drop"), ConnectionFailed, NAME),
    ("drop in the body", Reply(body=b"{" * 500, manner="drop_in_body"), ConnectionFailed, "dropped"),
    ("redirect", Reply(302, b"", {"Location": "http://127.0.0.1:9/"}), RequestRejected, "302"),
]


@pytest.mark.parametrize(
    ("reply", "kind", "said"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_every_fault_is_an_error_of_ours_on_one_line(
    asker: Asker, reply: Reply, kind: type[ProviderError], said: str
) -> None:
    error = asker.failed(reply)
    assert type(error) is kind
    message = str(error)
    assert message.startswith(f"anthropic at {asker.server.host}: ")
    assert said in message
    assert len(message) <= 300
    assert "\n" not in message
    assert len(asker.server.seen) == 1, "one attempt is one request on the wire"


@pytest.mark.parametrize("status", [429, 500, 529])
def test_a_retry_after_is_passed_on(asker: Asker, status: int) -> None:
    def after(**headers: str) -> float | None:
        return asker.failed(anthropic_failing(status, "x", headers=headers)).retry_after

    assert after(**{"Retry-After": "7"}) == 7
    assert after(**{"retry-after-ms": "1500"}) == 1.5
    assert after(**{"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}) > 60  # type: ignore[operator]
    assert after() is None


def test_the_server_may_ask_for_a_retry_and_gets_none_from_the_sdk(asker: Asker) -> None:
    asker.failed(anthropic_failing(400, "x", headers={"x-should-retry": "true"}))
    assert len(asker.server.seen) == 1


@pytest.mark.parametrize("told", [Messages().limits(50, 30000), LIMITS_APART])
def test_the_limits_a_server_tells_are_known_after_an_answer_and_after_an_error(
    asker: Asker, told: Mapping[str, str]
) -> None:
    for reply in (anthropic_failing(429, "x", headers=told), anthropic_answering({}, headers=told)):
        provider = asker.provider()
        asker.server.script.append(reply)
        asked(provider, REQUEST)
        assert (provider.limits.requests_per_minute, provider.limits.tokens_per_minute) == (50, 30000)


@pytest.mark.parametrize(
    "reply", [Reply(manner="hang"), Reply(body=b" " * 4000, manner="drip")], ids=["hang", "drip"]
)
def test_the_deadline_bounds_the_whole_request(asker: Asker, reply: Reply) -> None:
    asked(asker.provider(), REQUEST)
    started = time.monotonic()
    error = asker.failed(reply, timeout=0.4)
    assert type(error) is DeadlineExceeded
    assert time.monotonic() - started < 10


def test_a_server_that_is_not_there_is_named_with_the_cure(asker: Asker) -> None:
    (error,) = asked(asker.provider(base_url="http://127.0.0.1:1"), REQUEST)
    assert type(error) is Unreachable
    assert f"is the server started, and {NAME} right?" in str(error)


@pytest.mark.parametrize(
    "echo",
    [
        lambda: anthropic_failing(401, f"invalid x-api-key {KEY}"),
        lambda: anthropic_failing(400, f"Authorization: Bearer {KEY}\nwas refused"),
        lambda: sending({"detail": [{"input": KEY}]}, status=422),
        lambda: sending(f"<html>{KEY}</html>".encode(), content_type="text/html"),
        lambda: anthropic_failing(429, f"key={KEY}", details={"error_code": "contract_spend_limit_reached"}),
    ],
)
def test_a_key_that_the_server_echoes_is_in_no_error(asker: Asker, echo: Callable[[], Reply]) -> None:
    error = asker.failed(echo())
    assert "0123456789" not in f"{error}{error!r}{error.__cause__}"
    assert error.__context__ is None or error.__suppress_context__


def test_a_key_that_the_model_echoes_is_in_no_answer(asker: Asker) -> None:
    assert json.loads(asker.answered(anthropic_answering({"a": f"Opens with {KEY}."})).text) == {
        "a": "Opens with ***."
    }
    refused = asker.answered(Messages().refusal(f"I know {KEY}"))
    assert "0123456789" not in str(refused.fault)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("", "/v1/messages"),
        ("/", "/v1/messages"),
        ("/v1", "/v1/messages"),
        ("/v1/", "/v1/messages"),
        ("/v1/messages", "/v1/messages"),
        ("/anthropic", "/anthropic/v1/messages"),
        ("/anthropic/v1?team=data", "/anthropic/v1/messages?team=data"),
    ],
)
def test_a_base_url_works_with_and_without_its_suffix(wire_server: WireServer, given: str, path: str) -> None:
    asked(Asker("anthropic", wire_server, given).provider(), REQUEST)
    assert [seen.path for seen in wire_server.seen] == [path]


@pytest.mark.parametrize("name", ["x-api-key", "Authorization", "X-Team"])
def test_a_gateway_gets_the_headers_it_wants(asker: Asker, name: str) -> None:
    asked(asker.provider(headers={name: "Bearer of-the-gateway-1"}), REQUEST)
    headers = asker.server.seen[0].headers
    assert headers[name.lower()] == "Bearer of-the-gateway-1"
    assert "anthropic-version" in headers


def test_a_gateway_may_want_its_key_in_a_header_alone(asker: Asker) -> None:
    asked(asker.provider(api_key=None, headers={"X-Api-Key": "of-the-gateway-1"}), REQUEST)
    headers = asker.server.seen[0].headers
    assert headers["x-api-key"] == "of-the-gateway-1"
    assert "authorization" not in headers


ENVIRONMENT = {
    "ANTHROPIC_API_KEY": "sk-of-the-environment",
    "ANTHROPIC_AUTH_TOKEN": "token-of-the-environment",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:1",
    "ANTHROPIC_CUSTOM_HEADERS": "X-Planted: by-the-environment",
    "ANTHROPIC_PROFILE": "of-the-environment",
    "ANTHROPIC_LOG": "debug",
    "HTTP_PROXY": "http://127.0.0.1:1",
}


def test_the_sdk_reads_nothing_of_the_environment_and_says_nothing_at_debug(wire_server: WireServer) -> None:
    wire_server.respond = lambda _body: anthropic_answering({"said": "here"})
    said = asked_apart("anthropic", f"http://{wire_server.host}", ENVIRONMENT)
    assert json.loads(said.stdout) == {"said": "here"}
    assert "environment" not in str(wire_server.seen)
    assert "key-of-the-settings" in str(wire_server.seen)
    for secret in ("key-of-the-settings", "Describe orders.", "You describe."):
        assert secret not in said.stdout + said.stderr


def refusing(is_refused: Callable[[Body], bool], message: str) -> Callable[[Body], Reply]:
    """A server that knows nothing of something."""

    def respond(body: Body) -> Reply:
        if is_refused(body):
            return anthropic_failing(400, message, "invalid_request_error")
        return anthropic_answering({})

    return respond


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("temperature", "`temperature` is deprecated for this model."),
        ("temperature", "temperature: Extra inputs are not permitted"),
        ("cache_control", "system.0.cache_control: Extra inputs are not permitted"),
        ("output_config", "output_config: Extra inputs are not permitted"),
        ("output_config", "'claude-3-haiku-20240307' does not support output format: structured outputs"),
        ("output_config", "output_config.format: json_schema is not supported on this gateway"),
    ],
)
def test_what_the_server_does_not_know_is_left_out_from_then_on_and_said_once(
    asker: Asker, part: str, message: str
) -> None:
    asker.server.respond = refusing(lambda body: part in json.dumps(body), message)
    first, second, third = asked(asker.provider(), WARM, WARM, WARM)
    assert isinstance(first, RequestRejected)
    assert first.parameter == part
    assert isinstance(second, Completion)
    assert isinstance(third, Completion)
    assert [part in json.dumps(body) for body in asker.server.bodies] == [True, False, False]
    assert len(asker.notices) == 1


def test_answers_step_down_from_a_schema_to_a_tool_to_plain_text(asker: Asker) -> None:
    asker.server.respond = refusing(
        lambda body: "output_config" in body or "tool_choice" in body,
        "output_config and tool_choice: Extra inputs are not permitted",
    )
    results = asked(asker.provider(), REQUEST, REQUEST, REQUEST)
    schema, tool, plain = asker.server.bodies
    assert "output_config" in schema
    assert tool["tools"][0]["input_schema"] == SCHEMA
    assert tool["tool_choice"] == {"type": "tool", "name": tool["tools"][0]["name"]}
    assert not {"output_config", "tools", "tool_choice"} & plain.keys()
    assert isinstance(results[-1], Completion)
    assert [notice.partition(": ")[2] for notice in asker.notices] == [
        "answers by json_schema are not supported, a tool call is asked for instead",
        "answers by tool are not supported, plain text is asked for instead",
    ]


@pytest.mark.parametrize(
    "message",
    [
        "max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens",
        "temperature: range: 0..1 exceeded",
        "messages.0.content: expected a string",
    ],
)
def test_a_wrong_value_is_no_unknown_parameter(asker: Asker, message: str) -> None:
    asker.server.respond = lambda _: anthropic_failing(400, message, "invalid_request_error")
    (error,) = asked(asker.provider(), WARM)
    assert isinstance(error, RequestRejected)
    assert error.parameter is None
