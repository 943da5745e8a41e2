"""How requests leave a company: through its proxy, trusting its certificate authority, with its certificate."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dbt_docsmith.errors import ConfigError
from dbt_docsmith.llm.proxies import choose_proxy, proxy_secrets, read_proxies
from dbt_docsmith.llm.quiet import TALKATIVE, quiet
from dbt_docsmith.llm.transport import Transport

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 10.0

_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")


class Network(Struct, frozen=True, kw_only=True):
    """``proxies`` by scheme, with ``no`` for the hosts that are reached directly, as the environment spells them.

    ``ca_file`` is a PEM file, or a folder that ``openssl rehash`` was run on; the client's certificate and key are
    PEM files, the key in the certificate's file where it has none of its own. No password shows in its repr.
    """

    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    proxies: Mapping[str, str] = {}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown: the proxies' passwords."""
        return proxy_secrets(self.proxies)

    def proxy_for(self, url: str) -> str | None:
        """The proxy that requests to ``url`` go through, None where they go directly. Raises ConfigError."""
        proxy = choose_proxy(self.proxies, url)
        if proxy and proxy.startswith("socks") and find_spec("socksio") is None:
            raise ConfigError("a SOCKS proxy needs the package 'socksio': pip install socksio")
        return proxy

    def ssl_context(self) -> ssl.SSLContext:
        """What is trusted, the system's authorities too, and shown. Raises ConfigError naming a bad file."""
        import httpx2

        context = httpx2.create_ssl_context(trust_env=False)
        self._load_files(context)
        return context

    def check(self, url: str) -> None:
        """Find out before anything is sent to ``url`` what cannot work. Raises ConfigError."""
        self.proxy_for(url)
        self._load_files(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    def __repr__(self) -> str:
        return (
            f"Network(ca_file={self.ca_file!r}, client_cert={self.client_cert!r}, client_key={self.client_key!r},"
            f" proxies={sorted(self.proxies)!r})"
        )

    def _load_files(self, context: ssl.SSLContext) -> None:
        if self.ca_file:
            _load_authorities(context, Path(self.ca_file))
        if self.client_cert:
            _load_client(context, self.client_cert, self.client_key)
        elif self.client_key:
            raise ConfigError("a client key alone is of no use: set OSMOSIS_LLM_CLIENT_CERT too")


def open_http(
    network: Network,
    url: str,
    *,
    timeout: float,
    headers: Mapping[str, str] | None = None,
    client_class: type | None = None,
) -> httpx2.AsyncClient:
    """A client for requests to ``url`` that reads no environment of its own. ``timeout`` is in seconds.

    ``client_class`` is the ``AsyncClient`` an SDK wants, httpx2's or httpx's: its ``DefaultAsyncHttpxClient``. A
    redirect is not followed: what is asked stays with the host that was shown.
    """
    library = _library(client_class)
    quiet(*TALKATIVE)
    proxy = network.proxy_for(url)
    secure = any(each.startswith("https") for each in (url.lower(), proxy or ""))
    context = (
        network.ssl_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )  # that one trusts nobody
    inner = library.AsyncHTTPTransport(
        verify=context,
        trust_env=False,
        limits=library.Limits(max_connections=None, max_keepalive_connections=None),
        proxy=library.Proxy(proxy, ssl_context=context if proxy.startswith("https") else None) if proxy else None,
    )
    client: httpx2.AsyncClient = (client_class or library.AsyncClient)(
        transport=Transport(inner, library, context, proxy),
        trust_env=False,
        follow_redirects=False,
        timeout=library.Timeout(timeout, connect=CONNECT_SECONDS),
        headers=dict(headers or {}),
    )
    return client


def read_network(environ: Mapping[str, str]) -> Network:
    """The network as the usual variables describe it."""
    return Network(
        ca_file=environ.get("SSL_CERT_FILE") or environ.get("REQUESTS_CA_BUNDLE") or None,
        client_cert=environ.get("OSMOSIS_LLM_CLIENT_CERT") or None,
        client_key=environ.get("OSMOSIS_LLM_CLIENT_KEY") or None,
        proxies=read_proxies(environ),
    )


def _library(client_class: type | None) -> ModuleType:
    """httpx2, or httpx where an SDK of before its time brings a client of that."""
    roots = {base.__module__.partition(".")[0] for base in (client_class or object).__mro__}
    return import_module("httpx" if "httpx" in roots else "httpx2")


def _load_authorities(context: ssl.SSLContext, path: Path) -> None:
    folder = path.is_dir()
    where = f"{path} (SSL_CERT_FILE or REQUESTS_CA_BUNDLE)"
    if folder and not any(_HASHED.fullmatch(entry.name) for entry in path.iterdir()):
        raise ConfigError(f"{where}: the folder holds no certificate under its hash; run 'openssl rehash' on it")
    try:
        context.load_verify_locations(**{"capath" if folder else "cafile": str(path)})
    except OSError as error:  # an SSLError is one, too
        raise ConfigError(f"{where}: no certificates can be read there: {_reason(error)}") from None


def _load_client(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        files = f"{certificate} and {key}" if key else certificate
        raise ConfigError(
            f"{files} (OSMOSIS_LLM_CLIENT_CERT and OSMOSIS_LLM_CLIENT_KEY): no certificate with an unencrypted key"
            f" can be read there: {_reason(error)}"
        ) from None


def _reason(error: Exception) -> Any:
    return getattr(error, "strerror", None) or error
