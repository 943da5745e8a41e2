"""A gateway that only lets those in who show a certificate of the company, in front of a test's server."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from socketserver import BaseRequestHandler, ThreadingTCPServer


class Gateway:
    """TLS on loopback as ``tls`` says; what comes in goes to the server at ``to``, as ``host:port``."""

    def __init__(self, tls: ssl.SSLContext, to: str) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.tls, self._server.to = tls, to
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def host(self) -> str:
        """``127.0.0.1:port``."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Gateway:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    tls: ssl.SSLContext
    to: str


class _Handler(BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        host, _, port = self.server.to.rpartition(":")
        tls = self.server.tls.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
        with tls, contextlib.suppress(OSError):
            _shake_hands(tls)
            with socket.create_connection((host, int(port))) as server:
                back = threading.Thread(target=_pump, args=(server, tls), daemon=True)
                back.start()
                _pump(tls, server)
                back.join()


def _shake_hands(tls: ssl.SSLSocket) -> None:
    """Raises SSLError where the client is not let in, and has been told why.

    Closing on what it has sent meanwhile would be a reset, and that may arrive before the reason does.
    """
    try:
        tls.do_handshake()
    except ssl.SSLError:
        with socket.socket(fileno=tls.detach()) as plain:
            plain.shutdown(socket.SHUT_WR)
            while plain.recv(65536):
                pass
        raise


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
