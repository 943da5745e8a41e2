"""The door that dbt finds: shut for everyone but dbt-osmosis."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import click
import pytest
from dbt.plugins.manager import PluginManager

import dbt_docsmith
from dbt_docsmith.cli.door import SYNTHESIZE, take_over


def theirs(context: Any, node: Any = None) -> None:
    """The synthesis of dbt-osmosis itself."""


def taken(**environ: str) -> bool:
    """Whether this program stands behind --synthesize afterwards."""
    host = SimpleNamespace(**{SYNTHESIZE: theirs})
    take_over(host, environ)
    return getattr(host, SYNTHESIZE) is not theirs


def test_dbt_finds_no_plugin_where_dbt_osmosis_does_not_run() -> None:
    assert not hasattr(dbt_docsmith, "plugins")
    assert PluginManager.from_modules("shop").hooks == {}


def test_any_other_name_is_missing_as_in_every_module() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = dbt_docsmith.nothing_of_the_kind


def test_dbt_finds_the_door_inside_dbt_osmosis() -> None:
    code = (
        "import sys, types; host = types.ModuleType('dbt_osmosis.cli.main'); sys.modules[host.__name__] = host; "
        "from dbt.plugins.manager import PluginManager; PluginManager.from_modules('shop'); "
        f"print(host.{SYNTHESIZE}.__name__)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "synthesize_with_dbt_docsmith", run.stderr


@pytest.mark.parametrize("off", ["off", "OFF", "false", "0", "no"])
def test_it_can_be_switched_off(off: str) -> None:
    assert not taken(OSMOSIS_LLM_ENGINE=off)


@pytest.mark.parametrize("said", [{}, {"OSMOSIS_LLM_ENGINE": ""}, {"OSMOSIS_LLM_ENGINE": "on"}])
def test_it_is_on_where_nobody_said_otherwise(said: dict[str, str]) -> None:
    assert taken(**said)


def test_a_switch_that_nobody_knows_leaves_nothing_to_dbt_osmosis(capfd: pytest.CaptureFixture[str]) -> None:
    assert taken(OSMOSIS_LLM_ENGINE="of")

    @click.command()
    @click.option("--synthesize", is_flag=True)
    def document(synthesize: bool) -> None:
        taken(OSMOSIS_LLM_ENGINE="of")

    with pytest.raises(SystemExit) as ended:
        document.main(["--synthesize"])
    assert ended.value.code == 2
    assert capfd.readouterr().err == "error: OSMOSIS_LLM_ENGINE: 'of' is neither on nor off; nothing was sent\n"
    with pytest.raises(SystemExit) as went_on:
        document.main([])
    assert went_on.value.code == 0
