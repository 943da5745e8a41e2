"""Google's official SDK over a real socket: what leaves, every fault, and what becomes of it."""

import asyncio
import json
import time
from collections.abc import Callable
from importlib.util import find_spec

import httpx2
import pytest
from msgspec.structs import replace
from tests.envelopes.base import KEY
from tests.envelopes.gemini import (
    BAD_KEY,
    DAILY_QUOTA,
    Detail,
    GenerateContent,
    gemini_answering,
    gemini_failing,
    gemini_saying,
)
from tests.llm.fakes import REQUEST, SCHEMA
from tests.llm.providers.asking import WARM, Asker, asked, asked_apart
from tests.wire_server import Reply, WireServer, sending

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
from dbt_docsmith.llm.providers.google_gemini import connect_soon, split_version
from dbt_docsmith.types import Usage

BILLED = Usage(prompt_tokens=100, cached_prompt_tokens=40, completion_tokens=20)
NAME = "GOOGLE_GEMINI_BASE_URL"


@pytest.fixture
def asker(wire_server: WireServer) -> Asker:
    wire_server.respond = lambda _body: gemini_answering({})
    return Asker("google-gemini", wire_server)


def trouble(name: str) -> Reply:
    return GenerateContent().trouble(name)  # type: ignore[arg-type,return-value]


def retry_info(delay: str) -> Detail:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def test_a_request_carries_the_system_text_the_question_the_schema_and_no_temperature(asker: Asker) -> None:
    asked(asker.provider(), REQUEST)
    (seen,) = asker.server.seen
    assert seen.path == "/v1beta/models/m-1:generateContent"
    assert seen.headers["x-goog-api-key"] == KEY
    assert seen.body == {
        "systemInstruction": {"parts": [{"text": "You describe."}], "role": "user"},
        "contents": [{"parts": [{"text": "Describe orders."}], "role": "user"}],
        "generationConfig": {
            "maxOutputTokens": 100,
            "responseMimeType": "application/json",
            "responseJsonSchema": SCHEMA,
        },
    }


def test_a_temperature_is_sent_where_it_is_set(asker: Asker) -> None:
    asked(asker.provider(), WARM, replace(REQUEST, temperature=0.0))
    assert [body["generationConfig"]["temperature"] for body in asker.server.bodies] == [0.2, 0.0]


def test_an_answer_comes_back_with_all_it_used_thoughts_too(asker: Asker) -> None:
    completion = asker.answered(gemini_answering({"description": "Ä"}))
    assert json.loads(completion.text) == {"description": "Ä"}
    assert (completion.provider, completion.model, completion.finish_reason) == ("google-gemini", "m-1", "stop")
    assert completion.usage == BILLED


@pytest.mark.parametrize("usage", [None, {}, {"promptTokenCount": None}, "many", {"promptTokenCount": "x"}])
def test_an_answer_without_usage_is_an_answer(asker: Asker, usage: object) -> None:
    said = {"content": {"parts": [{"text": "{}"}]}, "finishReason": "STOP"}
    assert asker.answered(gemini_saying([said], usageMetadata=usage)).usage == Usage()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("```json\n{}\n```", "```json\n{}\n```"),
        ([{"text": "Hm.", "thought": True}, {"text": "{"}, {"text": "}", "thoughtSignature": "x"}], "{}"),
        ([{"executableCode": {"code": "1"}}, {"text": "{}"}], "{}"),
    ],
)
def test_the_text_is_passed_on_without_the_thoughts(asker: Asker, content: object, said: str) -> None:
    assert asker.answered(gemini_answering(content)).text == said


