"""What Gemini's models do not have: learned from a refusal, left out from then on, said once."""

import json
from collections.abc import Callable

import pytest
from tests.envelopes.gemini import GenerateContent, gemini_answering, gemini_failing
from tests.llm.fakes import REQUEST
from tests.llm.providers.asking import WARM, Asker, asked
from tests.wire_server import Body, Reply, WireServer

from dbt_docsmith.errors import RequestRejected
from dbt_docsmith.types import Completion


@pytest.fixture
def asker(wire_server: WireServer) -> Asker:
    return Asker("google-gemini", wire_server)


def refusing(is_refused: Callable[[Body], bool], message: str) -> Callable[[Body], Reply]:
    """A server that knows nothing of something."""

    def respond(body: Body) -> Reply:
        return gemini_failing(400, message, "INVALID_ARGUMENT") if is_refused(body) else gemini_answering({})

    return respond


@pytest.mark.parametrize(
    ("part", "name", "message"),
    [
        (
            "temperature",
            "temperature",
            "Invalid JSON payload. Unknown name \"temperature\" at 'generation_config'",
        ),
        (
            "responseJsonSchema",
            "response_json_schema",
            "Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.",
        ),
        ("responseMimeType", "response_mime_type", "Function calling with a response mime type is unsupported"),
        ("responseMimeType", "response_mime_type", "JSON mode is not enabled for models/gemma-3-27b-it"),
        ("systemInstruction", "system", "Developer instruction is not enabled for models/gemma-3-27b-it"),
    ],
)
def test_what_the_server_does_not_know_is_left_out_from_then_on(
    asker: Asker, part: str, name: str, message: str
) -> None:
    asker.server.respond = refusing(lambda body: part in json.dumps(body), message)
    results = asked(asker.provider(), WARM, WARM, WARM, WARM)
    assert isinstance(results[0], RequestRejected)
    assert results[0].parameter == name
    assert isinstance(results[-1], Completion)
    asked_for = [part in json.dumps(body) for body in asker.server.bodies]
    assert asked_for[-2:] == [False, False]
    assert len(asker.notices) == sum(asked_for)


def test_answers_step_down_from_a_schema_to_json_to_plain_text(asker: Asker) -> None:
    asker.server.respond = refusing(
        lambda body: "responseMimeType" in body["generationConfig"], "JSON mode is not enabled for this model"
    )
    asked(asker.provider(), REQUEST, REQUEST, REQUEST)
    formats = [
        {name for name in body["generationConfig"] if name.startswith("response")} for body in asker.server.bodies
    ]
    assert formats == [{"responseMimeType", "responseJsonSchema"}, {"responseMimeType"}, set()]


def test_a_model_without_a_system_text_reads_it_before_the_question(asker: Asker) -> None:
    message = "Developer instruction is not enabled for this model"
    asker.server.respond = refusing(lambda body: "systemInstruction" in body, message)
    asked(asker.provider(), REQUEST, REQUEST)
    assert GenerateContent().question(asker.server.bodies[-1]) == "You describe.\n\nDescribe orders."


@pytest.mark.parametrize(
    "message",
    [
        "max_output_tokens must be in the range from 1 to 65537: exceeds the maximum",
        "Unable to submit request because it has a temperature value of 3 but the supported range is at most 2",
        "contents is not specified",
    ],
)
def test_a_wrong_value_is_no_unknown_parameter(asker: Asker, message: str) -> None:
    asker.server.respond = lambda _: gemini_failing(400, message, "INVALID_ARGUMENT")
    (error,) = asked(asker.provider(), WARM)
    assert isinstance(error, RequestRejected)
    assert error.parameter is None
