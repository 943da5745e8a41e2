"""Everything Bedrock can answer but an answer, over a socket: which error it is, and what a person reads."""

import time

import pytest
from tests.envelopes.bedrock import refusing
from tests.llm.providers.at_bedrock import CLAUDE, failed
from tests.wire_server import Reply, WireServer, sending

from dbt_docsmith.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ContextOverflow,
    DeadlineExceeded,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
    ServerFailed,
)

THROTTLED = refusing(429, "ThrottlingException", "Too many tokens, please wait before trying again.")
NO_PROFILE = (
    f"Invocation of model ID {CLAUDE} with on-demand throughput isn\u2019t supported. Retry your request with the "
    "ID or ARN of an inference profile that contains this model."
)
FAULTS: list[tuple[str, Reply, type[ProviderError], str]] = [
    ("throttled", THROTTLED, RateLimited, "too many requests or tokens a minute"),
    ("throttled as 400", refusing(400, "ThrottlingException", "Rate exceeded"), RateLimited, "Rate exceeded"),
    (
        "quota of a day",
        refusing(429, "ThrottlingException", "Too many tokens per day, please wait before trying again."),
        QuotaExhausted,
        "the quota of the day is used up",
    ),
    (
        "service quota",
        refusing(400, "ServiceQuotaExceededException", "Your request exceeds the service quota."),
        QuotaExhausted,
        "ask AWS for a higher quota",
    ),
    ("not ready", refusing(429, "ModelNotReadyException", "The model is not ready."), ServerFailed, "not ready"),
    ("model timeout", refusing(408, "ModelTimeoutException", "Took too long."), ServerFailed, "Took too long"),
    ("model error", refusing(424, "ModelErrorException", "The model failed."), ServerFailed, "The model failed"),
    ("unavailable", refusing(503, "ServiceUnavailableException", "Try later."), ServerFailed, "Try later"),
    ("internal", refusing(500, "InternalServerException", "Oops."), ServerFailed, "Oops"),
    ("busy page", sending(b"<h1>Busy</h1>", status=503, content_type="text/html"), ServerFailed, "Busy"),
    (
        "no access",
        refusing(403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
        AuthenticationFailed,
        "is the model granted to the account in eu-central-1?",
    ),
    (
        "not allowed",
        refusing(403, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform that"),
        AuthenticationFailed,
        "is bedrock:InvokeModel allowed",
    ),
    (
        "unknown key",
        refusing(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
        AuthenticationFailed,
        "check the AWS credentials",
    ),
    (
        "bad signature",
        refusing(403, "InvalidSignatureException", "Signature expired: 20261121T000000Z is now earlier"),
        AuthenticationFailed,
        "this machine's clock",
    ),
    (
        "expired",
        refusing(403, "ExpiredTokenException", "The security token included in the request is expired"),
        AuthenticationFailed,
        "aws sso login",
    ),
    (
        "code in the body",
        sending({"__type": "com.amazon.coral.service#ExpiredTokenException", "Message": "Expired"}, status=403),
        AuthenticationFailed,
        "aws sso login",
    ),
    ("firewall", sending(b"<p>blocked</p>", status=403, content_type="text/html"), RequestRejected, "blocked"),
    (
        "no model",
        refusing(404, "ResourceNotFoundException", "Could not resolve the foundation model"),
        RequestRejected,
        "is BEDROCK_MODEL_ID right, and is the model granted to the account in eu-central-1?",
    ),
    (
        "bad model",
        refusing(400, "ValidationException", "The provided model identifier is invalid."),
        RequestRejected,
        "is BEDROCK_MODEL_ID right",
    ),
    ("needs a profile", refusing(400, "ValidationException", NO_PROFILE), RequestRejected, f"eu.{CLAUDE}"),
    (
        "too long",
        refusing(400, "ValidationException", "Input is too long for requested model."),
        ContextOverflow,
        "--llm-max-sql-chars",
    ),
    (
        "too many asked for",
        refusing(400, "ValidationException", "The maximum tokens you requested exceeds the model limit of 4096."),
        RequestRejected,
        "lower --llm-max-tokens",
    ),
    ("anything else", refusing(400, "ValidationException", "Unhappy."), RequestRejected, "Unhappy"),
    ("no answer at all", sending({"metrics": {}}), ServerFailed, "no output"),
    ("empty body", Reply(), ServerFailed, "it is empty"),
    ("page", sending(b"<p>Sign in</p>", content_type="text/html"), ServerFailed, "Sign in; is AWS_ENDPOINT_URL_"),
    ("list", sending([1]), ServerFailed, "cannot be read"),
    ("drop", Reply(manner="drop"), ConnectionFailed, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"),
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
    assert message.startswith(f"bedrock at {wire_server.host}: ")
    assert said in message
    assert len(message) <= 300
    assert "\n" not in message
    assert len(wire_server.seen) == 1, "one attempt is one request on the wire"


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException", "ExpiredTokenException"])
def test_what_will_fail_for_every_request_says_so(wire_server: WireServer, code: str) -> None:
    assert failed(wire_server, refusing(404, code, "x")).fatal


def test_a_retry_after_is_passed_on(wire_server: WireServer) -> None:
    assert failed(wire_server, refusing(429, "ThrottlingException", "x", **{"Retry-After": "7"})).retry_after == 7
    assert failed(wire_server, THROTTLED).retry_after is None


@pytest.mark.parametrize(
    "reply", [Reply(manner="hang"), Reply(body=b" " * 4000, manner="drip")], ids=["hang", "drip"]
)
def test_the_deadline_bounds_the_whole_request(wire_server: WireServer, reply: Reply) -> None:
    started = time.monotonic()
    error = failed(wire_server, reply, timeout=1.0)
    assert type(error) is DeadlineExceeded
    assert "--llm-timeout" in str(error)
    assert time.monotonic() - started < 10
