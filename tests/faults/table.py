"""Everything that goes wrong with one request, and what comes of it: the table behind docs/faults.md."""

from __future__ import annotations

from dataclasses import replace

from tests.faults.depot import dumped
from tests.faults.fault import Fault
from tests.faults.kinds import (
    answer,
    asked_again,
    ending,
    failing,
    final,
    paused,
    retried,
    trouble,
    understood,
    wire,
)
from tests.faults.shapes import (
    all_in_capitals,
    as_map,
    doubled,
    doubled_in_a_map,
    hostile,
    in_capitals,
    with_a_ghost,
    with_last,
)
from tests.wire_server import Reply, sending

PAST = "Wed, 21 Oct 2015 07:28:00 GMT"
ASKED_TWICE = "it was asked for twice: run again to ask once more, or try another --model"
BY_HAND = "describe it by hand, or try another --model"
SLOWER = "set a lower --llm-rate-limit, or run again later"
LOGIN_PAGE = b"<html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>"
FIREWALL_PAGE = b"<html><body><h1>Blocked by policy</h1></body></html>"

WIRE = (
    retried(
        "429",
        trouble("too many"),
        "RateLimited",
        f"too many requests or tokens a minute: …; {SLOWER}",
    ),
    paused(
        "429 with Retry-After in seconds",
        f"too many requests or tokens a minute, it asks to wait 0.01 s: …; {SLOWER}",
        **{"Retry-After": "0.01"},
    ),
    paused(
        "429 with Retry-After as a date",
        f"too many requests or tokens a minute, it asks to wait 0 s: …; {SLOWER}",
        **{"Retry-After": PAST},
    ),
    paused(
        "429 with retry-after-ms",
        f"too many requests or tokens a minute, it asks to wait 0.02 s: …; {SLOWER}",
        **{"retry-after-ms": "20"},
    ),
    final(
        "429 with a Retry-After of more than 10 minutes",
        trouble("too many", **{"Retry-After": "601"}),
        "RateLimited",
        f"too many requests or tokens a minute, it asks to wait 601 s: …; {SLOWER}",
        "not sent again: nobody waits that long",
    ),
    retried("500", trouble("failed"), "ServerFailed", "the server failed (500): …; run again later"),
    retried("503", trouble("busy"), "ServerFailed", "the server failed (503): …; run again later"),
    retried("529", trouble("overloaded"), "ServerFailed", "the server failed (529): …; run again later"),
    retried("408", failing(408, "Timeout"), "ServerFailed", "the server failed (408): Timeout; run again later"),
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
        "the answer cannot be read: it is empty; run again later",
    ),
    retried(
        "200 with a body that cannot be unpacked",
        wire(lambda reply: replace(reply, headers={**reply.headers, "Content-Encoding": "gzip"})),
        "ConnectionFailed",
        "the connection dropped: …; is the server started, and {url} right?",
    ),
    retried(
        "204",
        lambda _envelope, _good: Reply(204),
        "ServerFailed",
        "the answer cannot be read: it is empty; run again later",
    ),
    retried(
        "200 with half a body",
        wire(lambda reply: replace(reply, body=reply.body[: len(reply.body) // 2])),
        "ServerFailed",
        "the answer cannot be read: …; run again later",
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
        "the answer cannot be read: …; run again later",
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
        failing(400, "Invalid 'messages[0].content': expected text."),
        "RequestRejected",
        "the request was refused (400): Invalid 'messages[0].content': expected text; "
        "`dbt-docsmith prompts render` shows what is sent",
    ),
    final(
        "403 with a web page",
        lambda _envelope, _good: sending(FIREWALL_PAGE, status=403, content_type="text/html"),
        "RequestRejected",
        "something on the way refused the request (403): Blocked by policy; "
        "ask whoever runs the proxy or the firewall",
    ),
    final(
        "a refusal",
        lambda envelope, _good: envelope.refusal("I will not speak of lifts."),
        "AnswerRefused",
        f"the model declined to answer…; {BY_HAND}",
    ),
    final(
        "a content filter, of the prompt",
        trouble("filtered"),
        "AnswerRefused",
        f"a content filter declined the request…; {BY_HAND}",
    ),
    final(
        "a content filter, of the answer",
        lambda envelope, _good: envelope.filtered(),
        "AnswerRefused",
        f"the model declined to answer…; {BY_HAND}",
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
    ending(
        "404",
        failing(404, "There is no such thing here."),
        "RequestRejected",
        "model or address not found (404): …; is '…' a model there, and {url} right?",
    ),
    ending(
        "a redirect",
        lambda _envelope, _good: sending({}, status=307, Location="/elsewhere"),
        "RequestRejected",
        "the address sends requests on to another (307); is {url} right?",
    ),
)

UNSUPPORTED = Fault(
    "400, a parameter is not supported",
    trouble("unsupported"),
    "sent again without it, or with what takes its place, and so from then on; that is said once",
)

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
