"""Fixtures for every test: parts that are real and local."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.wire_server import WireServer


@pytest.fixture
def wire_server() -> Iterator[WireServer]:
    """An OpenAI-compatible server on loopback that answers everything it is asked, until a test scripts it."""
    with WireServer() as server:
        yield server
