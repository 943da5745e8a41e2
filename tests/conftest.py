"""Fixtures for every test: parts that are real and local."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from tests.wire_server import WireServer

# The same cases in every run, so that a red run is red for everyone. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture
def wire_server() -> Iterator[WireServer]:
    """An OpenAI-compatible server on loopback that answers everything it is asked, until a test scripts it."""
    with WireServer() as server:
        yield server
