"""Through a company's proxy, with its certificates, and what is read where that does not work."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.company.asking import ask, provider_of
from tests.company.authority import DAY, NOW, Authority
from tests.company.gateway import Gateway
from tests.company.proxy import CompanyProxy, server_tls
from tests.envelopes.providers import SERVED, Served
from tests.wire_server import WireServer

from dbt_docsmith.errors import AuthenticationFailed, ConfigError, ConnectionFailed, ProviderError, Unreachable
from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.types import Completion

USER = "mira:pl4nted-p4ss"
OPENAI = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "https://llm.example/v1"}
NOBODY = "127.0.0.1:9"  # discard: nothing listens there


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "Orchard Root CA")


def trusting(authority: Authority, **more: str) -> dict[str, str]:
    return {**OPENAI, "SSL_CERT_FILE": str(authority.ca_file), **more}


def failed(folder: Path, environ: Mapping[str, str]) -> ProviderError:
    error = ask(folder, environ)
    assert isinstance(error, ProviderError)
    line = str(error)
    assert "\n" not in line
    assert len(line) <= 300
    assert USER.partition(":")[2] not in line
    return error


@pytest.mark.parametrize("served", SERVED, ids=[served.name for served in SERVED])
@pytest.mark.parametrize("over_tls", [False, True], ids=["a plain proxy", "a proxy behind TLS"])
def test_every_provider_goes_through_a_tls_proxy_with_its_own_authority(
    served: Served, over_tls: bool, authority: Authority, wire_server: WireServer, tmp_path: Path
) -> None:
    wire_server.respond = lambda _body: served.envelope.answer("An answer.")
    environ = {name: value.replace("http://", "https://") for name, value in served.environ("llm.example").items()}
    with CompanyProxy(authority, wire_server.host, user=USER, over_tls=over_tls) as proxy:
        trusted = {**environ, "HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(authority.ca_file)}
        completion = ask(tmp_path, {**trusted, "LLM_PROVIDER": served.name})
    assert isinstance(completion, Completion), completion
    assert completion.text == "An answer."
    assert set(proxy.asked) == {"llm.example:443"}
    assert len(wire_server.seen) == 1


def test_no_provider_with_a_wire_is_left_out() -> None:
    assert {served.name for served in SERVED} == {name for name, spec in SPECS.items() if not spec.offline}


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("bundle", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_the_usual_variables_are_obeyed_in_both_spellings(
    variable: str, bundle: str, authority: Authority, wire_server: WireServer, tmp_path: Path
) -> None:
    with CompanyProxy(authority, wire_server.host) as proxy:
        completion = ask(tmp_path, {**OPENAI, variable: proxy.host, bundle: str(authority.ca_file)})
    assert isinstance(completion, Completion), completion
    assert proxy.asked == ["llm.example:443"]


def test_a_folder_of_certificates_is_trusted_too(
    authority: Authority, wire_server: WireServer, tmp_path: Path
) -> None:
    hashed = tmp_path / "certificates"
    hashed.mkdir()
    (hashed / f"{subject_hash(authority)}.0").write_bytes(authority.ca_file.read_bytes())
    with CompanyProxy(authority, wire_server.host) as proxy:
        completion = ask(tmp_path, {**OPENAI, "HTTPS_PROXY": proxy.url, "REQUESTS_CA_BUNDLE": str(hashed)})
    assert isinstance(completion, Completion), completion


def test_a_plain_http_server_is_reached_through_the_proxy(
    authority: Authority, wire_server: WireServer, tmp_path: Path
) -> None:
    with CompanyProxy(authority, wire_server.host, user=USER) as proxy:
        environ = {**OPENAI, "OPENAI_BASE_URL": "http://llm.example/v1", "HTTP_PROXY": proxy.url}
        assert isinstance(ask(tmp_path, environ), Completion)
        error = failed(tmp_path, {**environ, "HTTP_PROXY": proxy.url_for("mira:wrong")})
    assert proxy.asked == ["http://llm.example/v1/chat/completions"] * 2
    assert type(error) is AuthenticationFailed
    assert "no way through the proxy; put the name and password it asks for in HTTPS_PROXY" in str(error)


def test_what_no_proxy_names_is_reached_directly(authority: Authority, tmp_path: Path) -> None:
    with CompanyProxy(authority, NOBODY) as proxy:
        environ = trusting(authority, HTTPS_PROXY=proxy.url, NO_PROXY="other.example, 0.0.0.0/32")
        environ["OPENAI_BASE_URL"] = "https://0.0.0.0:1/v1"  # this machine, and no loopback by its name
        assert type(ask(tmp_path, environ)) is Unreachable
    assert proxy.asked == []


def test_this_machine_is_never_asked_for_at_a_proxy(wire_server: WireServer, tmp_path: Path) -> None:
    environ = {**OPENAI, "OPENAI_BASE_URL": wire_server.base_url, "HTTP_PROXY": NOBODY, "ALL_PROXY": NOBODY}
    assert isinstance(ask(tmp_path, environ), Completion)


@pytest.mark.parametrize("over_tls", [False, True], ids=["the server's", "the proxy's"])
def test_an_issuer_that_is_not_trusted_is_named_with_the_cure(
    over_tls: bool, authority: Authority, wire_server: WireServer, tmp_path: Path
) -> None:
    with CompanyProxy(authority, wire_server.host, user=USER, over_tls=over_tls) as proxy:
        error = failed(tmp_path, {**OPENAI, "HTTPS_PROXY": proxy.url})
    assert (error.fatal, error.passing) == (True, False)
    assert "openai at llm.example: its certificate is not trusted: " in str(error)
    assert "issued by 'Orchard Root CA'; set SSL_CERT_FILE to the file with your company's" in str(error)
    assert (f"the proxy {proxy.host}: " in str(error)) is over_tls
    assert wire_server.seen == []


def test_a_certificate_for_another_host_is_no_matter_of_trust(
    authority: Authority, wire_server: WireServer, tmp_path: Path
) -> None:
    with Gateway(server_tls(authority, "other.example"), wire_server.host) as gateway:
        error = failed(tmp_path, trusting(authority, OPENAI_BASE_URL=f"https://{gateway.host}/v1"))
    assert "its certificate is for another host: " in str(error)
    assert "SSL_CERT_FILE" not in str(error)


@pytest.mark.parametrize(
    ("status", "told", "fatal"),
    [
        ("407 Proxy Authentication Required", "put the name and password it asks for in HTTPS_PROXY", True),
        ("403 Forbidden", "the proxy does not let this through: the proxy {host}: 403 Forbidden", True),
        (
            "502 Bad Gateway",
            "no connection: the proxy {host}: 502 Bad Gateway; is the proxy in HTTPS_PROXY",
            False,
        ),
    ],
)
def test_a_proxy_that_refuses_is_named_with_the_cure(
    status: str, told: str, fatal: bool, authority: Authority, wire_server: WireServer, tmp_path: Path
) -> None:
    with CompanyProxy(authority, wire_server.host, refuse=status) as proxy:
        error = failed(tmp_path, trusting(authority, HTTPS_PROXY=proxy.url_for(USER)))
    assert told.format(host=proxy.host) in str(error)
    assert (error.fatal, error.passing) == (fatal, not fatal)
    assert isinstance(error, ConnectionFailed)


def test_a_proxy_that_is_not_there_is_named(tmp_path: Path, authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"127.0.0.1:{server.getsockname()[1]}"
    error = failed(tmp_path, trusting(authority, HTTPS_PROXY=f"http://{USER}@{nobody}"))
    assert type(error) is Unreachable
    assert f"no connection: the proxy {nobody}: " in str(error)
    assert "is the proxy in HTTPS_PROXY or HTTP_PROXY right?" in str(error)


def test_a_client_certificate_is_shown_where_one_is_demanded(
    authority: Authority, wire_server: WireServer, tmp_path: Path
) -> None:
    ours = authority.issue("mira.example")
    shown = {"OSMOSIS_LLM_CLIENT_CERT": str(ours.certificate), "OSMOSIS_LLM_CLIENT_KEY": str(ours.key)}
    with Gateway(server_tls(authority, "127.0.0.1", clients=authority), wire_server.host) as gateway:
        environ = trusting(authority, OPENAI_BASE_URL=f"https://{gateway.host}/v1")
        completion = ask(tmp_path, {**environ, **shown})
        error = failed(tmp_path, environ)
    assert isinstance(completion, Completion), completion
    assert "it asks for a client certificate" in str(error)
    assert "set OSMOSIS_LLM_CLIENT_CERT and OSMOSIS_LLM_CLIENT_KEY" in str(error)
    assert error.fatal
    assert len(wire_server.seen) == 1


def test_a_client_certificate_of_another_authority_is_not_let_in(
    authority: Authority, wire_server: WireServer, tmp_path: Path
) -> None:
    theirs = Authority(tmp_path / "other", "Other CA").issue("mira.example")
    shown = {"OSMOSIS_LLM_CLIENT_CERT": str(theirs.certificate), "OSMOSIS_LLM_CLIENT_KEY": str(theirs.key)}
    with Gateway(server_tls(authority, "127.0.0.1", clients=authority), wire_server.host) as gateway:
        error = failed(tmp_path, trusting(authority, OPENAI_BASE_URL=f"https://{gateway.host}/v1", **shown))
    assert "it does not accept the client certificate" in str(error)
    assert error.fatal


def test_a_file_that_cannot_be_used_is_found_before_anything_is_sent(authority: Authority, tmp_path: Path) -> None:
    locked = authority.issue("locked.example", until=NOW + DAY, password=b"secret")
    empty = tmp_path / "empty"
    empty.mkdir()
    cases = {
        "SSL_CERT_FILE or REQUESTS_CA_BUNDLE": {"SSL_CERT_FILE": str(tmp_path / "nowhere.pem")},
        "no certificates can be read there": {"REQUESTS_CA_BUNDLE": str(locked.key)},
        "run 'openssl rehash' on it": {"SSL_CERT_FILE": str(empty)},
        "no certificate with an unencrypted key": {
            "OSMOSIS_LLM_CLIENT_CERT": str(locked.certificate),
            "OSMOSIS_LLM_CLIENT_KEY": str(locked.key),
        },
        "set OSMOSIS_LLM_CLIENT_CERT too": {"OSMOSIS_LLM_CLIENT_KEY": str(locked.key)},
        "HTTPS_PROXY is not a proxy": {"HTTPS_PROXY": "ftp://mira:pl4nted-p4ss@proxy.example"},
    }
    for told, environ in cases.items():
        with pytest.raises(ConfigError) as caught:
            provider_of(tmp_path, {**OPENAI, **environ})
        assert told in str(caught.value)
        assert "pl4nted" not in str(caught.value)


def subject_hash(authority: Authority) -> str:
    """What ``openssl rehash`` calls the authority's file, as OpenSSL looks for it."""
    command = ["openssl", "x509", "-noout", "-subject_hash", "-in", str(authority.ca_file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
