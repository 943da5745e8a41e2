"""One POST at a time over plain httpx2, for the wire formats that need no SDK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from dbt_docsmith.llm.network import open_http
from dbt_docsmith.llm.providers.base import ProviderSettings
from dbt_docsmith.llm.providers.http_errors import Endpoint, network_error

if TYPE_CHECKING:
    import httpx2


class HttpAnswer(Struct, frozen=True):
    """A whole response, whatever its status. ``headers`` are looked up without regard to case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class HttpCalls:
    """Keeps connections to one endpoint, in the settings' network and with their headers."""

    def __init__(self, endpoint: Endpoint, settings: ProviderSettings) -> None:
        self._endpoint = endpoint
        self._settings = settings
        self._client: httpx2.AsyncClient | None = None

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Send ``content`` as JSON. Raises ConnectionFailed or DeadlineExceeded where no whole response comes."""
        import httpx2

        settings = self._settings
        if self._client is None:
            self._client = open_http(
                settings.network, url, timeout=settings.timeout, headers={**_JSON, **settings.headers}
            )
        try:
            response = await self._client.post(url, content=content, headers=dict(headers))
        except httpx2.RequestError as error:
            raise network_error(error, self._endpoint, settings.timeout) from None
        return HttpAnswer(response.status_code, response.headers, response.content)

    async def aclose(self) -> None:
        """Let go of connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
