"""What stands between here and a server, and what a person can do about it. Pure."""

from __future__ import annotations

import re

from msgspec import Struct

PROXY_WANTS_A_NAME = "put the name and password it asks for in HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT"


class Obstacle(Struct, frozen=True, kw_only=True):
    """``sign`` is how the network tells it, a pattern; ``passing``: it may be gone when tried again."""

    sign: str
    what: str
    cure: str
    passing: bool = False


_OBSTACLES = (
    Obstacle(
        sign="CERTIFICATE_VERIFY_FAILED: (?=Hostname|IP address)",
        what="its certificate is for another host",
        cure="is the base URL right?",
    ),
    Obstacle(
        sign="CERTIFICATE_VERIFY_FAILED: (?=certificate (has expired|is not yet valid))",
        what="its certificate is not valid today",
        cure="is this machine's clock right? else its owner must renew it",
    ),
    Obstacle(
        sign="CERTIFICATE_VERIFY_FAILED: ",
        what="its certificate is not trusted",
        cure="set SSL_CERT_FILE to the file with your company's certificate authority",
    ),
    Obstacle(
        sign="(?i)(?=certificate.required|handshake.failure)",
        what="it asks for a client certificate, or none it knows was shown",
        cure="set OSMOSIS_LLM_CLIENT_CERT and OSMOSIS_LLM_CLIENT_KEY",
    ),
    Obstacle(
        sign="(?i)(?=alert.(unknown.ca|bad.certificate|certificate.(unknown|expired|revoked)))",
        what="it does not accept the client certificate",
        cure="are OSMOSIS_LLM_CLIENT_CERT and OSMOSIS_LLM_CLIENT_KEY the ones meant for it?",
    ),
    Obstacle(
        sign=r"^(?=the proxy \S+: 407)",
        what="no way through the proxy",
        cure=PROXY_WANTS_A_NAME,
    ),
    Obstacle(
        sign=r"^(?=the proxy \S+: 4)",
        what="the proxy does not let this through",
        cure="NO_PROXY names hosts that need no proxy",
    ),
    Obstacle(
        sign="^(?=the proxy )",
        what="no connection",
        cure="is the proxy in HTTPS_PROXY or HTTP_PROXY right? NO_PROXY names hosts that need none",
        passing=True,
    ),
)


def find_obstacle(causes: str) -> tuple[Obstacle, str] | None:
    """What the network's words tell of, and the words without what ``what`` says already; None for neither."""
    for obstacle in _OBSTACLES:
        if re.search(obstacle.sign, causes):
            return obstacle, re.sub(obstacle.sign, "", causes)
    return None
