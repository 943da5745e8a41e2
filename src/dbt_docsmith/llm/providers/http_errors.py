"""What an HTTP answer that is no answer means for the run. Pure; shared by every wire format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

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
from dbt_docsmith.llm.providers.obstacles import PROXY_WANTS_A_NAME, find_obstacle
from dbt_docsmith.llm.providers.spent import DAILY_QUOTA, is_spent
from dbt_docsmith.llm.providers.too_long import excess_tokens, is_too_long
from dbt_docsmith.llm.providers.wording import failure

_FILTERED = {"content_filter", "content_policy_violation", "responsibleaipolicyviolation"}
_FILTERED_SAID = "blocked by content filtering policy"  # Anthropic, as a 400 without a code
_NOT_LET_IN = {"api_key_invalid", "failed_precondition"}  # Gemini, as a 400: a key or a country it does not serve
_SPOILED = {"json_validate_failed"}
_THROTTLED = {
    "rate_limit_exceeded",
    "rate_limit_error",
    "ratelimitexceeded",
    "resource_exhausted",
    "throttling",
    "throttlingexception",
    "toomanyrequests",
    "toomanyrequestsexception",
}
_MAY_PASS = {408, 409, 425}
_TURNED_AWAY = {409, 425, 503, 529}  # nothing was worked on, so nothing is billed
RUN_AGAIN = "run again later"


class Endpoint(Struct, frozen=True, kw_only=True):
    """Whom a request goes to, in the words an error message needs. ``hide`` takes secrets out of a text;
    ``start_with`` is the command that starts a server on the user's machine, where there is one."""

    where: str
    model: str
    key_hint: str
    url_hint: str
    hide: Callable[[str], str]
    start_with: str = ""

    def failure(self, what: str, *, said: str = "", cure: str = "") -> str:
        """One line about this endpoint; secrets the server ``said`` are hidden."""
        return failure(self.where, what, said=self.hide(said), cure=cure)


class Refusal(Struct, frozen=True, kw_only=True):
    """An HTTP answer with an error status. ``codes`` are the vendor's own words for it, in lower case;
    ``parameter`` is the one it blames, ``retry_after`` is in seconds."""

    status: int
    said: str
    codes: frozenset[str] = frozenset()
    parameter: str = ""
    retry_after: float | None = None


def http_error(refusal: Refusal, endpoint: Endpoint) -> ProviderError:
    """The error of errors.py that an error status stands for."""
    status, said, after = refusal.status, plain(refusal.said), refusal.retry_after
    if is_spent(status, said, refusal.codes):
        return _spent(said, refusal, endpoint)
    if refusal.codes & _FILTERED or _FILTERED_SAID in said:
        return declined(endpoint, said, "a content filter declined the request")
    if is_too_long(status, said, refusal.codes):
        return too_long(said, endpoint)
    if status == 429 or refusal.codes & _THROTTLED:
        cure = "set a lower --llm-rate-limit, or run again later"
        return RateLimited(endpoint.failure(_too_many(after), said=said, cure=cure), retry_after=after)
    if status in _MAY_PASS or status >= 500 or refusal.codes & _SPOILED:
        return _failed(refusal, endpoint)
    return unreadable(endpoint, said) if status < 300 else _for_good(refusal, endpoint)


def _for_good(refusal: Refusal, endpoint: Endpoint) -> ProviderError:
    """Another attempt would end in the same way."""
    status, said = refusal.status, plain(refusal.said)
    if status == 407:
        return AuthenticationFailed(
            endpoint.failure("no way through the proxy", said=said, cure=PROXY_WANTS_A_NAME)
        )
    if status in (401, 403) or refusal.codes & _NOT_LET_IN:
        return _not_let_in(refusal, endpoint)
    if status in (404, 405):
        return _not_there(refusal, endpoint)
    if 300 <= status < 400:
        return _sent_on(status, endpoint)
    cure = "`dbt-docsmith prompts render` shows what is sent"
    return RequestRejected(endpoint.failure(f"the request was refused ({status})", said=said, cure=cure))


def declined(endpoint: Endpoint, said: str, what: str = "the model declined to answer") -> AnswerRefused:
    """The model or a filter will not answer this request, however often it is asked."""
    cure = "describe it by hand, or try another --model"
    return AnswerRefused(endpoint.failure(what, said=said, cure=cure))


def _failed(refusal: Refusal, endpoint: Endpoint) -> ServerFailed:
    what = f"the server failed ({refusal.status})"
    line = endpoint.failure(what, said=plain(refusal.said), cure=RUN_AGAIN)
    error = ServerFailed(line, retry_after=refusal.retry_after)
    error.unbilled = refusal.status in _TURNED_AWAY
    return error


