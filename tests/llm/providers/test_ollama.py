"""Ollama's chat over a socket, against a recorder: what is sent, and what becomes of every answer."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.envelopes.base import KEY
from tests.envelopes.ollama import chatting, refusing
from tests.llm.fakes import PROMPT, REQUEST, SCHEMA
from tests.llm.providers.asking import WARM, asked
from tests.wire_server import Body, Reply, WireServer, sending

from dbt_docsmith.errors import (
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
from dbt_docsmith.llm.providers.base import ProviderSettings
from dbt_docsmith.llm.providers.ollama import read_ollama_url
from dbt_docsmith.types import Completion, CompletionRequest, Usage


def settings(server: WireServer, timeout: float = 30.0) -> ProviderSettings:
    return ProviderSettings(model="m-1", base_url=f"http://{server.host}", timeout=timeout)


def answered(server: WireServer, reply: Reply) -> Completion:
    server.script.append(reply)
    (completion,) = asked(build("ollama", settings(server)), REQUEST)
    assert isinstance(completion, Completion), completion
    return completion


def failed(server: WireServer, reply: Reply, **changed: object) -> ProviderError:
    """The error that ``reply`` stands for, whether or not anything was computed."""
    server.script.append(reply)
    (came,) = asked(build("ollama", replace(settings(server), **changed)), REQUEST)
    error = came.fault if isinstance(came, Completion) else came
    assert isinstance(error, ProviderError)
    return error


def about(chars: int, max_tokens: int = 100) -> CompletionRequest:
    """A request with a prompt of so many characters."""
    return replace(REQUEST, prompt=replace(PROMPT, user="x" * chars), max_tokens=max_tokens)


@pytest.fixture
def chatting_server(wire_server: WireServer) -> WireServer:
    wire_server.respond = lambda _: chatting("{}")
    return wire_server


# ---------------------------------------------------------------- what is sent


def test_a_request_carries_both_messages_the_schema_and_room_for_the_answer(chatting_server: WireServer) -> None:
    asked(build("ollama", settings(chatting_server)), REQUEST)
    (seen,) = chatting_server.seen
    assert seen.path == "/api/chat"
    assert "authorization" not in seen.headers
    assert seen.body == {
        "model": "m-1",
        "messages": [
            {"role": "system", "content": "You describe."},
            {"role": "user", "content": "Describe orders."},
        ],
        "format": SCHEMA,
        "options": {"num_ctx": 4096, "num_predict": 100},
        "think": False,
        "stream": False,
        "truncate": False,
        "shift": False,
    }


def test_a_temperature_is_sent_where_it_is_set(chatting_server: WireServer) -> None:
    asked(build("ollama", settings(chatting_server)), WARM, replace(REQUEST, temperature=0.0))
    assert [body["options"]["temperature"] for body in chatting_server.bodies] == [0.2, 0.0]


def test_a_key_is_sent_where_there_is_one(chatting_server: WireServer) -> None:
    asked(build("ollama", replace(settings(chatting_server), api_key=f" {KEY}\n")), REQUEST)
    assert chatting_server.seen[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("request_", "context"),
    [
        (about(100), 4096),
        (about(100, max_tokens=4096), 8192),
        (about(12_000), 8192),
        (about(60_000), 32_768),
        (replace(REQUEST, prompt=replace(PROMPT, user="訳" * 5000)), 8192),
        (about(500_000), 40_000),
    ],
)
def test_the_context_holds_the_prompt_and_its_answer_as_far_as_it_may(
    chatting_server: WireServer, request_: CompletionRequest, context: int
) -> None:
    asked(build("ollama", replace(settings(chatting_server), context_tokens=40_000)), request_)
    assert chatting_server.bodies[0]["options"]["num_ctx"] == context


def test_the_context_only_grows_as_the_server_loads_its_model_anew_at_each_change(
    chatting_server: WireServer,
) -> None:
    asked(build("ollama", settings(chatting_server)), about(100), about(20_000), about(100), about(19_000))
    assert [body["options"]["num_ctx"] for body in chatting_server.bodies] == [4096, 8192, 8192, 8192]


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://localhost:11434", "http://localhost:11434/api"),
        ("http://localhost:11434/", "http://localhost:11434/api"),
        ("http://localhost:11434/api", "http://localhost:11434/api"),
        ("http://localhost:11434/api/", "http://localhost:11434/api"),
        ("http://localhost:11434/v1", "http://localhost:11434/api"),
        ("http://localhost:11434/v1/chat/completions", "http://localhost:11434/api"),
        ("http://localhost:11434/api/chat", "http://localhost:11434/api"),
        ("https://gpu.example/ollama", "https://gpu.example/ollama/api"),
        ("https://gpu.example/ollama/v1", "https://gpu.example/ollama/api"),
        ("https://ollama.com", "https://ollama.com/api"),
        ("localhost:11434", "http://localhost:11434/api"),
        ("localhost", "http://localhost:11434/api"),
        (":11435", "http://127.0.0.1:11435/api"),
        ("0.0.0.0", "http://127.0.0.1:11434/api"),
        ("http://0.0.0.0:8000", "http://127.0.0.1:8000/api"),
        ("[::]:8000", "http://127.0.0.1:8000/api"),
        ("[::1]", "http://[::1]:11434/api"),
        (" 192.168.0.7/v1 ", "http://192.168.0.7:11434/api"),
    ],
)
def test_an_address_works_as_people_write_it(given: str, url: str) -> None:
    assert read_ollama_url(given) == url


@pytest.mark.parametrize("given", ["http://", "ftp://localhost", "http://local host", "http://localhost:port"])
def test_what_is_no_address_is_refused_with_its_variable(given: str) -> None:
    with pytest.raises(ConfigError, match="OLLAMA_BASE_URL"):
        build("ollama", ProviderSettings(base_url=given))


def test_the_servers_own_variable_is_read_where_no_base_url_is_set() -> None:
    values = {"host": "0.0.0.0:9999"}
    assert build("ollama", ProviderSettings(values=values)).host == "127.0.0.1:9999"
    assert build("ollama", ProviderSettings(values=values, base_url="gpu.example")).host == "gpu.example:11434"
    assert build("ollama", ProviderSettings()).host == "localhost:11434"


# ---------------------------------------------------------------- what comes back


def test_an_answer_comes_back_with_its_usage(wire_server: WireServer) -> None:
    completion = answered(wire_server, chatting('{"description": "Ä"}'))
    assert json.loads(completion.text) == {"description": "Ä"}
    assert (completion.provider, completion.model, completion.finish_reason) == ("ollama", "m-1", "stop")
    assert completion.usage == Usage(prompt_tokens=100, completion_tokens=20)


@pytest.mark.parametrize("count", [None, "many", []])
def test_an_answer_without_usage_is_an_answer(wire_server: WireServer, count: object) -> None:
    assert answered(wire_server, chatting("{}", prompt_eval_count=count, eval_count=count)).usage == Usage()


@pytest.mark.parametrize("content", ['{"description": "Cut', "", None])
def test_a_cut_answer_says_so(wire_server: WireServer, content: str | None) -> None:
    completion = answered(wire_server, chatting(content, done_reason="length"))
    assert (completion.text, completion.finish_reason, completion.fault) == (content or "", "length", None)


def test_what_a_model_thought_is_no_part_of_its_answer(wire_server: WireServer) -> None:
    message = {"role": "assistant", "content": "{}", "thinking": "Let me see."}
    assert answered(wire_server, chatting("", message=message)).text == "{}"


TOO_LONG = "request (8889 tokens) exceeds the available context size (4096 tokens), try increasing it"
AS_A_RUNNER_SAYS_IT = json.dumps(
    {"error": {"code": 400, "message": TOO_LONG, "n_prompt_tokens": 8889, "n_ctx": 4096}}
)
FAULTS: list[tuple[str, Reply, type[ProviderError], str]] = [
    (
        "not pulled",
        refusing(404, 'model "m-1" not found, try pulling it first'),
        RequestRejected,
        "; ollama pull m-1",
    ),
    ("not pulled, newer", refusing(404, "model 'm-1' not found"), RequestRejected, "; ollama pull m-1"),
    (
        "no such path",
        sending(b"404 page not found", status=404, content_type="text/plain"),
        RequestRejected,
        "OLLAMA_BASE_URL",
    ),
    ("no chat", refusing(400, '"m-1" does not support chat'), RequestRejected, "choose another --model"),
    (
        "no memory",
        refusing(500, "model requires more system memory (9.8 GiB) than is available (5.1 GiB)"),
        RequestRejected,
        "choose a smaller --model",
    ),
    ("crashed", refusing(500, "llama runner process has terminated"), ServerFailed, "has terminated"),
    ("busy", refusing(503, "server busy, please try again"), ServerFailed, "server busy"),
    ("too many", refusing(429, "too many concurrent requests"), RateLimited, "too many concurrent requests"),
    ("no credit", refusing(402, "upgrade for more"), QuotaExhausted, "upgrade for more"),
    ("no key", refusing(401, "unauthorized"), AuthenticationFailed, "check OLLAMA_API_KEY"),
    ("too long", refusing(400, TOO_LONG), ContextOverflow, f"too long for the model: {TOO_LONG}"),
    ("too long, inside", refusing(400, AS_A_RUNNER_SAYS_IT), ContextOverflow, f"for the model: {TOO_LONG}"),
    (
        "too long, no shift",
        refusing(400, "the prompt is longer than the context length currently available to the model"),
        ContextOverflow,
        "--llm-max-sql-chars",
    ),
    ("anything else", refusing(400, "missing request body"), RequestRejected, "missing request body"),
    (
        "page",
        sending(b"<p>Bad Gateway</p>", status=502, content_type="text/html"),
        ServerFailed,
        "(502): Bad Gateway",
    ),
    ("error in a 200", sending({"error": "unexpected EOF"}), ServerFailed, "the server failed: unexpected EOF"),
    ("error object in a 200", sending({"error": {"message": "EOF"}}), ServerFailed, "the server failed: EOF"),
    ("no message", sending({"done": True}), ServerFailed, "cannot be read"),
    ("null text", chatting(None), ServerFailed, "no text"),
    ("only loaded", chatting("", done_reason="load", eval_count=0, prompt_eval_count=0), ServerFailed, "no text"),
    ("empty body", Reply(), ServerFailed, "it is empty"),
    ("page 200", sending(b"<p>Hello</p>", content_type="text/html"), ServerFailed, "Hello; is OLLAMA_BASE_URL"),
    ("list", sending([1]), ServerFailed, "cannot be read"),
    ("number", sending({"message": {"content": 3}}), ServerFailed, "cannot be read"),
    ("drop", Reply(manner="drop"), ConnectionFailed, "is the server started, and OLLAMA_BASE_URL right?"),
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
    assert message.startswith(f"ollama at {wire_server.host}: ")
    assert said in message
    assert len(message) <= 300
    assert "\n" not in message
    assert len(wire_server.seen) == 1, "one attempt is one request on the wire"


@pytest.mark.parametrize("said", [TOO_LONG, AS_A_RUNNER_SAYS_IT])
def test_how_much_is_too_much_is_read(wire_server: WireServer, said: str) -> None:
    error = failed(wire_server, refusing(400, said))
    assert isinstance(error, ContextOverflow)
    assert error.excess == 8889 - 4096


@pytest.mark.parametrize("reply", [fault[1] for fault in FAULTS[:5]], ids=[fault[0] for fault in FAULTS[:5]])
def test_what_will_fail_for_every_request_says_so(wire_server: WireServer, reply: Reply) -> None:
    assert failed(wire_server, reply).fatal


def test_a_retry_after_is_passed_on(wire_server: WireServer) -> None:
    assert failed(wire_server, refusing(503, "busy", **{"Retry-After": "7"})).retry_after == 7
    assert failed(wire_server, refusing(503, "busy")).retry_after is None


@pytest.mark.parametrize(
    "reply", [Reply(manner="hang"), Reply(body=b" " * 4000, manner="drip")], ids=["hang", "drip"]
)
def test_the_deadline_bounds_the_whole_request(wire_server: WireServer, reply: Reply) -> None:
    started = time.monotonic()
    error = failed(wire_server, reply, timeout=1.0)
    assert type(error) is DeadlineExceeded
    assert "--llm-timeout" in str(error)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(("told", "at_once"), [("", 2), ("1", 1), ("8", 8), ("0", 2), ("many", 2)])
def test_no_more_is_sent_at_once_than_the_server_takes(wire_server: WireServer, told: str, at_once: int) -> None:
    """The others wait here, where no deadline runs yet: the server would let them wait in its own."""
    together = threading.Barrier(at_once)
    present: list[int] = []
    most = 0

    def respond(_body: Body) -> Reply:
        nonlocal most
        present.append(1)
        most = max(most, len(present))
        together.wait(30)
        present.pop()
        return chatting("{}")

    wire_server.respond = respond
    provider = build("ollama", replace(settings(wire_server), values={"at_once": told}))

    async def run() -> None:
        await asyncio.gather(*(provider.complete(REQUEST) for _ in range(3 * at_once)))
        await provider.aclose()

    asyncio.run(run())
    assert most == at_once


def test_a_server_that_is_not_started_is_named_with_the_command_that_starts_it() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    (error,) = asked(build("ollama", ProviderSettings(base_url=f"127.0.0.1:{port}")), REQUEST)
    assert type(error) is Unreachable
    assert str(error).startswith(f"ollama at 127.0.0.1:{port}: ")
    assert "start it with `ollama serve`" in str(error)


# ---------------------------------------------------------------- what a server does not know


def knowing_nothing_of(parameter: str, said: str) -> Callable[[Body], Reply]:
    return lambda body: refusing(400, said) if parameter in {**body, **body["options"]} else chatting("{}")


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("think", '"m-1" does not support thinking'),
        ("think", 'think value "false" is not supported for this model'),
        ("think", "json: cannot unmarshal bool into Go struct field ChatRequest.think of type string"),
        ("temperature", "option temperature is not supported"),
    ],
)
def test_what_a_server_does_not_know_is_left_out_from_then_on_and_said_once(
    wire_server: WireServer, parameter: str, said: str
) -> None:
    notices: list[str] = []
    wire_server.respond = knowing_nothing_of(parameter, said)
    first, second, third = asked(build("ollama", settings(wire_server), notices.append), WARM, WARM, WARM)
    assert isinstance(first, RequestRejected)
    assert first.parameter == parameter
    assert isinstance(second, Completion)
    assert isinstance(third, Completion)
    assert len(notices) == 1


def test_the_answers_format_steps_down_to_what_the_server_has(wire_server: WireServer) -> None:
    notices: list[str] = []
    said = "json: cannot unmarshal object into Go struct field ChatRequest.format of type string"

    def before_schemas(body: Body) -> Reply:
        return refusing(400, said) if isinstance(body.get("format"), dict) else chatting("{}")

    wire_server.respond = before_schemas
    first, second = asked(build("ollama", settings(wire_server), notices.append), REQUEST, REQUEST)
    assert isinstance(first, RequestRejected)
    assert isinstance(second, Completion)
    assert [body["format"] for body in wire_server.bodies] == [SCHEMA, "json"]
    assert len(notices) == 1


def test_a_server_without_any_format_is_asked_for_plain_text(wire_server: WireServer) -> None:
    wire_server.respond = knowing_nothing_of("format", "format is not supported by this model")
    *_, last = asked(build("ollama", settings(wire_server)), REQUEST, REQUEST, REQUEST)
    assert isinstance(last, Completion)
    assert [body.get("format") for body in wire_server.bodies] == [SCHEMA, "json", None]


# ---------------------------------------------------------------- what is never shown


@pytest.mark.parametrize(
    "echo",
    [
        lambda: refusing(401, f"unauthorized: {KEY}"),
        lambda: refusing(500, f"{'x' * 200} {KEY}"),
        lambda: sending({"error": f"key {KEY}"}),
        lambda: sending(f"<html>{KEY}</html>".encode(), content_type="text/html"),
    ],
)
def test_a_key_that_the_server_echoes_is_in_no_error(wire_server: WireServer, echo: Callable[[], Reply]) -> None:
    error = failed(wire_server, echo(), api_key=KEY)
    assert "0123456789" not in f"{error}{error!r}{error.__cause__}"
