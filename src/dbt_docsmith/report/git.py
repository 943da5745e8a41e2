"""Where the project stands in its git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

_PATIENCE_SECONDS = 10


def git_prefix(project_root: Path, git: str = "git") -> str:
    """The project's path below the git root with a slash at its end (``transform/``), as patches need it.

    Empty where the project is the root, where there is no repository, and where ``git`` cannot be run.
    """
    try:
        asked = subprocess.run(
            [git, "rev-parse", "--show-prefix"],
            cwd=project_root,
            capture_output=True,
            check=True,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")
