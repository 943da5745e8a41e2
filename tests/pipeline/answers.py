"""What a model on loopback says: always the same to the same question, so that runs can be compared."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

from tests.wire_server import Body, Reply, answering, asked_columns

AGAIN = "An earlier answer was refused"


def digest(body: Body) -> str:
    """A short name of everything that was sent: one other character in a prompt and it is another."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:8]


def user_message(body: Body) -> str:
    """The user's message of a request."""
    return str(body["messages"][-1]["content"])


def asked_node(body: Body) -> str:
    """Whom a request is about, as its first line has it: ``ref('orders')``."""
    found = re.search(r"^(?:model|source|seed|snapshot): (.+)$", user_message(body), re.MULTILINE)
    assert found is not None, user_message(body)
    return found[1]


def asks_for_node(body: Body) -> bool:
    """Whether the node's own text is asked for."""
    return "Describe the" in user_message(body) and "are null." not in user_message(body)


def saying(own: object, columns: dict[str, object]) -> Reply:
    """An answer: a text for the node and for each column; None is an abstention with its question."""
    listed = [
        {"name": name, "description": text, "question": None if text else f"What is {name} for?"}
        for name, text in columns.items()
    ]
    return answering({"description": own, "question": None if own else "What is it for?", "columns": listed})


def tell(body: Body) -> Reply:
    """Texts that name the question they answer: evidence that differs shows in the files."""
    mark = digest(body)
    return saying(
        f"Written down under {mark}.", {name: f"Told under {mark}/{name}." for name in asked_columns(body)}
    )


def chosen(body: Body, name: str, one_in: int) -> bool:
    """Whether this one is among every so many, by the names alone."""
    drawn = hashlib.sha256(f"{asked_node(body)} {name}".encode()).digest()
    return drawn[0] % one_in == 0


def abstaining(one_in: int) -> Callable[[Body], Reply]:
    """As ``tell``, but silent on one column in so many, and on as many nodes."""

    def respond(body: Body) -> Reply:
        mark = digest(body)
        columns = {
            name: None if chosen(body, name, one_in) else f"Told under {mark}/{name}."
            for name in asked_columns(body)
        }
        return saying(None if chosen(body, "", one_in) else f"Written down under {mark}.", columns)

    return respond


def moody(body: Body) -> Reply:
    """Every kind of answer, each by the names alone: texts of several shapes, none, bad ones, no JSON at all.

    What was bad is mended when it is asked for again, what was cut when it is asked for alone.
    """
    mark, again = digest(body), AGAIN in user_message(body)
    if chosen(body, "nonsense", 6) and not again:
        return answering("I would rather tell you a story.")
    if chosen(body, "cut", 6) and len(asked_columns(body)) + asks_for_node(body) > 1:
        return answering('{"description": "One row', finish_reason="length")
    columns = {name: _moody_text(body, name, mark, again) for name in asked_columns(body)}
    return saying(_moody_text(body, "", mark, again), columns)


def _moody_text(body: Body, name: str, mark: str, again: bool) -> str | None:
    good = f"Told under {mark}/{name or 'the whole'}."
    if chosen(body, f"{name} is bad", 5) and not again:
        return "TODO"
    shapes = (
        good,
        f"{good}\n\nA second paragraph: with 'quotes' and # signs.",
        f"{good} Renders {{{{ nothing }}}} and {{% if %}}.",
        f"{good}\n\n- one\n- two: three",
        None,
        good * 5,
    )
    drawn = hashlib.sha256(f"{asked_node(body)} {name} shape".encode()).digest()
    return shapes[drawn[0] % len(shapes)]
