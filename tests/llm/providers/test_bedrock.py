"""Converse over a socket, against a recorder: what is sent, that it is signed, what becomes of every answer."""

import dataclasses
import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.envelopes.base import KEY
from tests.envelopes.bedrock import ACCESS_KEY, USAGE, calling, conversing, refusing
from tests.llm.fakes import PROMPT, REQUEST, SCHEMA
from tests.llm.providers.asking import WARM, asked
from tests.llm.providers.at_bedrock import (
    BILLED,
    CLAUDE,
    LLAMA,
    MIXTRAL,
    TOKEN,
    about,
    answered,
    failed,
    provider,
    settings,
)
from tests.llm.providers.aws_signatures import signed_by
from tests.wire_server import Body, Reply, WireServer, sending

from dbt_docsmith.errors import (
    AnswerRefused,
    ProviderError,
    RequestRejected,
    ServerFailed,
)
from dbt_docsmith.llm.providers import build
from dbt_docsmith.types import Completion, Usage

# ---------------------------------------------------------------- what is sent


def test_a_request_carries_the_schema_both_messages_the_limit_and_a_cache_point(wire_server: WireServer) -> None:
    wire_server.respond = lambda _: conversing({"text": "{}"})
    asked(provider(wire_server), about(CLAUDE))
    (seen,) = wire_server.seen
    schema = seen.body["outputConfig"]["textFormat"]["structure"]["jsonSchema"].pop("schema")
    assert json.loads(schema) == SCHEMA, "Converse takes the schema as text"
    assert seen.body == {
        "system": [{"text": "You describe."}, {"cachePoint": {"type": "default"}}],
        "messages": [{"role": "user", "content": [{"text": "Describe orders."}]}],
        "inferenceConfig": {"maxTokens": 100},
        "outputConfig": {
            "textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"name": "documentation"}}}
        },
    }


def test_a_temperature_is_sent_where_it_is_set(wire_server: WireServer) -> None:
    wire_server.respond = lambda _: conversing({"text": "{}"})
    asked(provider(wire_server), about(CLAUDE, WARM), about(CLAUDE, replace(REQUEST, temperature=0.0)))
    assert [body["inferenceConfig"]["temperature"] for body in wire_server.bodies] == [0.2, 0.0]


def test_an_empty_system_message_is_left_out(wire_server: WireServer) -> None:
    wire_server.respond = lambda _: conversing({"text": "{}"})
    asked(provider(wire_server), replace(about(CLAUDE), prompt=replace(PROMPT, system="")))
    assert "system" not in wire_server.bodies[0]


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (CLAUDE, "anthropic.claude-haiku-4-5-20251001-v1%3A0"),
        (f"us.{CLAUDE}", "us.anthropic.claude-haiku-4-5-20251001-v1%3A0"),
        (
            "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.meta.llama-v1:0",
            "arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Ainference-profile%2Feu.meta.llama-v1%3A0",
        ),
    ],
)
def test_a_model_is_named_in_the_path_and_the_request_is_signed(
    wire_server: WireServer, model: str, path: str
) -> None:
    wire_server.respond = lambda _: conversing({"text": "{}"})
    asked(provider(wire_server, model), about(model))
    (seen,) = wire_server.seen
    assert seen.path == f"/model/{path}/converse"
    assert signed_by(seen, KEY) == ACCESS_KEY
    assert signed_by(seen, "another-secret-key") == ""
    assert signed_by(dataclasses.replace(seen, raw=seen.raw + b" "), KEY) == "", "the body is signed, too"
    assert seen.headers["x-amz-security-token"] == TOKEN


def test_a_bedrock_key_is_sent_as_it_is_and_nothing_is_signed(wire_server: WireServer) -> None:
    wire_server.respond = lambda _: conversing({"text": "{}"})
    given = replace(settings(wire_server), api_key=f" {KEY}\n", values={})
    asked(build("bedrock", given), about(CLAUDE))
    assert wire_server.seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_headers_of_the_settings_are_sent(wire_server: WireServer) -> None:
    wire_server.respond = lambda _: conversing({"text": "{}"})
    asked(build("bedrock", replace(settings(wire_server), headers={"X-Team": "data"})), about(CLAUDE))
    assert wire_server.seen[0].headers["x-team"] == "data"
    assert signed_by(wire_server.seen[0], KEY) == ACCESS_KEY


# ---------------------------------------------------------------- what comes back


