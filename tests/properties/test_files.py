"""Files are written whole or not at all, and only where they may be."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from dbt_docsmith.properties.files import apply_file, check_writable, preview_file, sweep_leftovers
from dbt_docsmith.properties.replacing import TEMPORARY, locked, replace_file
from dbt_docsmith.types import NodeTexts

FILE = "models/shop/schema.yml"
BEFORE = "models:\n  - name: orders\n  - name: payments\n"
AFTER = "models:\n  - name: orders\n    description: All orders.\n  - name: payments\n"


def texts(name: str = "orders", description: str = "All orders.", section: str = "models") -> NodeTexts:
    return NodeTexts(
        unique_id=f"model.shop.{name}", file=FILE, section=section, name=name, description=description
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one properties file."""
    root = tmp_path / "project"
    (root / FILE).parent.mkdir(parents=True)
    (root / FILE).write_text(BEFORE)
    (root / "dbt_project.yml").write_text("name: shop\n")
    return root


def files_of(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_texts_are_written_and_nothing_else_is_left(project: Path) -> None:
    outcome = apply_file(project, FILE, [texts()])
    assert (project / FILE).read_text() == outcome.after == AFTER
    assert (outcome.before, outcome.descriptions, outcome.created) == (BEFORE, 1, False)
    assert outcome.failures == ()
    assert files_of(project) == {FILE, "dbt_project.yml"}


def test_a_preview_says_the_same_and_writes_nothing(project: Path) -> None:
    preview = preview_file(project, FILE, [texts()])
    assert (project / FILE).read_text() == BEFORE
    assert preview == apply_file(project, FILE, [texts()])


def test_a_second_time_the_file_is_not_touched(project: Path) -> None:
    apply_file(project, FILE, [texts()])
    before = (project / FILE).stat()
    outcome = apply_file(project, FILE, [texts(description="Other words.")])
    assert (outcome.descriptions, outcome.after) == (0, AFTER)
    assert (project / FILE).stat() == before


def test_a_file_that_does_not_exist_is_made_with_its_folders(project: Path) -> None:
    new = "models/new/deep/_models.yml"
    assert preview_file(project, new, [texts()]).after is not None
    assert not (project / "models/new").exists()
    outcome = apply_file(project, new, [texts()])
    assert outcome.created
    assert outcome.before is None
    assert (
        (project / new).read_text()
        == outcome.after
        == "version: 2\n\n" + AFTER.replace("  - name: payments\n", "")
    )


def test_a_new_file_has_the_mode_that_any_program_would_give_it(project: Path) -> None:
    (project / "other").touch()
    apply_file(project, "models/new.yml", [texts()])
    assert (project / "models/new.yml").stat().st_mode == (project / "other").stat().st_mode


def test_no_file_is_made_for_what_cannot_be_written(project: Path) -> None:
    source = NodeTexts(
        unique_id="source.shop.raw.a",
        file="s.yml",
        section="sources",
        name="a",
        source_name="raw",
        description="A.",
    )
    outcome = apply_file(project, "models/s.yml", [source])
    assert [unique_id for unique_id, _ in outcome.failures] == ["source.shop.raw.a"]
    assert (outcome.before, outcome.after, outcome.created) == (None, None, False)
    assert not (project / "models/s.yml").exists()


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o664, 0o755])
def test_the_mode_is_kept(project: Path, mode: int) -> None:
    (project / FILE).chmod(mode)
    apply_file(project, FILE, [texts()])
    assert stat.S_IMODE((project / FILE).stat().st_mode) == mode


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_is_kept(project: Path) -> None:
    os.chown(project / FILE, 12345, 23456)
    apply_file(project, FILE, [texts()])
    status = (project / FILE).stat()
    assert (project / FILE).read_text() == AFTER
    assert (status.st_uid, status.st_gid) == (12345, 23456)


def test_line_breaks_and_byte_order_mark_are_kept_to_the_byte(project: Path) -> None:
    (project / FILE).write_bytes(b"\xef\xbb\xbf" + BEFORE.replace("\n", "\r\n").encode())
    apply_file(project, FILE, [texts()])
    assert (project / FILE).read_bytes() == b"\xef\xbb\xbf" + AFTER.replace("\n", "\r\n").encode()


