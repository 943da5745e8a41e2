"""Which proxy a request goes through, from the usual variables. Pure."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, unquote, urlsplit

from dbt_docsmith.errors import ConfigError
from dbt_docsmith.llm.hosts import is_loopback

_SCHEMES = ("http", "https", "socks5", "socks5h")
_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_PORTS = {"http": 80, "https": 443}


def read_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """Proxy URLs by scheme, and ``no`` for the hosts that need none. The lower-case spelling goes first, as in
    curl; an empty one takes the other back."""
    found = {}
    for variable in _VARIABLES:
        value = environ.get(variable, environ.get(variable.upper(), "")).strip()
        if value:
            found[variable.removesuffix("_proxy")] = value
    return found


def choose_proxy(proxies: Mapping[str, str], url: str) -> str | None:
    """The URL of the proxy that requests to ``url`` go through, None where they go directly.

    No proxy can reach the loopback of this machine, so that is never asked for. Raises ConfigError where what is
    set is no proxy.
    """
    parts = urlsplit(url)
    if is_direct(parts, proxies.get("no", "")):
        return None
    for name in (parts.scheme, "all"):
        if name in proxies:
            return _read_proxy(f"{name.upper()}_PROXY", proxies[name])
    return None


def is_direct(parts: SplitResult, no_proxy: str) -> bool:
    """Whether ``no_proxy``, a list of hosts, domains, addresses and networks, or ``*``, names the host."""
    host = (parts.hostname or "").lower()
    port = parts.port or _PORTS.get(parts.scheme)
    return is_loopback(parts.netloc) or any(
        _fits(entry.strip().lower(), host, port) for entry in no_proxy.split(",")
    )


def proxy_secrets(proxies: Mapping[str, str]) -> tuple[str, ...]:
    """The passwords in the proxies' URLs, in every spelling that goes over the wire."""
    found: list[str] = []
    for name, url in proxies.items():
        user_info = url.rpartition("@")[0].rpartition("://")[2]
        user, _, password = user_info.partition(":")
        if name != "no" and password:
            token = b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
            found += [password, unquote(password), token]
    return tuple(dict.fromkeys(found))


def _read_proxy(variable: str, text: str) -> str:
    scheme, separator, rest = text.partition("://")
    url = f"{scheme.lower()}://{rest}" if separator else f"http://{text}"
    try:
        parts = urlsplit(url)
        valid = bool(parts.hostname) and parts.port != 0 and parts.scheme in _SCHEMES
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError(f"{variable} is not a proxy: it needs http://, https:// or socks5:// and a host")
    return url


def _fits(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    try:
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        name, _, only_port = entry.rpartition(":") if entry.count(":") == 1 else (entry, "", "")
    name = name.removeprefix("*").lstrip(".")
    return bool(name) and only_port in ("", str(port)) and (host == name or host.endswith(f".{name}"))
