"""The official SDK over a real socket: every fault, and what becomes of it."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.llm.fakes import REQUEST, SCHEMA
from tests.wire_server import Body, Reply, WireServer, answering, failing, sending

from dbt_docsmith.errors import (
    AnswerRefused,
    AuthenticationFailed,
    ConfigError,
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
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import Provider, ProviderSettings
from dbt_docsmith.types import Completion, CompletionRequest, Usage

KEY = "sk-planted-key/0123456789+abc="
WARM = replace(REQUEST, temperature=0.2)


def settings(server: WireServer, timeout: float = 30.0) -> ProviderSettings:
    return ProviderSettings(model="m-1", api_key=KEY, base_url=server.base_url, timeout=timeout)


def asked(provider: Provider, *requests: CompletionRequest) -> list[Completion | ProviderError]:
    """What becomes of each request, one after the other."""

    async def one(request: CompletionRequest) -> Completion | ProviderError:
        try:
            return await provider.complete(request)
        except ProviderError as error:
            return error

    async def run() -> list[Completion | ProviderError]:
        try:
            return [await one(request) for request in requests]
        finally:
            await provider.aclose()

    return asyncio.run(run())


def failed(server: WireServer, reply: Reply, timeout: float = 30.0) -> ProviderError:
    server.script.append(reply)
    (came,) = asked(build("openai", settings(server, timeout)), REQUEST)
    error = came.fault if isinstance(came, Completion) else came
    assert isinstance(error, ProviderError)
    return error


def answered(server: WireServer, reply: Reply) -> Completion:
    server.script.append(reply)
    (completion,) = asked(build("openai", settings(server)), REQUEST)
    assert isinstance(completion, Completion), completion
    return completion


def test_a_request_carries_both_messages_the_schema_and_the_limit_and_no_temperature(
    wire_server: WireServer,
) -> None:
    asked(build("openai", settings(wire_server)), REQUEST)
    (seen,) = wire_server.seen
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.body == {
        "model": "m-1",
        "messages": [
            {"role": "system", "content": "You describe."},
            {"role": "user", "content": "Describe orders."},
        ],
        "max_completion_tokens": 100,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "documentation", "strict": True, "schema": SCHEMA},
        },
    }


def test_a_temperature_is_sent_where_it_is_set(wire_server: WireServer) -> None:
    asked(build("openai", settings(wire_server)), WARM, replace(REQUEST, temperature=0.0))
    assert [body["temperature"] for body in wire_server.bodies] == [0.2, 0.0]


def test_an_answer_comes_back_with_its_usage(wire_server: WireServer) -> None:
    completion = answered(wire_server, answering({"description": "Ä"}))
    assert json.loads(completion.text) == {"description": "Ä"}
    assert (completion.provider, completion.model, completion.finish_reason) == ("openai", "m-1", "stop")
    assert completion.usage == Usage(prompt_tokens=100, cached_prompt_tokens=40, completion_tokens=20)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"prompt_tokens": None},
        {"prompt_tokens_details": None},
        "many",
        {"prompt_tokens": "x"},
        {"prompt_tokens": []},
    ],
)
def test_an_answer_without_usage_is_an_answer(wire_server: WireServer, usage: object) -> None:
    body = {"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}], "usage": usage}
    assert answered(wire_server, sending(body)).usage == Usage()


@pytest.mark.parametrize("content", ["```json\n{}\n```", "Sure: {}", [{"type": "text", "text": "Sure: {}"}]])
def test_the_text_is_passed_on_as_it_is(wire_server: WireServer, content: object) -> None:
    said = content if isinstance(content, str) else "Sure: {}"
    body = {"choices": [{"message": {"role": "assistant", "content": content}}]}
    assert answered(wire_server, sending(body)).text == said


@pytest.mark.parametrize("content", ['{"description": "Cut', "", None])
def test_a_cut_answer_says_so(wire_server: WireServer, content: str | None) -> None:
    completion = answered(wire_server, answering(content, finish_reason="length"))
    assert (completion.text, completion.finish_reason) == (content or "", "length")


FAULTS: list[tuple[str, Reply, type[ProviderError], str]] = [
    ("429", failing(429, "Slow down"), RateLimited, "too many requests"),
    ("429 no quota", failing(429, "Quota.", code="insufficient_quota"), QuotaExhausted, "no credit left"),
    ("402", failing(402, "Insufficient Balance"), QuotaExhausted, "add credit"),
    ("500", failing(500, "Oops"), ServerFailed, "500"),
    (
        "503 page",
        sending(b"<html><h1>Busy</h1></html>", status=503, content_type="text/html"),
        ServerFailed,
        "Busy",
    ),
    ("529", failing(529, "Overloaded"), ServerFailed, "Overloaded"),
    ("408", failing(408, "Timeout"), ServerFailed, "408"),
    ("409", failing(409, "Conflict"), ServerFailed, "409"),
    ("425", failing(425, "Too early"), ServerFailed, "425"),
    (
        "throttled with a 400",
        failing(400, "Slow down", code="ThrottlingException"),
        RateLimited,
        "too many requests",
    ),
    (
        "throttled with a 403",
        failing(403, "Slow down", code="rate_limit_exceeded"),
        RateLimited,
        "too many requests",
    ),
    (
        "exhausted with a 503",
        failing(503, "Slow down", type="RESOURCE_EXHAUSTED"),
        RateLimited,
        "too many requests",
    ),
    ("401", failing(401, "Incorrect API key"), AuthenticationFailed, "check OPENAI_API_KEY"),
    ("403", failing(403, "Country not supported"), AuthenticationFailed, "Country not supported"),
    (
        "403 page",
        sending(b"<html>blocked</html>", status=403, content_type="text/html"),
        RequestRejected,
        "blocked",
    ),
    ("404", failing(404, "The model m-1 does not exist"), RequestRejected, "OPENAI_BASE_URL"),
    ("400", failing(400, "Invalid 'messages'"), RequestRejected, "Invalid 'messages'"),
    ("400 text", sending({"error": "No models loaded"}, status=400), RequestRejected, "No models loaded"),
    (
        "400 context",
        failing(400, "maximum context length is 8192 tokens", code="context_length_exceeded"),
        ContextOverflow,
        "--llm-max-sql-chars",
    ),
    ("400 filter", failing(400, "Filtered", code="content_filter"), AnswerRefused, "filter"),
    ("400 spoiled", failing(400, "Failed to generate JSON.", code="json_validate_failed"), ServerFailed, "JSON"),
    ("empty body", Reply(headers={"Content-Type": "application/json"}), ServerFailed, "it is empty"),
    ("empty text body", Reply(headers={"Content-Type": "text/plain"}), ServerFailed, "it is empty"),
    (
        "HTML 200",
        sending(b"<html>Sign in</html>", content_type="text/html"),
        ServerFailed,
        "Sign in; is OPENAI_BASE_URL",
    ),
    ("HTML 200 as JSON", sending(b"<html>Sign in</html>"), ServerFailed, "Sign in"),
    ("no choices", sending({"choices": []}), ServerFailed, "cannot be read"),
    ("null choices", sending({"choices": None, "error": {"message": "upstream"}}), ServerFailed, "upstream"),
    ("no message", sending({"choices": [{"finish_reason": "stop"}]}), ServerFailed, "cannot be read"),
    ("list root", sending([1]), ServerFailed, "cannot be read"),
    ("null content", answering(None), ServerFailed, "no text"),
    ("blank content", answering(" \n"), ServerFailed, "no text"),
    ("cut JSON", sending(b'{"choices": [{"message": {"con'), ServerFailed, "cannot be read"),
    ("refusal", answering(None, refusal="I will not."), AnswerRefused, "I will not"),
    ("content filter", answering("", finish_reason="content_filter"), AnswerRefused, "declined"),
    ("drop", Reply(manner="drop"), ConnectionFailed, "OPENAI_BASE_URL"),
    ("drop in the body", Reply(body=b"{" * 500, manner="drop_in_body"), ConnectionFailed, "dropped"),
]


@pytest.mark.parametrize(
    ("reply", "kind", "said"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_every_fault_is_an_error_of_ours_on_one_line(
    wire_server: WireServer, reply: Reply, kind: type[ProviderError], said: str
) -> None:
    error = failed(wire_server, reply)
    assert type(error) is kind
    message = str(error)
    assert message.startswith(f"openai at {wire_server.host}: ")
    assert said in message
    assert len(message) <= 300
    assert "\n" not in message
    assert len(wire_server.seen) == 1, "one attempt is one request on the wire"


@pytest.mark.parametrize(
    "reply",
    [
        answering(None),
        answering(None, refusal="I will not."),
        answering("", finish_reason="content_filter"),
        sending({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20}}),
    ],
    ids=["null", "refusal", "filter", "no choice"],
)
def test_an_answer_that_was_billed_and_is_none_comes_with_its_usage(wire_server: WireServer, reply: Reply) -> None:
    wire_server.script.append(reply)
    (completion,) = asked(build("openai", settings(wire_server)), REQUEST)
    assert isinstance(completion, Completion)
    assert completion.fault is not None
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (100, 20)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_retry_after_is_passed_on(wire_server: WireServer, status: int) -> None:
    assert failed(wire_server, failing(status, "x", headers={"Retry-After": "7"})).retry_after == 7
    assert failed(wire_server, failing(status, "x", headers={"retry-after-ms": "1500"})).retry_after == 1.5
    assert failed(wire_server, failing(status, "x")).retry_after is None


@pytest.mark.parametrize("status", [401, 404])
def test_what_will_fail_for_every_request_says_so(wire_server: WireServer, status: int) -> None:
    assert failed(wire_server, failing(status, "x")).fatal


@pytest.mark.parametrize(
    "reply", [Reply(manner="hang"), Reply(body=b" " * 4000, manner="drip")], ids=["hang", "drip"]
)
def test_the_deadline_bounds_the_whole_request(wire_server: WireServer, reply: Reply) -> None:
    asked(build("openai", settings(wire_server)), REQUEST)
    started = time.monotonic()
    error = failed(wire_server, reply, timeout=0.4)
    assert type(error) is DeadlineExceeded
    assert "--llm-timeout" in str(error)
    assert time.monotonic() - started < 3


def test_a_server_that_is_not_started_is_named_with_the_cure() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    provider = build("lm-studio", ProviderSettings(base_url=f"http://127.0.0.1:{port}"))
    (error,) = asked(provider, REQUEST)
    assert type(error) is Unreachable
    assert str(error).startswith(f"lm-studio at 127.0.0.1:{port}: ")
    assert "is the server started, and LM_STUDIO_BASE_URL right?" in str(error)


@pytest.mark.parametrize(
    "echo",
    [
        lambda: failing(401, f"Incorrect API key provided: {KEY}."),
        lambda: failing(500, f"{'x' * 200} {KEY}"),
        lambda: failing(429, f"key={KEY} over quota", code="insufficient_quota"),
        lambda: failing(400, f"Authorization: Bearer {KEY}\nwas refused"),
        lambda: sending({"detail": [{"input": KEY}]}, status=422),
        lambda: sending(f"<html>{KEY}</html>".encode(), content_type="text/html"),
        lambda: answering(None, refusal=f"You are {KEY}"),
        lambda: failing(401, "see https://x.example/?key=sk-planted-key%2F0123456789%2Babc%3D"),
    ],
)
def test_a_key_that_the_server_echoes_is_in_no_error(wire_server: WireServer, echo: Callable[[], Reply]) -> None:
    error = failed(wire_server, echo())
    assert "0123456789" not in f"{error}{error!r}{error.__cause__}"
    assert error.__context__ is None or error.__suppress_context__


def test_a_key_that_the_model_echoes_is_in_no_answer(wire_server: WireServer) -> None:
    completion = answered(wire_server, answering({"description": f"Opens with {KEY}."}))
    assert json.loads(completion.text) == {"description": "Opens with ***."}


def test_no_repr_shows_the_key(wire_server: WireServer) -> None:
    given = replace(settings(wire_server), headers={"X-Api-Key": "header-secret-1", "X-Team": "data"})
    assert KEY not in repr(given)
    assert "header-secret-1" not in repr(given)
    assert KEY not in repr(build("openai", given))


@pytest.mark.parametrize("key", ["sk-with-\u00e9", "sk-one\nsk-two", "sk-\u200bkey"])
def test_a_key_that_cannot_be_sent_is_refused_before_anything_is(wire_server: WireServer, key: str) -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as refused:
        build("openai", replace(settings(wire_server), api_key=key))
    assert key not in str(refused.value)


def test_blanks_around_a_key_are_no_part_of_it(wire_server: WireServer) -> None:
    asked(build("openai", replace(settings(wire_server), api_key=f" {KEY}\n")), REQUEST)
    assert wire_server.seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_without_a_key_no_other_key_is_sent(wire_server: WireServer) -> None:
    asked(build("lm-studio", ProviderSettings(base_url=wire_server.base_url)), REQUEST)
    assert wire_server.seen[0].headers["authorization"] == "Bearer no-key-needed"


def test_headers_and_query_of_the_settings_are_sent(wire_server: WireServer) -> None:
    url = f"http://{wire_server.host}/gateway?api-version=2026-01-01"
    asked(build("openai", replace(settings(wire_server), base_url=url, headers={"X-Team": "data"})), REQUEST)
    assert wire_server.seen[0].path == "/gateway/chat/completions?api-version=2026-01-01"
    assert wire_server.seen[0].headers["x-team"] == "data"


@pytest.mark.parametrize(
    ("name", "given", "path"),
    [
        ("openai", "", "/v1/chat/completions"),
        ("openai", "/", "/v1/chat/completions"),
        ("openai", "/v1/", "/v1/chat/completions"),
        ("openai", "/serving-endpoints", "/serving-endpoints/chat/completions"),
        ("groq", "", "/openai/v1/chat/completions"),
        ("groq", "/openai", "/openai/v1/chat/completions"),
        ("groq", "/openai/v1", "/openai/v1/chat/completions"),
        ("groq", "/v1", "/v1/chat/completions"),
        ("lm-studio", "", "/v1/chat/completions"),
    ],
)
def test_a_base_url_works_with_and_without_its_suffix(
    wire_server: WireServer, name: str, given: str, path: str
) -> None:
    base = ProviderSettings(api_key=KEY, base_url=f"http://{wire_server.host}{given}")
    asked(build(name, base), REQUEST)
    assert [seen.path for seen in wire_server.seen] == [path]


def refusing(*parameters: str, message: str, **error: object) -> Callable[[Body], Reply]:
    """A server that knows nothing of some parameters."""

    def respond(body: Body) -> Reply:
        return (
            failing(400, message, **error) if any(parameter in body for parameter in parameters) else answering({})
        )

    return respond


@pytest.mark.parametrize(
    ("parameter", "message", "blamed", "sent_next"),
    [
        (
            "max_completion_tokens",
            "Unsupported parameter: 'max_completion_tokens'",
            "max_completion_tokens",
            "max_tokens",
        ),
        (
            "max_completion_tokens",
            "body.max_completion_tokens: Extra inputs are not permitted",
            None,
            "max_tokens",
        ),
        (
            "temperature",
            "Unsupported value: 'temperature' does not support 0.2 with this model.",
            "temperature",
            None,
        ),
        ("temperature", "`temperature` is deprecated for this model.", None, None),
    ],
)
def test_a_parameter_the_server_does_not_know_is_left_out_from_then_on(
    wire_server: WireServer, parameter: str, message: str, blamed: str | None, sent_next: str | None
) -> None:
    notices: list[str] = []
    wire_server.respond = refusing(parameter, message=message, param=blamed)
    provider = build("openai", settings(wire_server), notices.append)
    first, second, third = asked(provider, WARM, WARM, WARM)
    assert isinstance(first, RequestRejected)
    assert first.parameter == parameter
    assert isinstance(second, Completion)
    assert isinstance(third, Completion)
    assert [parameter in body for body in wire_server.bodies] == [True, False, False]
    assert sent_next is None or all(sent_next in body for body in wire_server.bodies[1:])
    assert len(notices) == 1
    assert parameter in notices[0]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (
            400,
            {"error": {"message": "Invalid parameter: 'response_format' of type 'json_schema' is not supported"}},
        ),
        (400, {"error": {"message": "This model does not support response format `json_schema`."}}),
        (400, {"error": "'response_format.type' must be 'text'"}),
        (400, {"error": {"message": "This response_format type is unavailable now"}}),
        (422, {"detail": [{"loc": ["body", "response_format"], "msg": "Extra inputs are not permitted"}]}),
    ],
)
def test_the_answers_format_steps_down_to_what_the_server_has(
    wire_server: WireServer, status: int, body: Body
) -> None:
    notices: list[str] = []
    wire_server.respond = lambda asked_for: (
        sending(body, status=status) if "response_format" in asked_for else answering({})
    )
    results = asked(build("openai", settings(wire_server), notices.append), REQUEST, REQUEST, REQUEST)
    formats = [each.get("response_format", {}).get("type") for each in wire_server.bodies]
    assert formats == ["json_schema", "json_object", None]
    assert isinstance(results[-1], Completion)
    assert len(notices) == 2


def test_many_at_once_learn_it_together_and_say_it_once(wire_server: WireServer) -> None:
    notices: list[str] = []
    message = "Unsupported parameter: 'max_completion_tokens'"
    wire_server.respond = refusing("max_completion_tokens", message=message)
    provider = build("openai", settings(wire_server), notices.append)

    async def one() -> Completion:
        with contextlib.suppress(RequestRejected):
            return await provider.complete(REQUEST)
        return await provider.complete(REQUEST)

    async def run() -> None:
        await asyncio.gather(*(one() for _ in range(8)))
        await provider.aclose()

    asyncio.run(run())
    assert len(notices) == 1


@pytest.mark.parametrize(
    "message",
    [
        "max_completion_tokens is too large: 4096. This model supports at most 1024 completion tokens",
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2",
        "Invalid 'messages[0].content': expected a string",
    ],
)
def test_a_wrong_value_is_no_unknown_parameter(wire_server: WireServer, message: str) -> None:
    wire_server.respond = lambda _: failing(400, message)
    (error,) = asked(build("openai", settings(wire_server)), WARM)
    assert isinstance(error, RequestRejected)
    assert error.parameter is None