def refused(project: Path, file: str = FILE) -> str:
    """The one-line reason why nothing was written."""
    outcome = apply_file(project, file, [texts(), texts("payments", "Money.")])
    assert [unique_id for unique_id, _ in outcome.failures] == ["model.shop.orders", "model.shop.payments"]
    assert outcome.descriptions == 0
    assert [str(error) for _, error in preview_file(project, file, [texts()]).failures] == [
        str(error) for _, error in outcome.failures[:1]
    ]
    message = str(outcome.failures[0][1])
    assert message.startswith(file)
    assert "\n" not in message
    return message


def test_a_read_only_file_is_refused(project: Path) -> None:
    (project / FILE).chmod(0o444)
    assert "read-only" in refused(project)
    assert (project / FILE).read_text() == BEFORE
    assert "read-only" in (check_writable(project, FILE) or "")


def test_a_read_only_folder_is_refused(project: Path) -> None:
    (project / FILE).parent.chmod(0o555)
    try:
        assert "read-only" in refused(project)
        assert "read-only" in refused(project, "models/shop/new.yml")
    finally:
        (project / FILE).parent.chmod(0o755)


def test_what_is_no_utf_8_is_refused_with_its_line(project: Path) -> None:
    content = "models:\n  - name: orders\n    meta: caf\xe9\n".encode("latin-1")
    (project / FILE).write_bytes(content)
    assert f"{FILE}:3: not UTF-8" in refused(project)
    assert (project / FILE).read_bytes() == content


def test_what_is_no_yaml_is_refused(project: Path) -> None:
    (project / FILE).write_text("models:\n  - name: orders\n bad\n")
    assert f"{FILE}:3: not YAML" in refused(project) or f"{FILE}:4: not YAML" in refused(project)


@pytest.mark.parametrize("path", ["../outside.yml", "models/../../outside.yml"])
def test_a_path_outside_the_project_is_refused(project: Path, path: str) -> None:
    (project.parent / "outside.yml").write_text(BEFORE)
    assert "outside the project" in refused(project, path)
    assert (project.parent / "outside.yml").read_text() == BEFORE


@pytest.mark.parametrize("link", ["file", "folder"])
def test_a_symbolic_link_that_leads_outside_is_refused(project: Path, link: str) -> None:
    outside = project.parent / "outside"
    outside.mkdir()
    (outside / "schema.yml").write_text(BEFORE)
    if link == "file":
        (project / FILE).unlink()
        (project / FILE).symlink_to(outside / "schema.yml")
    else:
        (project / FILE).unlink()
        (project / FILE).parent.rmdir()
        (project / FILE).parent.symlink_to(outside)
    assert "outside the project" in refused(project)
    assert (outside / "schema.yml").read_text() == BEFORE


def test_a_symbolic_link_within_the_project_stays_one(project: Path) -> None:
    (project / "models/link.yml").symlink_to(project / FILE)
    assert check_writable(project, "models/link.yml") is None
    apply_file(project, "models/link.yml", [texts()])
    assert (project / "models/link.yml").is_symlink()
    assert (project / FILE).read_text() == AFTER


def test_a_project_that_is_itself_a_link_is_written(project: Path) -> None:
    (project.parent / "link").symlink_to(project)
    assert apply_file(project.parent / "link", FILE, [texts()]).failures == ()
    assert (project / FILE).read_text() == AFTER


def test_a_link_that_leads_to_itself_is_refused(project: Path) -> None:
    (project / "models/loop.yml").symlink_to(project / "models/loop.yml")
    assert refused(project, "models/loop.yml")


@pytest.mark.parametrize("folder", ["dbt_packages/other", "local/other"])
def test_another_packages_file_is_refused(project: Path, folder: str) -> None:
    path = project / folder / "models/schema.yml"
    path.parent.mkdir(parents=True)
    path.write_text(BEFORE)
    (project / folder / "dbt_project.yml").write_text("name: other\n")
    assert "another package" in refused(project, f"{folder}/models/schema.yml")