@pytest.mark.parametrize("content", ['{"description": "Cut', "", []])
@pytest.mark.parametrize("reason", ["MAX_TOKENS", "CONTINUATION"])
def test_a_cut_answer_says_so_and_is_not_continued_behind_our_back(
    asker: Asker, content: object, reason: str
) -> None:
    reply = gemini_answering(content, finish_reason=reason, continuationToken="bW9yZQ==")
    completion = asker.answered(reply)
    assert (completion.text, completion.finish_reason, completion.fault) == (content or "", "length", None)
    assert len(asker.server.seen) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (
            GenerateContent().refusal("Not that."),
            AnswerRefused,
            "declined to answer: PROHIBITED_CONTENT, Not that",
        ),
        (GenerateContent().filtered(), AnswerRefused, "declined to answer: SAFETY"),
        (
            gemini_saying([], promptFeedback={"blockReason": "OTHER", "blockReasonMessage": "Not here."}),
            AnswerRefused,
            "a content filter declined the request: OTHER, Not here",
        ),
        (gemini_answering("{}", finish_reason="SAFETY"), AnswerRefused, "declined to answer: SAFETY"),
        (gemini_answering([], finish_reason="RECITATION"), AnswerRefused, "declined to answer: RECITATION"),
        (gemini_answering([], finish_reason="MALFORMED_FUNCTION_CALL"), ServerFailed, "MALFORMED_FUNCTION_CALL"),
        (gemini_answering(None), ServerFailed, "no text"),
        (gemini_answering(" \n"), ServerFailed, "no text"),
        (gemini_answering([{"text": "Hm.", "thought": True}]), ServerFailed, "no text"),
        (gemini_saying([]), ServerFailed, "cannot be read"),
        (gemini_saying([{"finishReason": "STOP", "content": {}}]), ServerFailed, "no text"),
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
    ("429 no credit", trouble("no quota"), QuotaExhausted, "no credit left"),
    (
        "429 of the day",
        gemini_failing(429, "You exceeded your quota.", details=[DAILY_QUOTA, retry_info("34s")]),
        QuotaExhausted,
        "the quota of the day is used up",
    ),
    (
        "429 of a model without a free tier",
        gemini_failing(429, "Quota exceeded for metric: free_tier_requests, limit: 0, model: m-1"),
        QuotaExhausted,
        "limit: 0",
    ),
    ("500", trouble("failed"), ServerFailed, "500"),
    ("503", trouble("busy"), ServerFailed, "overloaded"),
    ("503 page", sending(b"<html>Busy</html>", status=503, content_type="text/html"), ServerFailed, "Busy"),
    ("503 empty", Reply(503), ServerFailed, "503"),
    ("504", gemini_failing(504, "Deadline expired", "DEADLINE_EXCEEDED"), ServerFailed, "504"),
    ("400 key", trouble("bad key"), AuthenticationFailed, "check GOOGLE_GEMINI_API_KEY"),
    (
        "400 country",
        gemini_failing(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"),
        AuthenticationFailed,
        "User location",
    ),
    ("401", gemini_failing(401, "No credentials", "UNAUTHENTICATED"), AuthenticationFailed, "not accepted"),
    ("403", trouble("not allowed"), AuthenticationFailed, "permission"),
    ("404", gemini_failing(404, "models/m-1 is not found", "NOT_FOUND"), RequestRejected, NAME),
    ("400", gemini_failing(400, "contents is not specified", "INVALID_ARGUMENT"), RequestRejected, "contents"),
    ("400 in a list", sending([{"error": {"message": "Odd."}}], status=400), RequestRejected, "): Odd"),
    ("400 in another form", sending({"detail": "No such route"}, status=400), RequestRejected, "No such route"),
    ("400 in no form", sending([1, 2], status=400), RequestRejected, "400"),
    ("400 context", trouble("too long"), ContextOverflow, "--llm-max-sql-chars"),
    ("empty body", Reply(headers={"Content-Type": "application/json"}), ServerFailed, "it is empty"),
    ("HTML 200", sending(b"<html>Sign in</html>", content_type="text/html"), ServerFailed, f"Sign in; is {NAME}"),
    ("HTML 200 as JSON", sending(b"<html>Sign in</html>"), ServerFailed, "Sign in"),
    ("an error as 200", sending({"error": {"message": "upstream"}}), ServerFailed, "upstream"),
    ("list root", sending([1]), ServerFailed, "cannot be read"),
    ("cut JSON", sending(b'{"candidates": [{"conte'), ServerFailed, "cannot be read"),
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
    assert message.startswith(f"google-gemini at {asker.server.host}: ")
    assert said in message
    assert len(message) <= 300
    assert "\n" not in message
    assert len(asker.server.seen) == 1, "one attempt is one request on the wire"


@pytest.mark.parametrize(
    ("details", "headers", "seconds"),
    [
        ((), {}, None),
        ((), {"Retry-After": "7"}, 7),
        ((), {"retry-after-ms": "1500"}, 1.5),
        ([retry_info("34s")], {}, 34),
        ([BAD_KEY, retry_info("34.07s")], {}, 34.07),
        ([retry_info("34s")], {"Retry-After": "7"}, 7),
        ([retry_info("soon")], {}, None),
    ],
)
def test_the_time_a_server_asks_for_is_passed_on(
    asker: Asker, details: list[Detail], headers: dict[str, str], seconds: float | None
) -> None:
    reply = gemini_failing(429, "x", "RESOURCE_EXHAUSTED", details=details, headers=headers)
    assert asker.failed(reply).retry_after == seconds


def test_the_limits_a_gateway_tells_are_known(asker: Asker) -> None:
    provider = asker.provider()
    asker.server.script.append(gemini_failing(429, "x", headers={"x-ratelimit-limit-requests": "50"}))
    asked(provider, REQUEST)
    assert provider.limits.requests_per_minute == 50


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
        lambda: trouble("bad key"),
        lambda: gemini_failing(400, f"x-goog-api-key: {KEY}\nwas refused"),
        lambda: sending({"detail": [{"input": KEY}]}, status=422),
        lambda: sending(f"<html>{KEY}</html>".encode(), content_type="text/html"),
        lambda: gemini_failing(429, f"{'x' * 200} {KEY}"),
    ],
)
def test_a_key_that_the_server_echoes_is_in_no_error(asker: Asker, echo: Callable[[], Reply]) -> None:
    error = asker.failed(echo())
    assert "0123456789" not in f"{error}{error!r}{error.__cause__}"
    assert error.__context__ is None or error.__suppress_context__


