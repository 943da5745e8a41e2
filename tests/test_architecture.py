"""The house stays as it was drawn."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "dbt_docsmith"
FILES = sorted(PACKAGE.rglob("*.py"))


def test_imports_point_down() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_room_outgrows_its_idea() -> None:
    lengths = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert {name for name, length in lengths.items() if length > 400} <= {"types.py"}  # one list, read first


def test_nothing_imports_the_package_root() -> None:
    for file in FILES:
        imports = [
            node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Import)
        ]
        assert "dbt_docsmith" not in [alias.name for node in imports for alias in node.names], file


def test_only_config_reads_the_environment() -> None:
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        read = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in ("environ", "getenv")]
        of_os = [node for node in read if isinstance(node.value, ast.Name) and node.value.id == "os"]
        assert not of_os or file.name == "config.py", file


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'dbt', 'sqlglot', 'openai', 'httpx2', 'jinja2', 'msgspec', 'yaml', 'rich', 'ruamel', 'asyncio'}"
    code = (
        "import sys; from dbt_docsmith.cli.main import run; run(['--help']); "
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "[]"


def test_importing_the_package_alone_costs_nothing() -> None:
    code = "import sys; before = set(sys.modules); import dbt_docsmith; print(sorted(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['dbt_docsmith']"


def test_constraints_name_versions_and_no_host() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert all("==" in line and "/" not in line for line in lines)


def test_every_dependency_is_pinned_for_development() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    wanted = [*project["dependencies"], *project["optional-dependencies"]["openai"]]
    for requirement in wanted:
        name = requirement.split(">")[0].split("=")[0].strip().lower()
        assert name in pinned