@pytest.mark.parametrize("path", ["models/shop", "models/shop/schema.yml/x.yml"])
def test_what_is_no_file_is_refused(project: Path, path: str) -> None:
    assert refused(project, path)


def test_what_can_be_written_has_no_obstacle(project: Path) -> None:
    assert check_writable(project, FILE) is None
    assert check_writable(project, "models/not/yet/there.yml") is None


def test_a_file_that_changed_since_it_was_read_is_not_replaced(project: Path) -> None:
    path = project / FILE
    path.write_text("changed meanwhile\n")
    assert not replace_file(path, BEFORE.encode(), AFTER.encode())
    assert not replace_file(path, None, AFTER.encode())
    assert path.read_text() == "changed meanwhile\n"
    path.unlink()
    assert not replace_file(path, BEFORE.encode(), AFTER.encode())
    assert files_of(project) == {"dbt_project.yml"}


def test_what_a_killed_run_left_is_removed_by_the_next(project: Path) -> None:
    left = [project / f"models/shop/.schema.yml.0badf00d{TEMPORARY}", project / f"models/.x.yml.1{TEMPORARY}"]
    for path in left:
        path.write_text("half a fi")
    apply_file(project, FILE, [texts()])
    assert not left[0].exists()
    sweep_leftovers([project / "models", project / "not there"])
    assert not left[1].exists()


def test_many_threads_on_one_file_lose_nothing(project: Path) -> None:
    (project / FILE).write_text("models:\n")
    names = [f"model_{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: apply_file(project, FILE, [texts(name, f"About {name}.")]), names))
    written = yaml.safe_load((project / FILE).read_text())["models"]
    assert {entry["name"]: entry["description"] for entry in written} == {name: f"About {name}." for name in names}


RUN = """
import sys
from pathlib import Path
from dbt_docsmith.properties.files import apply_file
from dbt_docsmith.types import NodeTexts

root, file, first, last = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
for number in range(first, last):
    name = f"model_{number}"
    texts = NodeTexts(unique_id=name, file=file, section="models", name=name, description=f"About {name}. " * 50)
    outcome = apply_file(root, file, [texts])
    assert not outcome.failures, outcome.failures
    print(name, flush=True)
"""


def start(project: Path, first: int, last: int) -> subprocess.Popen[str]:
    """A run of its own that writes these models, saying which are done."""
    command = [sys.executable, "-c", RUN, str(project), FILE, str(first), str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def named(project: Path) -> set[str]:
    return {entry["name"] for entry in yaml.safe_load((project / FILE).read_text())["models"] or ()}


def test_two_runs_and_an_editor_at_once_lose_nothing(project: Path) -> None:
    path = project / FILE
    path.write_text("models:\n  - name: by_hand\n")
    runs = [start(project, 0, 40), start(project, 40, 80)]
    saved = 0
    while any(run.poll() is None for run in runs):
        with locked(path.parent):  # a save between a run's reading and its writing, never within its renaming
            text = path.read_text()
            saved += replace_file(path, text.encode(), f"# saved {saved}\n{text}".encode())
        time.sleep(0.02)
    for run in runs:
        run.communicate()
    assert [run.returncode for run in runs] == [0, 0]
    assert named(project) == {"by_hand", *(f"model_{number}" for number in range(80))}
    assert path.read_text().count("# saved") == saved


@pytest.mark.slow
def test_a_run_killed_at_any_moment_leaves_a_whole_file_and_loses_nothing_written(project: Path) -> None:
    path = project / FILE
    path.write_text("models:\n")
    done: set[str] = set()
    for attempt in range(200):
        with start(project, attempt * 100, attempt * 100 + 100) as run:
            assert run.stdout is not None
            run.stdout.readline()
            time.sleep(0.002 * (attempt % 50))
            run.kill()
            done |= {line.strip() for line in run.stdout if line.endswith("\n")}
        assert done <= named(project)
        if len(named(project)) > 300:
            path.write_text("models:\n")
            done = set()
    apply_file(project, FILE, [texts("last", "The last.")])
    assert files_of(project) == {FILE, "dbt_project.yml"}
