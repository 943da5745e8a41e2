"""What is shipped is whole."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout and unpacked as pip would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_prompts_and_the_example_are_in_the_wheel(installed: Path) -> None:
    data = installed / "dbt_docsmith" / "_data"
    shipped = {file.name for file in (data / "prompts").iterdir()}
    assert shipped == {file.name for file in (ROOT / "prompts").iterdir()} >= {"model.yml", "thing.yml"}
    assert (data / "examples" / "shop" / "target" / "manifest.json").is_file()
    assert (installed / "dbt_docsmith" / "py.typed").is_file()


def test_the_parts_of_the_page_are_in_the_wheel(installed: Path) -> None:
    parts = {file.name for file in (ROOT / "src/dbt_docsmith/report/html").iterdir() if file.is_file()}
    assert parts == {file.name for file in (installed / "dbt_docsmith/report/html").iterdir()}
    assert {"page.html", "page.css", "start.js"} <= parts


def test_the_demo_runs_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    environ = {"PATH": os.defpath, "PYTHONPATH": str(installed), "HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-m", "dbt_docsmith", "demo"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "descriptions written" in run.stdout