def test_an_answer_comes_back_with_its_usage(wire_server: WireServer) -> None:
    completion = answered(wire_server, conversing({"reasoningContent": {}}, {"text": '{"a": '}, {"text": '"Ä"}'}))
    assert json.loads(completion.text) == {"a": "Ä"}
    assert (completion.provider, completion.model, completion.finish_reason) == ("bedrock", CLAUDE, "stop")
    assert completion.usage == BILLED


def test_tokens_written_to_the_cache_are_tokens_of_the_prompt(wire_server: WireServer) -> None:
    usage = {"inputTokens": 5, "outputTokens": 2, "cacheReadInputTokens": 30, "cacheWriteInputTokens": 700}
    completion = answered(wire_server, conversing({"text": "{}"}, usage=usage))
    assert completion.usage == Usage(
        prompt_tokens=735, cached_prompt_tokens=30, completion_tokens=2, cache_write_tokens=700
    )


@pytest.mark.parametrize("usage", [None, {}, {"inputTokens": None}, "many", {"inputTokens": []}])
def test_an_answer_without_usage_is_an_answer(wire_server: WireServer, usage: object) -> None:
    assert answered(wire_server, conversing({"text": "{}"}, usage=usage)).usage == Usage()


def test_the_answer_of_a_tool_is_what_it_was_called_with(wire_server: WireServer) -> None:
    completion = answered(wire_server, calling({"description": "Ä", "columns": []}))
    assert json.loads(completion.text) == {"description": "Ä", "columns": []}


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
@pytest.mark.parametrize("text", ['{"description": "Cut', ""])
def test_a_cut_answer_says_so(wire_server: WireServer, reason: str, text: str) -> None:
    completion = answered(wire_server, conversing({"text": text}, stop_reason=reason))
    assert (completion.text, completion.finish_reason, completion.fault) == (text, "length", None)


BILLED_FAULTS: list[tuple[str, Reply, type[ProviderError], str]] = [
    ("guardrail", conversing({"text": "No."}, stop_reason="guardrail_intervened"), AnswerRefused, "guardrail"),
    ("filter", conversing(stop_reason="content_filtered"), AnswerRefused, "content_filtered"),
    ("malformed", conversing({"text": "{"}, stop_reason="malformed_model_output"), ServerFailed, "malformed"),
    ("no output", sending({"stopReason": "end_turn", "usage": USAGE}), ServerFailed, "no output"),
    ("null output", sending({"output": None, "usage": USAGE}), ServerFailed, "no output"),
    ("no message", sending({"output": {}, "usage": USAGE}), ServerFailed, "no output"),
    ("no content", conversing(), ServerFailed, "no text"),
    ("null text", conversing({"text": None}), ServerFailed, "no text"),
    ("blank text", conversing({"text": " \n"}), ServerFailed, "no text"),
]


@pytest.mark.parametrize(
    ("reply", "kind", "said"), [fault[1:] for fault in BILLED_FAULTS], ids=[fault[0] for fault in BILLED_FAULTS]
)
def test_a_billed_answer_that_is_none_comes_with_its_usage_and_its_fault(
    wire_server: WireServer, reply: Reply, kind: type[ProviderError], said: str
) -> None:
    completion = answered(wire_server, reply)
    assert type(completion.fault) is kind
    assert said in str(completion.fault)
    assert completion.usage == BILLED


# ---------------------------------------------------------------- what a model does not take


def only_text(body: Body) -> Reply:
    """Llama: no schema, and no tool that must be called."""
    if "outputConfig" in body:
        return refusing(
            400, "ValidationException", "This model doesn't support the outputConfig.textFormat field."
        )
    if "toolConfig" in body:
        said = "This model doesn't support the toolConfig.toolChoice.tool field. Remove it and try again."
        return refusing(400, "ValidationException", said)
    return conversing({"text": "{}"})


def test_the_answers_format_steps_down_to_what_the_model_takes(wire_server: WireServer) -> None:
    notices: list[str] = []
    wire_server.respond = only_text
    results = asked(provider(wire_server, LLAMA, notices), *[about(LLAMA)] * 4)
    formats = [{"outputConfig", "toolConfig"} & set(body) for body in wire_server.bodies]
    assert formats == [{"outputConfig"}, {"toolConfig"}, set(), set()]
    assert [isinstance(each, Completion) for each in results] == [False, False, True, True]
    assert [each.parameter for each in results[:2] if isinstance(each, RequestRejected)] == [
        "outputConfig",
        "toolConfig",
    ]
    assert len(notices) == 2
    assert "cachePoint" not in str(wire_server.bodies), "nobody caches for Llama"
    assert all(signed_by(seen, KEY) == ACCESS_KEY for seen in wire_server.seen)


