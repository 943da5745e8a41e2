"""What went wrong on the way to a server, said so that a person can mend it."""

from __future__ import annotations

import ssl
from types import ModuleType
from typing import TYPE_CHECKING

from dbt_docsmith.llm.hosts import host_of
from dbt_docsmith.llm.issuer import UNTRUSTED, name_untrusted

if TYPE_CHECKING:
    import httpx2


class Transport:
    """Sends through ``inner``. A failure to connect becomes one that names the proxy or the issuer to blame.

    ``library`` is httpx2, or httpx under an SDK that is older: ``inner`` and the errors are of that one.
    """

    def __init__(
        self, inner: httpx2.AsyncHTTPTransport, library: ModuleType, context: ssl.SSLContext, proxy: str | None
    ) -> None:
        self._inner = inner
        self._library = library
        self._context = context
        self._proxy = proxy

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request. Raises the library's TransportErrors."""
        from anyio import EndOfStream

        library = self._library
        try:
            return await self._inner.handle_async_request(request)
        except (library.ConnectError, library.ConnectTimeout, library.ProxyError) as error:
            failed: Exception = error
        except (ssl.SSLError, EndOfStream) as error:  # of a handshake inside a proxy's tunnel
            failed = library.ConnectError(str(error) or "the handshake was cut off", request=request)
        raise await self._told(failed, request)  # out here, for no cause of it to be told instead

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._inner.aclose()

    async def __aenter__(self) -> Transport:
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self.aclose()

    async def _told(self, failed: Exception, request: httpx2.Request) -> Exception:
        text = str(failed)
        if UNTRUSTED in text:
            text = await name_untrusted(text, str(request.url), self._proxy, self._context)
        elif self._proxy and "SSL" not in text:
            text = f"the proxy {host_of(self._proxy)}: {text or 'no connection'}"
        failed.__cause__ = failed.__context__ = None
        failed.args = (text,)
        return failed
