"""A company's proxy on loopback: it opens every TLS connection with certificates of its own authority.

    with CompanyProxy(authority, to=wire_server.host) as proxy:
        environ = {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(authority.ca_file)}

Whatever host is asked for, ``to`` answers: nothing leaves this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from asyncio import StreamReader, StreamWriter
from base64 import b64encode

from tests.company.authority import Authority


class CompanyProxy:
    """``user`` is the ``name:password`` it wants. ``over_tls``: it is itself called over TLS. ``refuse``: the
    status with which it answers every request.

    ``host`` is its ``127.0.0.1:port``; ``asked`` are the targets of the requests that it was sent, in their order:
    ``host:port`` of a CONNECT.
    """

    def __init__(
        self, authority: Authority, to: str, *, user: str = "", over_tls: bool = False, refuse: str = ""
    ) -> None:
        self.host = ""
        self.asked: list[str] = []
        self._authority = authority
        self._to = to
        self._user = user
        self._refuse = refuse
        self._own_tls = server_tls(authority, "127.0.0.1") if over_tls else None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    @property
    def url(self) -> str:
        """What goes into ``HTTPS_PROXY``, with the name and the password it wants."""
        return self.url_for(self._user)

    def url_for(self, user: str) -> str:
        """The proxy's URL as somebody writes it who is ``name:password``."""
        return f"{'https' if self._own_tls else 'http'}://{user}{'@' if user else ''}{self.host}"

    def __enter__(self) -> CompanyProxy:
        start = asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._own_tls, backlog=128)
        self._server = self._loop.run_until_complete(start)
        self.host = "{}:{}".format(*self._server.sockets[0].getsockname())
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._answer(reader, writer)
        writer.transport.abort()

    async def _answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target = head.decode().split()[:2]
        self.asked.append(target)
        token = b64encode(self._user.encode())
        if self._user and b"Basic " + token + b"\r\n" not in head:
            await _say(writer, "407 Proxy Authentication Required")
        elif self._refuse:
            await _say(writer, self._refuse)
        elif method == "CONNECT":
            await _say(writer, "200 Connection established")
            await writer.start_tls(server_tls(self._authority, target.rpartition(":")[0]))
            await self._pass_on(reader, writer)
        else:
            await self._pass_on(reader, writer, head)

    async def _pass_on(self, reader: StreamReader, writer: StreamWriter, first: bytes = b"") -> None:
        answers, requests = await asyncio.open_connection(*self._to.split(":"))
        requests.write(first)
        try:
            await asyncio.gather(_pump(reader, requests), _pump(answers, writer))
        finally:
            requests.transport.abort()


def server_tls(authority: Authority, host: str, *, clients: Authority | None = None) -> ssl.SSLContext:
    """How a server of that name answers; it demands a certificate that ``clients`` issued."""
    issued = authority.issue(host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.ca_file)
    return context


async def _say(writer: StreamWriter, status: str) -> None:
    length = "" if status.startswith("200") else "Content-Length: 0\r\n"
    writer.write(f"HTTP/1.1 {status}\r\n{length}\r\n".encode())
    await writer.drain()


async def _pump(source: StreamReader, sink: StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    sink.close()
