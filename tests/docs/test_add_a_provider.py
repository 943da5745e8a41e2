"""docs/add-a-provider.md is followed to the letter, in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "add-a-provider.md").read_text(encoding="utf-8")
PROVIDERS = "src/dbt_docsmith/llm/providers"
SHARED_BY_TESTS = ("conftest.py", "wire_server.py", "llm/fakes.py")


@dataclass(frozen=True)
class Followed:
    """A copy of the project in which somebody did what the page says."""

    root: Path
    files: Sequence[str]

    def run(self, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a module of this Python on the copy."""
        found = {"PATH": os.defpath, "HOME": str(self.root), "PYTHONPATH": str(self.root / "src"), **environ}
        return subprocess.run(
            [sys.executable, "-m", *command], cwd=self.root, env=found, capture_output=True, text=True, check=False
        )


def written_files(page: str) -> Mapping[str, str]:
    """Each file that the page names at the beginning of a paragraph, with the block that follows it."""
    return dict(re.findall(r"^`([\w/]+\.py)`\..*?^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE))


def with_the_line(registry: str, page: str) -> str:
    """The registry of providers with the page's line in it, above the line that the page shows below it."""
    [(added, below)] = re.findall(r"```diff\n\+(.*\n) (.*\n)```", page)
    assert registry.count(below) == 1
    name = added.strip().partition(".")[0]
    importing = "from dbt_docsmith.llm.providers import "
    return registry.replace(below, added + below).replace(importing, f"{importing}{name}, ", 1)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    root = tmp_path_factory.mktemp("followed")
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    for shared in SHARED_BY_TESTS:
        (root / "tests" / shared).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / shared, root / "tests" / shared)
    files = written_files(PAGE)
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    registry = root / PROVIDERS / "__init__.py"
    registry.write_text(with_the_line(registry.read_text(encoding="utf-8"), PAGE), encoding="utf-8")
    return Followed(root, list(files))


def test_it_is_one_file_and_one_test_file(followed: Followed) -> None:
    assert followed.files == [f"{PROVIDERS}/acme.py", "tests/llm/providers/test_acme.py"]


def test_the_page_s_tests_pass(followed: Followed) -> None:
    ran = followed.run("pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", followed.files[1])
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"^9 passed", ran.stdout, re.MULTILINE)


def test_the_page_s_tests_fail_without_the_line(followed: Followed, tmp_path: Path) -> None:
    shutil.copytree(followed.root, tmp_path / "without")
    shutil.copy(ROOT / PROVIDERS / "__init__.py", tmp_path / "without" / PROVIDERS)
    without = Followed(tmp_path / "without", followed.files)
    ran = without.run("pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", without.files[1])
    assert "unknown provider 'acme'" in ran.stdout


def test_the_new_provider_is_known_everywhere(followed: Followed) -> None:
    ran = followed.run("dbt_docsmith", "providers", ACME_API_KEY="acme-planted-key")
    assert ran.stdout.startswith("acme: the only one that is configured: ACME_API_KEY set"), ran.stderr
    assert "ACME_BASE_URL  not set (a base URL; default https://api.acme.example/v2)" in ran.stdout


def test_the_page_s_code_is_written_as_the_rest(followed: Followed) -> None:
    for command in (("check",), ("format", "--check")):
        ran = followed.run("ruff", *command, "--no-cache", *followed.files)
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.slow
def test_the_page_s_types_fit(followed: Followed) -> None:
    """From the project itself, where ``make lint`` has read the rest already."""
    command = [sys.executable, "-m", "mypy", str(followed.root / followed.files[0])]
    environ = {"PATH": os.defpath, "HOME": str(followed.root), "MYPYPATH": "src"}
    ran = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
