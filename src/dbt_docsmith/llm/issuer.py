"""Who issued a certificate that nobody here trusts: the name that tells a person whose authority is missing."""

from __future__ import annotations

import ssl
from typing import Any

from dbt_docsmith.llm.hosts import host_of

UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"

_SECONDS = 5.0
_VERSION, _ISSUER_AT, _BMP_STRING = 0xA0, 2, 0x1E
_COMMON_NAME, _ORGANIZATION = b"\x55\x04\x03", b"\x55\x04\x0a"


async def name_untrusted(said: str, url: str, proxy: str | None, context: ssl.SSLContext) -> str:
    """What the handshake ``said``, and the issuer of the certificate it was about: the proxy's or the server's."""
    reason = said.partition("certificate verify failed: ")[2].partition(" (_ssl.c")[0]
    whose = ""
    if proxy and proxy.startswith("https"):
        host = host_of(proxy)
        if await _handshake(f"https://{host}", None, context, context) is None:
            whose, url, proxy = f"the proxy {host}: ", f"https://{host}", None
    issuer = await _read_issuer(url, proxy, context)
    return f"{whose}{UNTRUSTED}: {reason}" + (f", issued by '{issuer}'" if issuer else "")


async def _read_issuer(url: str, proxy: str | None, context: ssl.SSLContext) -> str:
    """The issuer's name, "" where it cannot be read. Any certificate is taken, and no request follows."""
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname = False
    anything.verify_mode = ssl.CERT_NONE
    served = await _handshake(url, proxy, context, anything)
    certificate = served.getpeercert(binary_form=True) if served else None
    return issuer_name(certificate) if certificate else ""


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


def issuer_name(certificate: bytes) -> str:
    """What a person knows the issuer of a DER certificate by: its common name, else its organization.

    ``ssl`` tells this only of certificates that are trusted.
    """
    fields = _elements(_elements(_elements(certificate)[0][1])[0][1])
    issuer = fields[_ISSUER_AT + (fields[0][0] == _VERSION)][1]
    names = {}
    for _set, parts in _elements(issuer):
        for _sequence, part in _elements(parts):
            (_, kind), (tag, text) = _elements(part)
            names[kind] = text.decode("utf-16-be" if tag == _BMP_STRING else "utf-8", errors="replace")
    return names.get(_COMMON_NAME) or names.get(_ORGANIZATION) or ""


def _elements(der: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each element that stands one after the other."""
    found = []
    while der:
        length, start = der[1], 2
        if length > 127:  # a long one: the low bits count the bytes that hold it
            start += length - 128
            length = int.from_bytes(der[2:start], "big")
        found.append((der[0], der[start : start + length]))
        der = der[start + length :]
    return found
