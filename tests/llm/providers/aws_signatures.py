"""Signature Version 4 from the server's side: made anew from what arrived, and compared."""

from __future__ import annotations

import re

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.wire_server import Seen


def signed_by(seen: Seen, secret_key: str, *, region: str = "eu-central-1") -> str:
    """The access key that signed a request with ``secret_key``; "" where the signature does not fit."""
    claim = re.fullmatch(
        rf"AWS4-HMAC-SHA256 Credential=(\w+)/\d{{8}}/{region}/bedrock/aws4_request, "
        r"SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})",
        seen.headers["authorization"],
    )
    assert claim, seen.headers["authorization"]
    access_key, names, signature = claim.groups()
    headers = {name: seen.headers[name] for name in names.split(";")}
    request = AWSRequest("POST", f"http://{seen.headers['host']}{seen.path}", headers=headers, data=seen.raw)
    request.context["timestamp"] = seen.headers["x-amz-date"]
    auth = SigV4Auth(Credentials(access_key, secret_key), "bedrock", region)
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return access_key if expected == signature else ""
