"""A user who follows the pages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.cli.user import User, copy_of_the_shop


@pytest.fixture
def user(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> User:
    """Somebody with a copy of the example project and no provider."""
    return User(copy_of_the_shop(tmp_path / "shop"), tmp_path, {"HOME": str(tmp_path), "PATH": os.defpath}, capfd)
