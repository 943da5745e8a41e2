"""Secrets are planted, every server echoes them, and then everything that a run wrote and printed is searched."""

from __future__ import annotations

import binascii
import html
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.envelopes.base import KEY, Envelope
from tests.envelopes.providers import SERVED, Served
from tests.pipeline.shop import Shop, copy_shop
from tests.wire_server import Body, Reply, WireServer, sending

MARK = "Qz7Planted"
SECRETS = {
    "key": f'sk-{MARK}0/a+b"c=d',
    "header": f"gate/{MARK}1+way=",
    "proxy": f"{MARK}2-of-a-proxy",
    "dbt": f"{MARK}3 of dbt & more",
}
SENDABLE = SECRETS["key"].replace('"', "")
SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    lambda secret: json.dumps(json.dumps(secret)),
    lambda secret: quote(secret, safe=""),
    lambda secret: "Basic " + b64encode(f"user:{secret}".encode()).decode(),
    html.escape,
)
LOUD = "import logging\nlogging.basicConfig(level=logging.DEBUG)\nlogging.getLogger('asyncio').setLevel('INFO')\n"
AS_JSON = ("--debug", "--debug-prompts", "--format", "json", "--log-format", "json")
NODES = "stg_webshop__payments stg_webshop__products stg_webshop__customers fct_orders dim_products".split()


def echoes() -> Iterator[str]:
    """Every secret, in one spelling after the other, again and again."""
    planted = [SENDABLE, *(secret for name, secret in SECRETS.items() if name != "key")]
    return cycle(["you sent " + ", ".join(map(spell, planted)) for spell in SPELLINGS])


def telling(text: str) -> str:
    """A good answer that says more than it should."""
    return json.dumps({"description": f"One row a purchase, {text}.", "question": None, "columns": []})


def refusing(envelope: Envelope) -> Callable[[Body], Reply]:
    """Errors of every kind, and pages."""
    words, kinds = echoes(), cycle([400, 500, 403, 200, 422])

    def respond(_body: Body) -> Reply:
        said, kind = next(words), next(kinds)
        if kind in (403, 200):
            page = f"<html><body><p>{said}</p></body></html>".encode()
            return sending(page, status=kind, content_type="text/html")
        return envelope.failing(kind, said)

    return respond


def answering_it(envelope: Envelope) -> Callable[[Body], Reply]:
    words = echoes()
    return lambda _body: envelope.answer(telling(next(words)))


def turning_away(envelope: Envelope) -> Callable[[Body], Reply]:
    words = echoes()
    return lambda _body: envelope.failing(401, next(words))


SERVERS = {"errors": refusing, "answers": answering_it, "401": turning_away}


def planted_shop(folder: Path, served: Served, host: str) -> Shop:
    """A project whose environment is full of secrets, and whose libraries log all they can."""
    shop = copy_shop(folder)
    (shop.root / "dbt-docsmith.yml").write_text(
        f"providers: {{{served.name}: {{headers: {{X-Gateway: {{env: GATEWAY}}}}}}}}\n", encoding="utf-8"
    )
    loud = folder / "loud"
    loud.mkdir()
    (loud / "sitecustomize.py").write_text(LOUD, encoding="utf-8")
    shop.environ |= {name: value.replace(KEY, SENDABLE) for name, value in served.environ(host).items()}
    shop.environ |= {
        "GATEWAY": SECRETS["header"],
        "HTTPS_PROXY": f"http://user:{SECRETS['proxy']}@proxy.example:8080",
        "DBT_ENV_SECRET_GIT": SECRETS["dbt"],
        "OSMOSIS_LLM_RETRY_DELAY": "0",
        "OSMOSIS_LLM_RATE_LIMIT": "0",
        "PYTHONPATH": str(loud),
        "OPENAI_LOG": "debug",
        "ANTHROPIC_LOG": "debug",
    }
    return shop


def leaks(data: bytes) -> list[bytes]:
    """Where a secret shows: as it is, or in base64 wherever that begins."""
    found = re.findall(rb".{0,40}%b.{0,20}" % MARK.encode(), data)
    for run in re.findall(rb"[A-Za-z0-9+/_-]{12,}", data):
        for start in range(4):
            part = run[start : start + (len(run) - start) // 4 * 4].translate(bytes.maketrans(b"-_", b"+/"))
            try:
                decoded = b64decode(part)
            except binascii.Error:
                continue
            if MARK.encode() in decoded:
                found.append(run)
    return found


def assert_nothing_leaks(served: Served, manner: str, folder: Path, server: WireServer, *options: str) -> None:
    shop = planted_shop(folder, served, server.host)
    assert_nothing_leaks_from(shop, served, manner, folder, server, *options)


def assert_nothing_leaks_from(
    shop: Shop, served: Served, manner: str, folder: Path, server: WireServer, *options: str
) -> None:
    server.respond = SERVERS[manner](served.envelope)
    arguments = ("document", "--provider", served.name, "--llm-max-retries", "1", "--llm-stats", "-s", *NODES)
    with shop.start(*arguments, *options) as child:
        said, told = child.communicate(timeout=120)
    assert server.seen, told
    seen = {"stdout": said.encode(), "stderr": told.encode()}
    seen |= {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {name: leaks(data) for name, data in seen.items() if leaks(data)} == {}
    assert "internal error" not in told


def test_the_search_finds_what_it_looks_for() -> None:
    for secret in SECRETS.values():
        for spell in SPELLINGS:
            for before in ("", "x", "xy"):
                assert leaks(spell(before + secret).encode())
    assert leaks(b"nothing of the kind, abcdefghijklmnop") == []


@pytest.mark.parametrize("manner", SERVERS)
def test_no_secret_is_in_anything_a_run_wrote_or_printed(
    manner: str, wire_server: WireServer, tmp_path: Path
) -> None:
    assert_nothing_leaks(SERVED[0], manner, tmp_path, wire_server, *AS_JSON)


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--debug",), ("--debug-prompts",), AS_JSON], ids=" ".join)
@pytest.mark.parametrize("manner", SERVERS)
def test_nor_at_any_log_level(
    manner: str, options: tuple[str, ...], wire_server: WireServer, tmp_path: Path
) -> None:
    assert_nothing_leaks(SERVED[0], manner, tmp_path, wire_server, *options)


@pytest.mark.slow
@pytest.mark.parametrize("manner", SERVERS)
@pytest.mark.parametrize("served", SERVED[1:], ids=[served.name for served in SERVED[1:]])
def test_nor_with_any_other_provider(served: Served, manner: str, wire_server: WireServer, tmp_path: Path) -> None:
    assert_nothing_leaks(served, manner, tmp_path, wire_server, *AS_JSON)


@pytest.mark.slow
@pytest.mark.parametrize("manner", SERVERS)
def test_nor_is_a_key_that_a_command_prints(manner: str, wire_server: WireServer, tmp_path: Path) -> None:
    shop = planted_shop(tmp_path, SERVED[0], wire_server.host)
    shop.environ["VAULT_ITEM"] = shop.environ.pop("OPENAI_API_KEY")
    section = {"api_key_command": ["sh", "-c", 'echo "$VAULT_ITEM"'], "headers": {"X-Gateway": {"env": "GATEWAY"}}}
    (shop.root / "dbt-docsmith.yml").write_text(json.dumps({"providers": {"openai": section}}), encoding="utf-8")
    assert_nothing_leaks_from(shop, SERVED[0], manner, tmp_path, wire_server, *AS_JSON)
    assert any(SENDABLE in seen.headers["authorization"] for seen in wire_server.seen)
