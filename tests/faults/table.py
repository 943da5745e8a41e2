"""Everything that goes wrong with one request, and what comes of it: the table behind docs/faults.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.envelopes.base import Envelope, Trouble
from tests.faults.depot import dumped
from tests.faults.fault import Fault, Good
from tests.wire_server import Reply, sending

Serve = Callable[[Envelope, Good], Reply | None]
PAST = "Wed, 21 Oct 2015 07:28:00 GMT"
ASKED_TWICE = "it was asked for twice: run again to ask once more, or try another --model"
LOGIN_PAGE = b"<html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>"

# ---------------------------------------------------------------- how a fault is made


def trouble(kind: Trouble, **headers: str) -> Serve:
    """An error as the vendor words it."""
    return lambda envelope, _good: envelope.trouble(kind, **headers)


def answer(shape: Callable[[Good], str | None]) -> Serve:
    """A whole answer, of another shape than was asked for."""
    return lambda envelope, good: envelope.answer(shape(good))


def wire(spoil: Callable[[Reply], Reply]) -> Serve:
    """A good answer that is spoiled on its way."""
    return lambda envelope, good: spoil(envelope.answer(dumped(good)))


def with_last(good: Good, **change: object) -> str:
    """The answer, with its last column changed."""
    *others, last = good["columns"]
    return dumped({**good, "columns": [*others, {**last, **change}]})


# ---------------------------------------------------------------- what comes of it


def retried(name: str, serve: Serve, error: str, reads: str, **more: Any) -> Fault:
    """The next attempt may succeed."""
    return Fault(
        name,
        serve,
        "sent again",
        reads,
        error,
        requests_where_it_lasts=3,
        requests_where_it_passes=2,
        lost_where_it_lasts="all",
        **more,
    )


def paused(name: str, reads: str, **headers: str) -> Fault:
    """The server says when the next attempt may succeed."""
    fault = retried(name, trouble("too many", **headers), "RateLimited", reads)
    return replace(fault, happens="sent again, no sooner than the server asks")


def final(name: str, serve: Serve, error: str, reads: str, happens: str = "not sent again") -> Fault:
    """Another attempt would end in the same way."""
    return Fault(name, serve, happens, reads, error, lost_where_it_lasts="all", lost_where_it_passes="all")


def ending(name: str, serve: Serve, error: str, reads: str) -> Fault:
    """This provider will answer nothing more."""
    return final(name, serve, error, reads, "nothing more is sent there; the next provider of the list serves")


def asked_again(name: str, serve: Serve, reads: str, lost: Any, **more: Any) -> Fault:
    """An answer came, and some of it is not fit to be written."""
    return Fault(
        name,
        serve,
        "asked once more" if lost == "all" else "asked once more for that text",
        reads,
        "AnswerError",
        requests_where_it_lasts=2,
        requests_where_it_passes=2,
        lost_where_it_lasts=lost,
        **more,
    )


def understood(name: str, shape: Callable[[Good], str], happens: str, **more: Any) -> Fault:
    """An answer of another shape that can mean but one thing."""
    return Fault(name, answer(shape), happens, **more)


# ---------------------------------------------------------------- the rows

WIRE = (
    retried("429", trouble("too many"), "RateLimited", "too many requests or tokens a minute: …"),
    paused(
        "429 with Retry-After in seconds",
        "too many requests or tokens a minute, it asks to wait 0.01 s: …",
        **{"Retry-After": "0.01"},
    ),
    paused(
        "429 with Retry-After as a date",
        "too many requests or tokens a minute, it asks to wait 0 s: …",
        **{"Retry-After": PAST},
    ),
    paused(
        "429 with retry-after-ms",
        "too many requests or tokens a minute, it asks to wait 0.02 s: …",
        **{"retry-after-ms": "20"},
    ),
    final(
        "429 with a Retry-After of more than 10 minutes",
        trouble("too many", **{"Retry-After": "601"}),
        "RateLimited",
        "too many requests or tokens a minute, it asks to wait 601 s: …",
        "not sent again: nobody waits that long",
    ),
    retried("500", trouble("failed"), "ServerFailed", "the server failed (500): …"),
    retried("503", trouble("busy"), "ServerFailed", "the server failed (503): …"),
    retried("529", trouble("overloaded"), "ServerFailed", "the server failed (529): …"),
    retried(
        "the connection drops before an answer",
        lambda _envelope, _good: Reply(manner="drop"),
        "ConnectionFailed",
        "the connection dropped: …; is the server started, and {url} right?",
    ),
    retried(
        "the connection drops in the middle of an answer",
        wire(lambda reply: replace(reply, manner="drop_in_body")),
        "ConnectionFailed",
        "the connection dropped: …; is the server started, and {url} right?",
    ),
    retried(
        "200 with an empty body",
        wire(lambda reply: replace(reply, body=b"")),
        "ServerFailed",
        "the answer cannot be read: it is empty",
    ),
    retried(
        "200 with half a body",
        wire(lambda reply: replace(reply, body=reply.body[: len(reply.body) // 2])),
        "ServerFailed",
        "the answer cannot be read: …",
    ),
    retried(
        "200 with a web page",
        lambda _envelope, _good: sending(LOGIN_PAGE, content_type="text/html"),
        "ServerFailed",
        "the answer cannot be read: Sign in Please sign in; is {url} right?",
    ),
    retried(
        "200 with null instead of a text",
        answer(lambda _good: None),
        "ServerFailed",
        "the answer cannot be read: …",
    ),
    Fault(
        "400, the prompt is too long",
        trouble("too long"),
        "asked once more, with less evidence",
        "the prompt is too long for the model: …; send less with --llm-max-sql-chars, "
        "or ask for less with --llm-max-tokens",
        "ContextOverflow",
        requests_where_it_lasts=2,
        requests_where_it_passes=2,
        lost_where_it_lasts="all",
    ),
    final(
        "400, anything else",
        lambda envelope, _good: envelope.failing(400, "Invalid 'messages[0].content': expected text."),
        "RequestRejected",
        "the request was refused (400): Invalid 'messages[0].content': expected text",
    ),
    final(
        "a refusal",
        lambda envelope, _good: envelope.refusal("I will not speak of lifts."),
        "AnswerRefused",
        "the model declined to answer…",
    ),
    final(
        "a content filter, of the prompt",
        trouble("filtered"),
        "AnswerRefused",
        "a content filter declined the request…",
    ),
    final(
        "a content filter, of the answer",
        lambda envelope, _good: envelope.filtered(),
        "AnswerRefused",
        "the model declined to answer…",
    ),
)

SLOW_WIRE = (
    retried(
        "the answer drips",
        wire(lambda reply: replace(reply, manner="drip")),
        "DeadlineExceeded",
        "no whole answer within 1 s; a longer --llm-timeout gives it more time",
        options=("--llm-timeout", "1"),
    ),
    retried(
        "no answer at all",
        lambda _envelope, _good: Reply(manner="hang"),
        "DeadlineExceeded",
        "no …answer within 1 s; a longer --llm-timeout gives it more time",
        options=("--llm-timeout", "1"),
    ),
)

ENDINGS = (
    ending("401", trouble("bad key"), "AuthenticationFailed", "the key is not accepted (…): …; check {key}"),
    ending("403", trouble("not allowed"), "AuthenticationFailed", "the key may not do this (403): …; check {key}"),
    ending(
        "no quota or credit left",
        trouble("no quota"),
        "QuotaExhausted",
        "the account has no credit left: …; add credit, or name another --provider",
    ),
)

UNSUPPORTED = Fault(
    "400, a parameter is not supported",
    trouble("unsupported"),
    "sent again without it, or with what takes its place, and so from then on; that is said once",
)


def doubled(good: Good) -> str:
    """Every column twice, the second time with another text."""
    again = [{**each, "description": "Nobody may read the second text."} for each in good["columns"]]
    return dumped({**good, "columns": [*good["columns"], *again]})


def in_capitals(good: Good) -> str:
    """Column names as a warehouse spells them."""
    return dumped({**good, "columns": [{**each, "name": each["name"].upper()} for each in good["columns"]]})


def all_in_capitals(good: Good) -> str:
    """Keys and names as a model writes them that has read too much SQL."""
    columns = [{key.upper(): value for key, value in each.items()} for each in good["columns"]]
    return dumped({"DESCRIPTION": good["description"], "QUESTION": None, "COLUMNS": columns})


def with_a_ghost(good: Good) -> str:
    """A column that nobody asked for."""
    return dumped(
        {**good, "columns": [{"name": "ghost", "description": "Boo to all who read."}, *good["columns"]]}
    )


def as_map(good: Good) -> str:
    """Columns as keys."""
    return dumped({**good, "columns": {each["name"]: each["description"] for each in good["columns"]}})


def doubled_in_a_map(good: Good) -> str:
    """The same, where JSON itself does not say which one counts."""
    return as_map(good).replace("}}", ', "first_used": "Nobody may read the second text."}}')


HOSTILE = {
    "cranes": "Lifts {{ ref('ships') }} and {% if heavy %} more: 'who' says \"so\" # knows.",
    "maker_code": "- begins like a list, {ends: like} a map and [is] &neither *of !them",
    "most_tonnes": "| > % @ `code` and {# no comment #}, nor {% endraw %}",
    "first_used": "First line: with a colon.\n\nSecond line # with a hash, and {{ braces that never close.",
}


def hostile(good: Good) -> str:
    """Texts that mean something to YAML or to Jinja."""
    columns = [{**each, "description": HOSTILE.get(each["name"], each["description"])} for each in good["columns"]]
    own = HOSTILE["cranes"] if len(columns) == 3 else good["description"]
    return dumped({**good, "description": own, "columns": columns})


ANSWERS = (
    understood("JSON in a code fence", lambda good: f"```json\n{dumped(good)}\n```", "read from the fence"),
    understood(
        "prose around the JSON",
        lambda good: f"Sure! Here is what I found:\n\n{dumped(good)}\n\nIs there more?",
        "the first whole object is read",
    ),
    understood("columns that nobody asked for", with_a_ghost, "left out"),
    understood("column names in capitals", in_capitals, "matched without case; the file's own spelling stays"),
    understood("everything in capitals but the texts", all_in_capitals, "matched without case"),
    understood("a column twice", doubled, "the first counts"),
    understood("columns as a map", as_map, "read as columns"),
    understood("a column twice in a map", doubled_in_a_map, "the first counts"),
    understood("the answer in a list or under a key of its own", lambda good: dumped([good]), "taken out of it"),
    understood(
        "YAML and Jinja in a text",
        hostile,
        "quoted and escaped, so that dbt shows the text as it was said",
        written="hostile.yml",
    ),
    asked_again(
        "prose alone",
        answer(lambda _good: "I would rather tell you a story."),
        "the answer is not one JSON object",
        "all",
    ),
    asked_again(
        "JSON that breaks off",
        answer(lambda good: dumped(good)[:-20]),
        "the answer is not one JSON object",
        "all",
    ),
    Fault(
        "`length`: cut at the token limit",
        lambda envelope, good: envelope.cut(dumped(good)[:-20]),
        "its closed columns are kept, and the rest is asked for in halves; a single one that is cut fails",
        "the answer was cut off at its token limit; --llm-max-tokens gives it more room",
        "AnswerError",
        requests_where_it_lasts=2,
        requests_where_it_passes=2,
        lost_where_it_lasts=("first_used",),
    ),
    asked_again(
        "a list instead of an object",
        answer(lambda good: dumped(good["columns"])),
        "the answer holds no text for it",
        ("cranes",),
    ),
    asked_again(
        "a list that breaks off",
        answer(lambda good: f"Sure: {dumped(good['columns'])[:-20]}"),
        "the answer is not one JSON object",
        "all",
    ),
    asked_again(
        "a column is missing",
        answer(lambda good: dumped({**good, "columns": good["columns"][:-1]})),
        "the answer holds no text for it",
        ("first_used",),
    ),
    asked_again(
        "a number instead of a text",
        answer(lambda good: with_last(good, description=12)),
        "the answer holds no text for it",
        ("first_used",),
    ),
    asked_again(
        "an empty text",
        answer(lambda good: with_last(good, description=" ")),
        "the text is empty",
        ("first_used",),
    ),
    asked_again(
        "a text of 60 KB",
        answer(lambda good: with_last(good, description="A word. " * 7500)),
        "the text has 59999 characters; at most 500 are allowed",
        ("first_used",),
    ),
)
