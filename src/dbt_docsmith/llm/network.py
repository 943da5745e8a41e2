"""How requests leave a company: through its proxy, trusting its certificate authority, with its certificate."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from dbt_docsmith.errors import ConfigError

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 10.0


class Network(Struct, frozen=True, kw_only=True):
    """``proxies`` by scheme, with ``no`` for the hosts that are reached directly, as the environment spells them.

    ``ca_file`` and the client's certificate and key are paths of PEM files.
    """

    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    proxies: Mapping[str, str] = {}

    def proxy_for(self, url: str) -> str | None:
        """The proxy that requests to ``url`` go through, None where they go directly."""
        parts = urlsplit(url)
        if _is_direct(parts.hostname or "", self.proxies.get("no", "")):
            return None
        return self.proxies.get(parts.scheme) or self.proxies.get("all")

    def ssl_context(self) -> ssl.SSLContext:
        """What is trusted and shown on a TLS connection. Raises ConfigError naming a file that cannot be read."""
        context = ssl.create_default_context()
        try:
            if self.ca_file:
                context.load_verify_locations(self.ca_file)
            if self.client_cert:
                context.load_cert_chain(self.client_cert, self.client_key)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"a certificate cannot be read: {error}") from None
        return context


def _is_direct(host: str, no_proxy: str) -> bool:
    """``no_proxy`` lists hosts, domains with all below them, or ``*``."""
    names = [name.strip().lower().lstrip(".") for name in no_proxy.split(",") if name.strip()]
    return "*" in names or any(host == name or host.endswith("." + name) for name in names)


def open_http(
    network: Network, url: str, *, timeout: float, headers: Mapping[str, str] | None = None
) -> httpx2.AsyncClient:
    """A client for requests to ``url`` that reads no environment of its own. ``timeout`` is in seconds."""
    import httpx2

    return httpx2.AsyncClient(
        verify=network.ssl_context(),
        proxy=network.proxy_for(url),
        trust_env=False,
        timeout=httpx2.Timeout(timeout, connect=CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=None),
        headers=dict(headers or {}),
    )


def read_network(environ: Mapping[str, str]) -> Network:
    """The network as the usual variables describe it, in either case."""
    proxies = {
        name.lower().removesuffix("_proxy"): value.strip()
        for name, value in sorted(environ.items())
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy") and value.strip()
    }
    return Network(
        ca_file=environ.get("SSL_CERT_FILE") or environ.get("REQUESTS_CA_BUNDLE"),
        client_cert=environ.get("OSMOSIS_LLM_CLIENT_CERT"),
        client_key=environ.get("OSMOSIS_LLM_CLIENT_KEY"),
        proxies=proxies,
    )
