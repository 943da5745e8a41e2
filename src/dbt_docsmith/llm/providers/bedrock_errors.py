"""What Bedrock's error answers mean for the run, and their cures. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from dbt_docsmith.errors import AuthenticationFailed, ProviderError, QuotaExhausted, RequestRejected
from dbt_docsmith.llm.providers.http_calls import HttpAnswer
from dbt_docsmith.llm.providers.http_errors import Endpoint, Refusal, http_error
from dbt_docsmith.llm.providers.spent import DAILY_QUOTA
from dbt_docsmith.llm.retry import read_retry_after

_STATUS_OF = {
    "throttlingexception": 429,
    "toomanyrequestsexception": 429,
    "serviceunavailableexception": 503,
    "modelnotreadyexception": 503,
    "modeltimeoutexception": 408,
    "modelerrorexception": 500,
    "internalserverexception": 500,
    "internalfailure": 500,
}
_NOT_SIGNED_IN = {
    "expiredtokenexception",
    "expiredtoken",
    "unrecognizedclientexception",
    "invalidclienttokenid",
    "missingauthenticationtokenexception",
    "invalidsignatureexception",
    "incompletesignatureexception",
}
_NOT_CACHED = re.compile("did not allow prompt caching", re.IGNORECASE)  # said with a 403, of a parameter
_A_DAY = re.compile(r"\b(?:per|a) day\b|\bdaily\b", re.IGNORECASE)
_NO_SUCH_MODEL = re.compile(r"model identifier|could not resolve the foundation model", re.IGNORECASE)
_NEEDS_PROFILE = re.compile(r"on-demand throughput|inference profile that contains", re.IGNORECASE)
_TOO_MANY_ASKED = re.compile(r"maximum tokens you requested|max_?tokens", re.IGNORECASE)


def read_refusal(answer: HttpAnswer, now: float) -> Refusal:
    """An error answer as plain data. ``now`` is in seconds since 1970."""
    body = _object(answer.content)
    named = answer.headers.get("x-amzn-errortype") or body.get("__type") or body.get("code") or ""
    said = body.get("message") or body.get("Message")
    code = str(named).rpartition("#")[2].partition(":")[0].strip().lower()
    said = str(said) if said else answer.content.decode(errors="replace")
    return Refusal(
        status=400 if _NOT_CACHED.search(said) else answer.status,
        said=said,
        codes=frozenset([code] if code else []),
        retry_after=read_retry_after(answer.headers, now),
    )


def status_error(refusal: Refusal, endpoint: Endpoint, *, region: str) -> ProviderError:
    """The error of errors.py that an error answer stands for."""
    code, said = next(iter(refusal.codes), ""), refusal.said
    if code in _NOT_SIGNED_IN:
        cure = f"check {endpoint.key_hint}, AWS_REGION and this machine's clock, or sign in again (aws sso login)"
        what = f"the key is not accepted ({refusal.status})"
        return AuthenticationFailed(endpoint.failure(what, said=said, cure=cure))
    if code.startswith("accessdenied"):
        cure = f"check {endpoint.key_hint}: is bedrock:InvokeModel allowed, and {_granted(region)}?"
        what = f"the key may not do this ({refusal.status})"
        return AuthenticationFailed(endpoint.failure(what, said=said, cure=cure))
    if code == "throttlingexception" and _A_DAY.search(said):
        return http_error(replace(refusal, codes=refusal.codes | {DAILY_QUOTA}), endpoint)
    if code == "servicequotaexceededexception":
        cure = "ask AWS for a higher quota, or name another --provider"
        return QuotaExhausted(endpoint.failure("the account's quota is used up", said=said, cure=cure))
    if code == "resourcenotfoundexception" or _NO_SUCH_MODEL.search(said):
        return _no_such_model(endpoint, said, f"is BEDROCK_MODEL_ID right, and {_granted(region)}?")
    if _NEEDS_PROFILE.search(said):
        cure = f"set BEDROCK_MODEL_ID to its inference profile, such as {_profile_id(endpoint.model, region)}"
        return _no_such_model(endpoint, said, cure)
    if code == "validationexception" and _TOO_MANY_ASKED.search(said):
        return RequestRejected(
            endpoint.failure("the request was refused", said=said, cure="lower --llm-max-tokens")
        )
    return http_error(replace(refusal, status=_STATUS_OF.get(code, refusal.status)), endpoint)


def _granted(region: str) -> str:
    return f"is the model granted to the account in {region or 'its region'}"


def _no_such_model(endpoint: Endpoint, said: str, cure: str) -> RequestRejected:
    error = RequestRejected(endpoint.failure(f"no model '{endpoint.model}' to ask", said=said, cure=cure))
    error.fatal = True
    return error


def _profile_id(model: str, region: str) -> str:
    area = {"us": "us", "eu": "eu", "ap": "apac"}.get(region.partition("-")[0], "global")
    return f"{area}.{model}"


def _object(content: bytes) -> Mapping[str, object]:
    try:
        body = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}
