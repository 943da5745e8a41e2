"""Fixtures for everything that is run as a user runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.cli.user import Program, User, copy_of_the_shop, program_without
from tests.wire_server import WireServer


@pytest.fixture
def user(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> User:
    """Somebody with a copy of the example project and no provider."""
    home = tmp_path / "home"
    home.mkdir()
    environ = {"HOME": str(home), "PATH": os.defpath}
    return User(copy_of_the_shop(tmp_path / "shop"), home, environ, capfd)


@pytest.fixture
def online(user: User, wire_server: WireServer) -> User:
    """The same with a provider on loopback."""
    served = {"OPENAI_API_KEY": "sk-loopback", "OPENAI_BASE_URL": wire_server.base_url}
    return User(user.project, user.home, {**user.environ, **served}, user.capture)


@pytest.fixture(scope="session")
def without_dbt(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program, installed where there is no dbt."""
    return program_without("dbt", tmp_path_factory.mktemp("without-dbt"))


@pytest.fixture(scope="session")
def without_openai(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program, installed without the SDK of openai."""
    return program_without("openai", tmp_path_factory.mktemp("without-openai"))