def test_a_key_that_the_model_echoes_is_in_no_answer(asker: Asker) -> None:
    assert json.loads(asker.answered(gemini_answering({"a": f"Opens with {KEY}."})).text) == {
        "a": "Opens with ***."
    }
    assert "0123456789" not in str(asker.answered(GenerateContent().refusal(f"I know {KEY}")).fault)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("", "/v1beta/models/m-1:generateContent"),
        ("/", "/v1beta/models/m-1:generateContent"),
        ("/v1beta", "/v1beta/models/m-1:generateContent"),
        ("/v1beta/openai", "/v1beta/models/m-1:generateContent"),
        ("/v1beta/openai/", "/v1beta/models/m-1:generateContent"),
        ("/v1", "/v1/models/m-1:generateContent"),
        ("/gemini", "/gemini/v1beta/models/m-1:generateContent"),
        ("/gemini/v1alpha?team=data", "/gemini/v1alpha/models/m-1:generateContent?team=data"),
    ],
)
def test_a_base_url_works_with_and_without_its_suffix(wire_server: WireServer, given: str, path: str) -> None:
    asked(Asker("google-gemini", wire_server, given).provider(), REQUEST)
    assert [seen.path for seen in wire_server.seen] == [path]


def test_only_a_version_in_the_path_is_one() -> None:
    assert split_version("https://v1/openai") == ("https://v1/openai", "v1beta")


@pytest.mark.parametrize("name", ["x-goog-api-key", "Authorization", "X-Team"])
def test_a_gateway_gets_the_headers_it_wants(asker: Asker, name: str) -> None:
    asked(asker.provider(headers={name: "Bearer of-the-gateway-1"}), REQUEST)
    assert asker.server.seen[0].headers[name.lower()] == "Bearer of-the-gateway-1"


ENVIRONMENT = {
    "GOOGLE_API_KEY": "key-of-the-environment",
    "GEMINI_API_KEY": "other-key-of-the-environment",
    "GOOGLE_GENAI_USE_VERTEXAI": "true",
    "GOOGLE_GENAI_USE_ENTERPRISE": "true",
    "GOOGLE_CLOUD_PROJECT": "project-of-the-environment",
    "GOOGLE_CLOUD_LOCATION": "location-of-the-environment",
    "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:1",
    "GOOGLE_GENAI_API_VERSION": "v9",
    "GOOGLE_GENAI_CLIENT_MODE": "replay",
    "SSL_CERT_FILE": "/there/is/none",
    "HTTP_PROXY": "http://127.0.0.1:1",
}


def test_the_sdk_reads_nothing_of_the_environment_and_says_nothing_at_debug(wire_server: WireServer) -> None:
    wire_server.respond = lambda _body: gemini_answering({"said": "here"})
    said = asked_apart("google-gemini", f"http://{wire_server.host}", ENVIRONMENT)
    assert json.loads(said.stdout) == {"said": "here"}
    (seen,) = wire_server.seen
    assert seen.path == "/v1beta/models/m-1:generateContent"
    assert "environment" not in str(seen)
    assert seen.headers["x-goog-api-key"] == "key-of-the-settings"
    for unsaid in ("key-of-", "Describe orders.", "You describe.", "GEMINI_API_KEY"):
        assert unsaid not in said.stdout + said.stderr


def test_an_environment_that_keeps_the_sdk_from_starting_is_said_and_ends_all_asking() -> None:
    said = asked_apart("google-gemini", "http://127.0.0.1:1", {"GOOGLE_GENAI_HTTP_CLIENT": "httpx"}).stdout
    if find_spec("httpx") is None:
        assert said.startswith(
            "RequestRejected True google-gemini at 127.0.0.1:1: its SDK does not start: httpx is"
        )
        assert "GOOGLE_GENAI_HTTP_CLIENT" in said
    else:
        assert said.startswith("Unreachable")


def test_connecting_is_given_less_time_than_the_request() -> None:
    request = httpx2.Request("POST", "http://x.example", extensions={"timeout": {"connect": 120.0, "read": 120.0}})
    asyncio.run(connect_soon(request))
    assert request.extensions["timeout"] == {"connect": 10.0, "read": 120.0}
