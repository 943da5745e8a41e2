"""Every fault against every provider that can have it, through the official SDKs over a socket.

The project has three models: one is answered well, one has the fault for every question, one for its first. So one
run shows how often each is asked, what is read, how it ends, and that the others' texts are written all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment
from tests.envelopes.base import KEY
from tests.envelopes.providers import SERVED, Served
from tests.faults.depot import NODES, PROJECT, TEXTS, YAML, Depot, Ran, answering_well, file_with, good
from tests.faults.fault import Fault, Texts
from tests.faults.shapes import HOSTILE
from tests.faults.table import ANSWERS, ASKED_TWICE, ENDINGS, SLOW_WIRE, UNSUPPORTED, WIRE
from tests.wire_server import Reply, WireServer

LASTS, PASSES = "cranes", "pilots"
RETRIES = ("--llm-max-retries", "2")
MOST_CHARS = 300
SAMPLE = good("ref('cranes')\n## Columns to describe\n- maker_code\n- first_used")


@pytest.fixture
def depot(tmp_path: Path, wire_server: WireServer, capfd: pytest.CaptureFixture[str]) -> Depot:
    return Depot(tmp_path, wire_server, capfd)


def cases(faults: Iterable[Fault], *, by_format: bool = False) -> list[Any]:
    """Each fault with each provider whose format can say it.

    ``by_format``: of the providers that share a format, all but the first are slow.
    """
    first = {type(served.envelope): served for served in reversed(SERVED)}
    return [
        pytest.param(
            served,
            fault,
            id=f"{served.name}: {fault.name}",
            marks=[pytest.mark.slow] if by_format and first[type(served.envelope)] is not served else [],
        )
        for served in SERVED
        for fault in faults
        if fault.reply(served.envelope, SAMPLE) is not None
    ]


def having(fault: Fault, served: Served) -> Callable[[str, dict[str, Any]], Reply | None]:
    """Whenever one node is asked for, and when another is for the first time."""
    had: set[str] = set()

    def serve(node: str, answer: dict[str, Any]) -> Reply | None:
        if node == LASTS or (node == PASSES and not had):
            had.update([node] if node == PASSES else [])
            return fault.reply(served.envelope, answer)
        return None

    return serve


def names_of(node: str) -> set[str]:
    """A node's texts: its own under its name, and its columns'."""
    return {node, *NODES[node]}


def lost(node: str, texts: Texts) -> set[str]:
    if isinstance(texts, tuple):
        return set(texts)
    return names_of(node) if texts == "all" else set()


def line_of(fault: Fault, served: Served, host: str, times: int) -> str:
    """The one line that is read, as a pattern."""
    said = fault.reads.format_map(served.hints)
    if fault.error == "AnswerError":
        line = said if "--llm-max-tokens" in said else f"{said}; {ASKED_TWICE}"
    else:
        line = f"{served.name} at {host}: {said}"
    counted = f" ({times} times)" if times > 1 else ""
    return re.escape(f"{fault.error}{counted}: {line}").replace("…", ".*")


def assert_read(ran: Ran, fault: Fault, served: Served, host: str, times: int) -> None:
    """One line says what happened, where, and what to do; nothing says a secret or how the program is made."""
    assert len(ran.failures) == (1 if times else 0), ran.out
    for line in ran.failures:
        assert re.fullmatch(line_of(fault, served, host, times), line), line
        assert len(line) <= MOST_CHARS + len(f"{fault.error} (99 times): ")
    assert "Traceback" not in ran.out + ran.err
    assert "internal error" not in ran.out + ran.err
    assert KEY not in ran.out + ran.err + ran.yaml
    assert KEY.encode() not in ran.kept


def run_with(fault: Fault, served: Served, depot: Depot, wire_server: WireServer) -> dict[str, int]:
    """Everything but how often the server was asked, which is given back."""
    wire_server.respond = answering_well(served.envelope, having(fault, served))
    ran = depot.document(served, *RETRIES, *fault.options)
    gone = lost(LASTS, fault.lost_where_it_lasts) | lost(PASSES, fault.lost_where_it_passes)
    assert_read(ran, fault, served, wire_server.host, len(gone))
    assert ran.code == fault.exit_code
    assert ran.yaml == file_with(set(TEXTS) - gone, fault.written)
    return ran.requests


def expected_requests(fault: Fault) -> dict[str, int]:
    return {"berths": 1, LASTS: fault.requests_where_it_lasts, PASSES: fault.requests_where_it_passes}


@pytest.mark.parametrize(("served", "fault"), cases(WIRE, by_format=True))
def test_a_fault_of_the_wire(served: Served, fault: Fault, depot: Depot, wire_server: WireServer) -> None:
    assert run_with(fault, served, depot, wire_server) == expected_requests(fault)


@pytest.mark.slow
@pytest.mark.parametrize(("served", "fault"), cases(SLOW_WIRE))
def test_a_server_that_is_slow(served: Served, fault: Fault, depot: Depot, wire_server: WireServer) -> None:
    """On a busy machine a good answer may be too late once, too."""
    seen, expected = run_with(fault, served, depot, wire_server), expected_requests(fault)
    assert seen[LASTS] == expected[LASTS]
    assert all(seen[node] >= expected[node] for node in expected)


@pytest.mark.parametrize(("served", "fault"), cases(ANSWERS, by_format=True))
def test_an_answer_that_is_not_as_asked_for(
    served: Served, fault: Fault, depot: Depot, wire_server: WireServer
) -> None:
    assert run_with(fault, served, depot, wire_server) == expected_requests(fault)


# ---------------------------------------------------------------- what ends all asking


def always(fault: Fault, served: Served, after: int = 0) -> Callable[[str, dict[str, Any]], Reply | None]:
    """For every request but the first so many."""
    seen = count()
    return lambda _node, answer: fault.reply(served.envelope, answer) if next(seen) >= after else None


@pytest.mark.parametrize(("served", "fault"), cases(ENDINGS, by_format=True))
def test_a_fault_that_ends_all_asking_before_anything_is_spent(
    served: Served, fault: Fault, depot: Depot, wire_server: WireServer
) -> None:
    wire_server.respond = answering_well(served.envelope, always(fault, served))
    ran = depot.document(served, *RETRIES, "--threads", "1")
    assert ran.requests == {"berths": 1, "cranes": 0, "pilots": 0}
    assert_read(ran, fault, served, wire_server.host, len(TEXTS))
    assert ran.err.splitlines()[-1] == "error: " + ran.failures[0].partition(": ")[2]
    assert ran.code == 2
    assert ran.yaml == file_with(set())


@pytest.mark.parametrize(("served", "fault"), cases(ENDINGS, by_format=True))
def test_a_fault_that_ends_all_asking_on_the_way_leaves_what_was_paid_for(
    served: Served, fault: Fault, depot: Depot, wire_server: WireServer
) -> None:
    wire_server.respond = answering_well(served.envelope, always(fault, served, after=1))
    ran = depot.document(served, *RETRIES, "--threads", "1")
    assert ran.requests == {"berths": 1, "cranes": 1, "pilots": 0}
    assert_read(ran, fault, served, wire_server.host, len(TEXTS) - 3)
    assert ran.code == 1
    assert ran.yaml == file_with(names_of("berths"))


@pytest.mark.parametrize(("served", "fault"), cases(ENDINGS, by_format=True))
def test_the_next_provider_serves_what_the_one_before_it_no_longer_will(
    served: Served, fault: Fault, depot: Depot, wire_server: WireServer
) -> None:
    wire_server.respond = answering_well(served.envelope, always(fault, served, after=1))
    ran = depot.document(served, *RETRIES, "--threads", "1", then=",rules")
    assert ran.requests == {"berths": 1, "cranes": 1, "pilots": 0}
    assert ran.failures == []
    assert f"warning: {served.name} at {wire_server.host}: " in ran.err
    assert "the next provider serves" in ran.err
    assert KEY not in ran.out + ran.err + ran.yaml
    assert ran.code == 0
    paid_for = file_with(names_of("berths")).partition("  - name: cranes")[0]
    assert ran.yaml.startswith(paid_for)
    assert ran.yaml.count("description: ") > paid_for.count("description: ")


# ---------------------------------------------------------------- what is left out from then on


@pytest.mark.parametrize(("served", "fault"), cases([UNSUPPORTED]))
def test_a_parameter_that_is_not_supported_is_left_out_from_then_on(
    served: Served, fault: Fault, depot: Depot, wire_server: WireServer
) -> None:
    refusal = fault.reply(served.envelope, SAMPLE)
    assert refusal is not None
    wire_server.script.append(refusal)
    wire_server.respond = answering_well(served.envelope, lambda _node, _answer: None)
    ran = depot.document(served, "--threads", "1")
    assert ran.requests == {"berths": 2, "cranes": 1, "pilots": 1}
    first, second, *_ = wire_server.bodies
    assert first != second
    assert served.envelope.question(first) == served.envelope.question(second)
    assert len([line for line in ran.err.splitlines() if "not supported" in line]) == 1
    assert (ran.code, ran.failures) == (fault.exit_code, [])
    assert ran.yaml == file_with(set(TEXTS))


# ---------------------------------------------------------------- the files that runs are held against


def test_the_files_that_runs_are_held_against_say_what_was_answered() -> None:
    assert described(file_with(set(TEXTS))) == TEXTS
    assert described(file_with(set(TEXTS), "hostile.yml")) == TEXTS | HOSTILE
    assert file_with(set()) == (PROJECT / YAML).read_text(encoding="utf-8")


def described(file: str) -> dict[str, str]:
    """Every text of a properties file as dbt shows it."""
    models = yaml.safe_load(file)["models"]
    entries = [entry for model in models for entry in (model, *model["columns"])]
    return {entry["name"]: Environment().from_string(entry["description"]).render() for entry in entries}
