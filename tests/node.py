"""Programs that are npm packages: ``.ci/run`` installs them into ``.node``.

``NODE_TOOLS`` names another place, and says that they must be there. Some need a node newer than a system's: then
the npm package ``node`` stands beside them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(os.environ.get("NODE_TOOLS") or Path(__file__).parents[1] / ".node")
NEW_ENOUGH = 'process.exit(require("zlib").crc32 ? 0 : 1)'


def node() -> str:
    """The program; the test is skipped where there is none."""
    own = TOOLS / "node_modules" / ".bin" / "node"
    found = str(own) if own.exists() else shutil.which("node")
    if found is None:
        _lacks("node is not installed")
    elif subprocess.run([found, "-e", NEW_ENOUGH], check=False).returncode != 0:
        _lacks("node is too old")
    return str(found)


def package(name: str) -> Path:
    """Where an npm package is; the test is skipped where it is not."""
    folder = TOOLS / "node_modules" / name
    if not folder.exists():
        _lacks(f"the npm package {name} is not in {TOOLS.name}")
    return folder


def _lacks(what: str) -> None:
    assert "NODE_TOOLS" not in os.environ, what
    pytest.skip(f"{what}: .ci/run says how to get it")