def test_the_tool_that_must_be_called_takes_the_schema(wire_server: WireServer) -> None:
    wire_server.respond = lambda body: only_text(body) if "outputConfig" in body else calling({"columns": []})
    _, completion = asked(provider(wire_server), about(CLAUDE), about(CLAUDE))
    assert isinstance(completion, Completion)
    assert json.loads(completion.text) == {"columns": []}
    config = wire_server.bodies[1]["toolConfig"]
    (tool,) = config["tools"]
    assert tool["toolSpec"]["inputSchema"] == {"json": SCHEMA}
    assert config["toolChoice"] == {"tool": {"name": tool["toolSpec"]["name"]}}


@pytest.mark.parametrize(
    ("parameter", "status", "code", "said"),
    [
        (
            "system",
            400,
            "ValidationException",
            "This model doesn't support system messages. Try again without one.",
        ),
        (
            "cachePoint",
            403,
            "AccessDeniedException",
            "You invoked an unsupported model or your request did not allow prompt caching. See the docs.",
        ),
        (
            "cachePoint",
            400,
            "ValidationException",
            "Malformed input request: #/system/1: extraneous key [cachePoint] is not permitted, reformat it.",
        ),
        (
            "temperature",
            400,
            "ValidationException",
            "The model returned the following errors: `temperature` is deprecated for this model.",
        ),
        (
            "outputConfig",
            400,
            "ValidationException",
            "The model returned the following errors: output_config.format: Extra inputs are not permitted",
        ),
    ],
)
def test_what_a_model_does_not_take_is_left_out_from_then_on_and_said_once(
    wire_server: WireServer, parameter: str, status: int, code: str, said: str
) -> None:
    notices: list[str] = []

    def respond(body: Body) -> Reply:
        sent = f'"{parameter}"' in json.dumps(body)
        return refusing(status, code, said) if sent else conversing({"text": "{}"})

    wire_server.respond = respond
    first, second, third = asked(provider(wire_server, CLAUDE, notices), *[about(CLAUDE, WARM)] * 3)
    assert isinstance(first, RequestRejected)
    assert first.parameter == parameter
    assert isinstance(second, Completion)
    assert isinstance(third, Completion)
    assert len(notices) == 1


def test_without_a_system_message_the_user_message_begins_with_it(wire_server: WireServer) -> None:
    said = "This model doesn't support system messages."
    wire_server.respond = lambda body: (
        refusing(400, "ValidationException", said) if "system" in body else conversing({"text": "{}"})
    )
    asked(provider(wire_server, MIXTRAL), about(MIXTRAL), about(MIXTRAL))
    assert wire_server.bodies[0]["system"] == [{"text": "You describe."}]
    assert wire_server.bodies[1]["messages"] == [
        {"role": "user", "content": [{"text": "You describe.\n\nDescribe orders."}]}
    ]


# ---------------------------------------------------------------- what is never shown


@pytest.mark.parametrize(
    "echo",
    [
        lambda: refusing(403, "UnrecognizedClientException", f"{KEY} is not known"),
        lambda: refusing(403, "InvalidSignatureException", f"x-amz-security-token:{TOKEN}\nhost"),
        lambda: refusing(500, "InternalServerException", f"{'x' * 200} {KEY}"),
        lambda: sending(f"<html>{TOKEN}</html>".encode(), content_type="text/html"),
        lambda: conversing({"text": f"You are {KEY}"}, stop_reason="guardrail_intervened"),
    ],
)
def test_a_secret_that_the_server_echoes_is_in_no_error(
    wire_server: WireServer, echo: Callable[[], Reply]
) -> None:
    error = failed(wire_server, echo())
    assert "0123456789" not in f"{error}{error!r}{error.__cause__}"


def test_a_secret_that_the_model_echoes_is_in_no_answer(wire_server: WireServer) -> None:
    completion = answered(wire_server, conversing({"text": json.dumps({"a": f"With {KEY} and {TOKEN}."})}))
    assert json.loads(completion.text) == {"a": "With *** and ***."}


def test_no_repr_and_no_log_shows_a_secret_or_the_prompt(
    wire_server: WireServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    wire_server.respond = lambda _: conversing({"text": "{}"})
    asking = provider(wire_server)
    asked(asking, about(CLAUDE))
    shown = f"{asking!r}{settings(wire_server)!r}{caplog.text}"
    for secret in (KEY, TOKEN, "Describe orders", "AWS4-HMAC-SHA256"):
        assert secret not in shown
