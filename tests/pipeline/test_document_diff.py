"""`--diff`: a patch that `git apply` turns into just what the run writes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.pipeline.shop import Shop, copy_shop

Shape = Callable[[bytes], bytes]


def as_it_is(content: bytes) -> bytes:
    return content


def with_crlf(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def without_final_newline(content: bytes) -> bytes:
    return content.rstrip(b"\n")


def with_bom_and_blank_end(content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content + b"\n\n"


SHAPES = (as_it_is, with_crlf, without_final_newline, with_bom_and_blank_end)


def shaped_shop(folder: Path, within: str, shape: Shape) -> Shop:
    shop = copy_shop(folder, within=within)
    for name in ("models", "seeds", "snapshots"):
        for file in (shop.root / name).rglob("*.yml"):
            file.write_bytes(shape(file.read_bytes()))
    return shop


def git(folder: Path, *arguments: str, given: str = "") -> str:
    """Real git that knows no settings of this machine."""
    settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(
        ["git", *arguments], cwd=folder, env=settings, input=given.encode(), capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


@pytest.mark.parametrize("within", ["shop", "data team/transform/shop"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_patch_applied_gives_the_bytes_of_the_run(within: str, shape: Shape, tmp_path: Path) -> None:
    repository, other = tmp_path / "repository", tmp_path / "other"
    patched, written = shaped_shop(repository, within, shape), shaped_shop(other, within, shape)
    before = patched.files()
    git(patched.root if within == "shop" else repository, "init", "--quiet")
    patch = patched.document(provider="rules", diff=True).diff
    assert patch
    assert "diff --git a/models/" in patch if within == "shop" else f"a/{within}/models/" in patch
    assert {name: content for name, content in patched.files().items() if not name.startswith(".git/")} == before
    git(patched.root, "apply", "--whitespace=nowarn", given=patch)
    written.document(provider="rules")
    after = {name: content for name, content in patched.files().items() if not name.startswith(".git/")}
    assert after == written.files() != before


@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_its_line_ends_a_file_is_written_once(shape: Shape, tmp_path: Path) -> None:
    shop = shaped_shop(tmp_path, "shop", shape)
    assert shop.document(provider="rules").failures == ()
    after = shop.files()
    shop.document(provider="rules")
    assert shop.files() == after


def test_line_ends_stay_what_they_are(tmp_path: Path) -> None:
    shop = shaped_shop(tmp_path, "shop", with_crlf)
    report = shop.document(provider="rules")
    written = [shop.files()[each.path] for each in report.files if not each.created]
    assert written
    assert all(content.count(b"\n") == content.count(b"\r\n") for content in written)


def test_a_run_under_git_only_inserts_lines(tmp_path: Path) -> None:
    shop = copy_shop(tmp_path)
    git(shop.root, "init", "--quiet")
    git(shop.root, "add", "--all", "--force")
    shop.document(provider="rules")
    changed = [line.split("\t") for line in git(shop.root, "diff", "--numstat").splitlines()]
    assert len(changed) > 5
    assert {file: deleted for _, deleted, file in changed if deleted != "0"} == {}
