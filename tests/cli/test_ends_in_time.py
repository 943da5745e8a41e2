"""A server that hangs or drips does not keep the process: it ends soon after --llm-timeout."""

import time
from typing import Literal

import pytest
from tests.cli.user import User, running
from tests.wire_server import Reply, WireServer

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("manner", ["hang", "drip"])
def test_the_process_ends_when_the_time_is_over(
    online: User, wire_server: WireServer, manner: Literal["hang", "drip"]
) -> None:
    wire_server.respond = lambda _: Reply(body=b" " * 10_000, manner=manner)
    started = time.monotonic()
    limits = ("--llm-timeout", "1", "--llm-max-retries", "0")
    with running(online, "document", "-s", "stg_webshop__payments", *limits) as process:
        out, _ = process.communicate(timeout=60)
    assert "no whole answer within 1 s" in out
    assert process.returncode == 1
    assert len(wire_server.seen) == 1
    assert time.monotonic() - started < 30
