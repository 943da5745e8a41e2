"""The README says what is true."""

import re
from pathlib import Path

import pytest

from dbt_docsmith.cli.main import cli
from dbt_docsmith.cli.talk import Talk
from dbt_docsmith.config_sections import ConfigFile
from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.llm.providers.needs import needs
from dbt_docsmith.pipeline.demo import run_demo

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_patch_it_shows_is_the_one_the_demo_makes() -> None:
    [shown] = re.findall(r"```diff\n(.*?)```", README, re.DOTALL)
    _, patch = run_demo(None, Talk(quiet=True))
    assert shown in patch


def test_every_option_it_names_exists() -> None:
    known = {
        flag for command in cli.commands.values() for parameter in command.params for flag in parameter.opts
    } | {"--help"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) <= known


@pytest.mark.parametrize("name", SPECS)
def test_every_provider_stands_there_with_what_must_be_set(name: str) -> None:
    spec = SPECS[name]
    [row] = [line for line in README.splitlines() if line.startswith(f"| `{name}` |")]
    assert all(f"`{need.variables[0]}`" in row for need in needs(spec) if need.required)
    assert not spec.configured_by or any(f"`{variable}`" in row for variable in spec.configured_by)


def test_the_settings_it_shows_are_read(tmp_path: Path) -> None:
    from dbt_docsmith.config_file import read_config_file

    [shown] = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "dbt-docsmith.yml").write_text(shown, encoding="utf-8")
    assert read_config_file(tmp_path) != ConfigFile()
