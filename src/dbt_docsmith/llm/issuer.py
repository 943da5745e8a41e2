"""Who issued a certificate that nobody here trusts: the name that tells a person whose authority is missing."""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import urlsplit

UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"

_SECONDS = 5.0


async def name_untrusted(said: str, url: str, proxy: str | None, context: ssl.SSLContext) -> str:
    """What the handshake ``said``, and the issuer of the certificate it was about: the proxy's or the server's."""
    reason = said.partition("certificate verify failed: ")[2].partition(" (_ssl.c")[0]
    whose = ""
    if proxy and proxy.startswith("https"):
        host = urlsplit(proxy).netloc.rpartition("@")[2]
        if await _handshake(f"https://{host}", None, context, context) is None:
            whose, url, proxy = f"the proxy {host}: ", f"https://{host}", None
    issuer = await _read_issuer(url, proxy, context)
    return f"{whose}{UNTRUSTED}: {reason}" + (f", issued by '{issuer}'" if issuer else "")


async def _read_issuer(url: str, proxy: str | None, context: ssl.SSLContext) -> str:
    """The issuer's name, "" where it cannot be read. Two handshakes, and no request inside either: one that takes
    any certificate, and one that trusts that very one, for Python tells only what is in a trusted one."""
    anything = _unverified()
    served = await _handshake(url, proxy, context, anything)
    if served is None:
        return ""
    just_that = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    just_that.check_hostname = False
    just_that.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    just_that.load_verify_locations(cadata=served.getpeercert(binary_form=True) or b"")
    trusted = await _handshake(url, proxy, context, just_that)
    return _common_name((trusted.getpeercert() or {}).get("issuer", ())) if trusted else ""


class _HandshakeDoneError(Exception):
    """Carries what was seen out of a request that is never sent."""

    def __init__(self, seen: ssl.SSLObject) -> None:
        super().__init__()
        self.seen = seen


async def _handshake(
    url: str, proxy: str | None, to_proxy: ssl.SSLContext, to_server: ssl.SSLContext
) -> ssl.SSLObject | None:
    """A TLS connection to the server of ``url``, closed as soon as it stands; None where there comes none."""
    import anyio
    import httpx2

    tunnels = [True] if proxy and proxy.startswith("https") else []

    async def stop(event: str, info: dict[str, Any]) -> None:
        if not event.endswith("start_tls.complete"):
            return
        if tunnels:
            tunnels.pop()
            return
        stream = info["return_value"]
        seen = stream.get_extra_info("ssl_object")
        await stream.aclose()
        raise _HandshakeDoneError(seen)

    through = httpx2.Proxy(proxy, ssl_context=to_proxy if tunnels else None) if proxy else None
    async with httpx2.AsyncHTTPTransport(verify=to_server, trust_env=False, proxy=through) as transport:
        try:
            extensions = {"trace": stop, "timeout": httpx2.Timeout(_SECONDS).as_dict()}
            await transport.handle_async_request(httpx2.Request("HEAD", url, extensions=extensions))
        except _HandshakeDoneError as done:
            return done.seen
        except (httpx2.TransportError, ssl.SSLError, anyio.EndOfStream):
            return None
    return None


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _common_name(names: Any) -> str:
    """The part of a distinguished name that a person knows it by."""
    parts = {key: value for part in names for key, value in part}
    return next((parts[key] for key in ("commonName", "organizationName") if key in parts), "")
