"""Values planted in every place of a project: none that must stay here is ever sent, whatever is described."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.answers import tell
from tests.pipeline.shop import Shop, copy_shop
from tests.wire_server import WireServer

from dbt_docsmith.describable import DESCRIBABLE
from dbt_docsmith.pipeline.document import Mode, run_document
from dbt_docsmith.pipeline.render import render_prompts
from dbt_docsmith.pipeline.saving import SaveTo

VAULT = Path(__file__).parent / "projects" / "vault"
PROFILE = "vault: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}\n"
POLICY = "policy: {never_send: {tags: [pii], paths: [models/hr, macros/hr]}}\n"
PRIVATE = re.compile(r"[\w-]+@plant\.example|4111111111111111|AKIAIOSFODNN7EXAMPLE")
NEVER_SENT = re.compile(r"\bHUSH\w+|\b\w*iban_no\w*", re.IGNORECASE)
MODES: dict[str, tuple[str, dict[str, Any]]] = {
    "as it comes": ("", {}),
    "every text in a block": ("doc_blocks: {columns: always}\n", {}),
    "shared texts in blocks": ("doc_blocks: {columns: repeated, min: 2}\n", {}),
    "with a ledger": ("ledger: on\n", {}),
    "nothing inherited": ("", {"inherit": False}),
    "all over again": ("", {"overwrite": True, "add_source_columns": True}),
    "columns alone": ("", {"only": "columns"}),
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vault, parsed by real dbt."""
    shop = copy_shop(tmp_path_factory.mktemp("vault"), project=VAULT)
    (shop.root / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    shop.dbt("parse")
    return shop.root


@pytest.fixture
def vault(parsed: Path, tmp_path: Path, wire_server: WireServer) -> Shop:
    wire_server.respond = tell
    return copy_shop(tmp_path, wire_server.base_url, project=parsed)


def configure(shop: Shop, text: str) -> None:
    (shop.root / "dbt-docsmith.yml").write_text(text, encoding="utf-8")


def describe_all(shop: Shop, **given: Any) -> None:
    report = shop.document(provider="openai", resource_types=["all"], **given)
    assert (report.failures, report.exit_code) == ((), 0)


def sent(server: WireServer) -> str:
    assert server.bodies
    return json.dumps(server.bodies)


def test_the_plants_are_where_they_would_be_seen(vault: Shop, wire_server: WireServer) -> None:
    configure(vault, "redact: {mode: off}\n")
    describe_all(vault)
    describe_all(vault, inherit=False, overwrite=True, add_source_columns=True)
    planted = "".join(file.read_text("utf-8") for file in VAULT.rglob("*.*"))
    mailed = {each for each in PRIVATE.findall(planted) if "@" in each}
    seen = {each for each in PRIVATE.findall(sent(wire_server)) if "@" in each}
    assert {each.partition("@")[0] for each in mailed - seen} == {"exposure-mail", "group-mail", "seed"}
    assert {"HUSHmodel", "HUSHcolumn", "HUSHband", "HUSHduck", "HUSHboard", "HUSHexposure", "iban_no"} <= set(
        NEVER_SENT.findall(sent(wire_server))
    )


@pytest.mark.parametrize("mode", MODES)
def test_nothing_that_must_stay_here_is_sent(mode: str, vault: Shop, wire_server: WireServer) -> None:
    settings, given = MODES[mode]
    configure(vault, POLICY + settings)
    describe_all(vault, **given)
    describe_all(vault, overwrite=True, **{k: v for k, v in given.items() if k != "overwrite"})
    assert PRIVATE.findall(sent(wire_server)) == []
    assert NEVER_SENT.findall(sent(wire_server)) == []


def test_every_kind_of_thing_was_asked_about(vault: Shop, wire_server: WireServer) -> None:
    configure(vault, POLICY)
    describe_all(vault)
    kinds = set(re.findall(r"<evidence>\\n([a-z ]+):", sent(wire_server)))
    assert {kind.replace(" ", "_") for kind in kinds} == set(DESCRIBABLE)


def test_rendered_prompts_show_what_would_be_sent(vault: Shop) -> None:
    configure(vault, POLICY)
    rendered = render_prompts(vault.config(provider="openai"), "clients", vault.heard)
    said = "".join(prompt.system + prompt.user for prompt in rendered.prompts)
    assert "{{ band('mobile') }}" in said
    assert PRIVATE.findall(said) == NEVER_SENT.findall(said) == []


def test_proposals_hold_no_secret_in_what_they_rest_on(vault: Shop, wire_server: WireServer) -> None:
    configure(vault, POLICY)
    file = vault.home / "proposals.yml"
    config = vault.config(provider="openai", resource_types=["all"])
    run_document(config, Mode(save=SaveTo(path=file)), vault.heard)
    assert "evidence:" in file.read_text("utf-8")
    evidence = "".join(re.findall(r"^  evidence:\n((?:  - .*\n)+)", file.read_text("utf-8"), re.MULTILINE))
    assert PRIVATE.findall(evidence) == []
    assert NEVER_SENT.findall(sent(wire_server)) == []
