"""`--debug`, `--debug-prompts` and `--log-format`: what is said on stderr of each request."""

import json
import re

import pytest
from tests.cli.user import User
from tests.wire_server import WireServer, failing

DOCUMENT = ("document", "--provider", "openai", "-s", "stg_webshop__payments", "--threads", "1")
ABOUT = "openai gpt-x at {host} about model.shop.stg_webshop__payments"


@pytest.fixture
def served(user: User, wire_server: WireServer) -> dict[str, str]:
    return {
        "OPENAI_API_KEY": "sk-loopback",
        "OPENAI_BASE_URL": wire_server.base_url,
        "OPENAI_MODEL": "gpt-x",
        "OSMOSIS_LLM_CACHE_DIR": str(user.home / "cache"),
        "OSMOSIS_LLM_RETRY_DELAY": "0",
    }


def about_requests(err: str) -> list[str]:
    return [line.removeprefix("debug: ") for line in err.splitlines() if line.startswith("debug: openai")]


def test_each_request_is_one_line_and_so_is_each_stored_answer(
    user: User, wire_server: WireServer, served: dict[str, str]
) -> None:
    wire_server.script.append(failing(500, "oops"))
    first = about_requests(user(*DOCUMENT, "--debug", "--diff", **served).err)
    about = re.escape(ABOUT.format(host=wire_server.host))
    assert len(first) == 2
    assert re.fullmatch(rf"{about}: ServerFailed, [\d,]+ ms, attempt 1", first[0])
    assert re.fullmatch(rf"{about}: 100 \+ 20 tokens, [\d,]+ ms, attempt 2", first[1])
    (again,) = about_requests(user(*DOCUMENT, "--debug", "--diff", **served).err)
    assert again == f"{ABOUT.format(host=wire_server.host)}: stored"


def test_nothing_of_it_is_said_unasked_and_prompts_only_when_they_are_asked_for(
    user: User, wire_server: WireServer, served: dict[str, str]
) -> None:
    silent = user(*DOCUMENT, "--diff", **served)
    told = user(*DOCUMENT, "--diff", "--debug", "--refresh", **served)
    shown = user(*DOCUMENT, "--diff", "--debug-prompts", "--refresh", **served)
    variable = user(*DOCUMENT, "--diff", "--refresh", OSMOSIS_LLM_LOG_PROMPTS="1", **served)
    assert "debug" not in silent.err
    assert "Columns to describe" not in told.err
    for said in (shown, variable):
        assert said.err.count("Columns to describe") == 1
        assert "debug: asked about model.shop.stg_webshop__payments: {" in said.err
        assert "debug: answered about model.shop.stg_webshop__payments: " in said.err


def test_as_json_every_line_is_an_object(user: User, wire_server: WireServer, served: dict[str, str]) -> None:
    said = user(*DOCUMENT, "--debug", "--debug-prompts", "--diff", "--log-format", "json", **served)
    lines = [json.loads(line) for line in said.err.splitlines()]
    (request,) = [line for line in lines if "attempt" in line]
    assert {line["level"] for line in lines} <= {"info", "warning", "debug"}
    assert request["node"] == "model.shop.stg_webshop__payments"
    assert (request["provider"], request["model"], request["host"]) == ("openai", "gpt-x", wire_server.host)
    assert (request["prompt_tokens"], request["completion_tokens"]) == (100, 20)
    assert (request["attempt"], request["stored"], request["error"]) == (1, False, "")
    assert "prompt" not in request


@pytest.mark.parametrize("spelled", [("--log-format", "json"), ("--log-format=json",)])
@pytest.mark.parametrize("wrong", [("--provider", "nobody"), ("--no-such-option",)])
def test_as_json_an_error_is_an_object_too(user: User, spelled: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    said = user("document", *spelled, *wrong)
    assert said.code == 2
    assert json.loads(said.err)["level"] == "error"


def test_as_json_a_run_that_goes_wrong_ends_with_an_object(
    user: User, wire_server: WireServer, served: dict[str, str]
) -> None:
    wire_server.respond = lambda _body: failing(401, "no such key")
    said = user(*DOCUMENT, "--log-format", "json", **served)
    last = json.loads(said.err.splitlines()[-1])
    assert (said.code, last["level"]) == (2, "error")
