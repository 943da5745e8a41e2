"""The unmodified `dbt-osmosis yaml document --synthesize`, step by step."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.beside.place import Place
from tests.cli.user import Said, copy_of_the_shop
from tests.wire_server import Reply, WireServer, answering, asked_columns, describe_everything, failing

STAGING = ("models/staging", "--catalog-path", "target/catalog.json", "--target", "dev")
DOCUMENT = ("yaml", "document", *STAGING)
SYNTHESIZE = (*DOCUMENT, "--synthesize")
TOOK_OVER = "serves --synthesize in place of dbt-osmosis"
PROMPTS = 'vars: {company: Acme}\ntable_user: "For {company}: what is {{ node.name }}?"\n'


def project_for_osmosis(folder: Path, *, rule: bool = True) -> Path:
    """A copy of the shop that says where dbt-osmosis is to write, or does not."""
    shop = copy_of_the_shop(folder)
    if rule:
        settings = shop / "dbt_project.yml"
        text = settings.read_text(encoding="utf-8")
        rules = 'vars:\n  dbt_osmosis_default_path: "_{model}.yml"\n'
        settings.write_text(text.replace("vars:\n", rules), encoding="utf-8")
    (shop / "prompts.yaml").write_text(PROMPTS, encoding="utf-8")
    (shop / "dbt-docsmith.yml").write_text("ledger: on\n", encoding="utf-8")
    return shop


def properties(project: Path) -> str:
    """All that stands in the properties files."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(project.glob("models/**/*.yml")))


def served(place: Place, server: WireServer, project: Path) -> None:
    """Foretold for free, done with one request a node, taken up again where one of them failed."""
    server.seen.clear()
    plain = place.run("dbt-osmosis", *DOCUMENT, cwd=project)
    assert plain.code == 0, plain.err
    assert TOOK_OVER not in plain.err
    foretold = _foretold(place, server, project)
    written = _all_but_one_written(place, server, project, foretold)
    written += _the_one_made_up_for(place, server, project)
    _all_of_it_on_record(place, project, written)


def _foretold(place: Place, server: WireServer, project: Path) -> int:
    before = properties(project)
    said = place.run("dbt-osmosis", *SYNTHESIZE, "--dry-run", "--check", cwd=project)
    assert said.code == 1, said.err
    assert server.seen == []
    assert properties(project) == before
    [told] = [line for line in said.err.splitlines() if TOOK_OVER in line]
    assert "OSMOSIS_LLM_ENGINE=off" in told
    assert "`dbt-docsmith document`" in told
    return _told(said, r"^(\d+) requests, at most")


def _all_but_one_written(place: Place, server: WireServer, project: Path, foretold: int) -> int:
    server.respond = _failing_for_payments
    said = place.run("dbt-osmosis", *SYNTHESIZE, cwd=project)
    assert said.code == 1, said.err
    assert "RequestRejected" in said.err
    asked = {_message(body) for body in server.bodies}
    assert len(asked) == foretold, sorted(asked)
    assert any("from {{ source('webshop', 'order_lines') }}" in text for text in asked)
    written = properties(project)
    assert "What qty tells a reader, said by the server." in written
    assert "One row a purchase, { % if %} one was made." in written
    assert 'When the customer pressed "buy", UTC.' in written
    return _told(said, r"^(\d+) descriptions? written in")


def _the_one_made_up_for(place: Place, server: WireServer, project: Path) -> int:
    server.seen.clear()
    server.respond = lambda body: answering(describe_everything(body))
    options = ("--llm-stats", "--llm-prompt-file", "prompts.yaml", "--llm-timeout", "60")
    said = place.run("dbt-docsmith", "osmosis", *SYNTHESIZE, *options, cwd=project)
    assert said.code == 0, said.err
    assert len(server.seen) == 1
    assert "openai gpt-5.4-mini at 127.0.0.1" in said.err
    assert "1 request, 100 prompt tokens, 20 answer tokens" in said.err
    assert "What is_captured tells a reader, said by the server." in properties(project)
    return _told(said, r"^(\d+) descriptions? written in")


def _all_of_it_on_record(place: Place, project: Path, written: int) -> None:
    said = place.run("dbt-docsmith", "provenance", "list", "--format", "json", cwd=project)
    assert said.code == 0, said.err
    texts = json.loads(said.out)["texts"]
    assert {text["state"] for text in texts} == {"as made"}
    assert len(texts) == written


def _told(said: Said, pattern: str) -> int:
    found = re.search(pattern, said.err, re.MULTILINE)
    assert found, said.err
    return int(found[1])


def switched_off_or_unknown_it_serves_nobody(place: Place, server: WireServer, folder: Path) -> None:
    """Off, dbt-osmosis serves itself; a release nobody tried and a missing rule end it before anything is sent."""
    project = project_for_osmosis(folder / "unruly", rule=False)
    _refused(place, server, project, "dbt-osmosis does not know where to write model.shop.stg_webshop__payments")
    _refused(place, server, project, "dbt-osmosis 9.9: ", PYTHONPATH=str(_claiming("9.9", folder / "later")))
    server.respond = lambda _body: answering("Said to dbt-osmosis itself.")
    one = ("models/staging/stg_webshop__orders.sql", *SYNTHESIZE[3:])
    said = place.run("dbt-osmosis", "yaml", "document", *one, cwd=project, OSMOSIS_LLM_ENGINE="off")
    assert said.code == 0, said.err
    assert TOOK_OVER not in said.err
    assert "Said to dbt-osmosis itself." in properties(project)


def _refused(place: Place, server: WireServer, project: Path, why: str, **environ: str) -> Said:
    server.seen.clear()
    before = properties(project)
    said = place.run("dbt-osmosis", *SYNTHESIZE, cwd=project, **environ)
    assert said.code == 2, said.err
    [error] = [line for line in said.err.splitlines() if line.startswith("error: ")]
    assert why in error
    assert "nothing was sent" in error
    assert server.seen == []
    assert properties(project) == before
    return said


def _claiming(version: str, folder: Path) -> Path:
    """A folder in front of which dbt-osmosis says that it is of that version."""
    info = folder / f"dbt_osmosis-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: dbt-osmosis\nVersion: {version}\n")
    return folder


def _failing_for_payments(body: dict[str, Any]) -> Reply:
    if asked_columns(body) == ["is_captured"]:  # one column of stg_webshop__payments, and its own description
        return failing(400, "not this one")
    said = describe_everything(body)
    return answering({**said, "description": "One row a purchase, {% if %} one was made."})


def _message(body: dict[str, Any]) -> str:
    text: str = body["messages"][-1]["content"]
    return text