def too_long(said: str, endpoint: Endpoint) -> ContextOverflow:
    """The prompt does not fit; ``said`` is what the server says of it."""
    cure = "send less with --llm-max-sql-chars, or ask for less with --llm-max-tokens"
    return ContextOverflow(
        endpoint.failure("the prompt is too long for the model", said=said, cure=cure), excess=excess_tokens(said)
    )


def connection_error(causes: str, endpoint: Endpoint, *, connected: bool = True) -> ProviderError:
    """No answer at all; ``causes`` is what the network said. ``connected``: somebody listened, at least."""
    found = find_obstacle(causes)
    if found is not None:
        obstacle, said = found
        line = endpoint.failure(obstacle.what, said=said, cure=obstacle.cure)
        error = Unreachable(line) if obstacle.passing else ConnectionFailed(line)
        error.passing, error.fatal, error.unbilled = obstacle.passing, not obstacle.passing, True
        return error
    cure = f"is the server started, and {endpoint.url_hint} right?"
    if not connected:
        cure = f"start it with `{endpoint.start_with}`; {cure}" if endpoint.start_with else cure
        return Unreachable(endpoint.failure("no connection", said=causes, cure=cure))
    return ConnectionFailed(endpoint.failure("the connection dropped", said=causes, cure=cure))


def network_error(error: BaseException, endpoint: Endpoint, timeout: float) -> ProviderError:
    """What an HTTP library raised where no whole response came, as it is or wrapped by an SDK.

    ``timeout`` is in seconds. The libraries share the names of their errors, not their classes.
    """
    causes = list(_causes(error))
    names = {type(cause).__name__ for cause in causes}
    if names & {"ReadTimeout", "WriteTimeout"}:
        cure = "a longer --llm-timeout gives it more time"
        return DeadlineExceeded(endpoint.failure(f"no answer within {timeout:g} s", cure=cure))
    said = next((str(cause) for cause in reversed(causes) if str(cause)), "")
    return connection_error(said, endpoint, connected=not names & {"ConnectError", "ConnectTimeout"})


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def unreadable(endpoint: Endpoint, said: str) -> ServerFailed:
    """A 200 that holds no answer."""
    cure = f"is {endpoint.url_hint} right?" if said.lstrip().startswith("<") else RUN_AGAIN
    return ServerFailed(
        endpoint.failure("the answer cannot be read", said=plain(said) or "it is empty", cure=cure)
    )


def plain(text: str) -> str:
    """The words of an error page without its markup."""
    if not text.lstrip().startswith("<"):
        return text
    visible = re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", text)
    return " ".join(re.sub(r"<[^>]*>", " ", visible).split())


def _too_many(after: float | None) -> str:
    asked = "" if after is None else f", it asks to wait {after:g} s"
    return f"too many requests or tokens a minute{asked}"


def _not_let_in(refusal: Refusal, endpoint: Endpoint) -> ProviderError:
    said = plain(refusal.said)
    if refusal.status == 403 and refusal.said.lstrip().startswith("<"):
        # a firewall's page: it dislikes this one request, not the key
        cure = "ask whoever runs the proxy or the firewall"
        what = "something on the way refused the request (403)"
        return RequestRejected(endpoint.failure(what, said=said, cure=cure))
    unknown = refusal.status == 401 or "api_key_invalid" in refusal.codes
    what = "the key is not accepted" if unknown else "the key may not do this"
    cure = f"check {endpoint.key_hint}"
    return AuthenticationFailed(endpoint.failure(f"{what} ({refusal.status})", said=said, cure=cure))


def _spent(said: str, refusal: Refusal, endpoint: Endpoint) -> QuotaExhausted:
    if DAILY_QUOTA in refusal.codes:
        what, cure = "the quota of the day is used up", "ask again tomorrow, or name another --provider"
    else:
        what, cure = "the account has no credit left", "add credit, or name another --provider"
    return QuotaExhausted(endpoint.failure(what, said=said, cure=cure))


def _sent_on(status: int, endpoint: Endpoint) -> ProviderError:
    """A redirect is not followed: the prompt and the key are for this host alone."""
    what, cure = f"the address sends requests on to another ({status})", f"is {endpoint.url_hint} right?"
    error = RequestRejected(endpoint.failure(what, cure=cure))
    error.fatal = True
    return error


def _not_there(refusal: Refusal, endpoint: Endpoint) -> ProviderError:
    cure = f"is '{endpoint.model}' a model there, and {endpoint.url_hint} right?"
    error = RequestRejected(
        endpoint.failure(f"model or address not found ({refusal.status})", said=plain(refusal.said), cure=cure)
    )
    error.fatal = True
    return error
