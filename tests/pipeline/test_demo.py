"""`dbt-docsmith demo`: from nothing but the program itself, to a patch, and nothing left behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pipeline.shop import EXAMPLE, copy_shop
from tests.pipeline.test_document_diff import git

from dbt_docsmith.pipeline.demo import run_demo

WATCHED = """
import os, sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise SystemExit(f"97: {event} {arguments}")
    if event == "import" and arguments[0].partition(".")[0] in ("dbt", "openai", "httpx2"):
        raise SystemExit(f"98: imports {arguments[0]}")
    if event == "open" and isinstance(arguments[0], str) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        if not arguments[0].startswith((os.environ["TMPDIR"], "/dev/")):
            raise SystemExit(f"99: writes {arguments[0]}")

sys.dont_write_bytecode = True
sys.addaudithook(watch)
from dbt_docsmith.cli.main import main
main(["demo"])
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """A demo that would be ended by a connection, an import of dbt, or a write outside its temporary folder."""
    empty, temporary = tmp_path_factory.mktemp("empty"), tmp_path_factory.mktemp("temporary")
    ran = subprocess.run(
        [sys.executable, "-c", WATCHED],
        cwd=empty,
        env={"PATH": os.defpath, "HOME": "/dev/null/nobody", "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert list(empty.iterdir()) == []
    return ran, temporary


def test_it_needs_no_dbt_no_network_and_no_home(watched: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    ran, _ = watched
    assert (ran.returncode, ran.stderr) == (0, "")


def test_it_leaves_nothing_behind(watched: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, temporary = watched
    assert list(temporary.iterdir()) == []


def test_it_prints_a_patch_and_what_it_comes_to(watched: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    ran, _ = watched
    assert ran.stdout.startswith("diff --git a/models/")
    found = re.search(r"^(\d+) descriptions written in (\d+) files", ran.stdout, re.MULTILINE)
    assert found is not None
    assert int(found[1]) > 90
    assert int(found[2]) == ran.stdout.count("diff --git")


def test_its_patch_is_what_it_wrote(tmp_path: Path) -> None:
    shop = copy_shop(tmp_path)
    git(shop.root, "init", "--quiet")
    report, patch = run_demo(tmp_path / "kept", shop.heard)
    assert report.exit_code == 0
    git(shop.root, "apply", "--whitespace=nowarn", given=patch)
    for each in report.files:
        assert (shop.root / each.path).read_bytes() == (tmp_path / "kept" / each.path).read_bytes()
    assert (shop.heard.said, shop.heard.warnings) == ([], [])


def test_the_example_itself_stays_as_it_is(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in EXAMPLE.rglob("*") if path.is_file()}
    run_demo(None, copy_shop(tmp_path).heard)
    assert {path: path.read_bytes() for path in EXAMPLE.rglob("*") if path.is_file()} == before
