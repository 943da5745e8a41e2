"""AWS credentials and signatures: botocore finds and signs, and never sends a prompt."""

from __future__ import annotations

import asyncio
import configparser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from dbt_docsmith.llm.providers.base import Variable
from dbt_docsmith.llm.quiet import quiet
from dbt_docsmith.llm.side_thread import on_a_thread

VARIABLES = (
    Variable(name="region", variables=("AWS_REGION", "AWS_DEFAULT_REGION"), what="a region"),
    Variable(name="profile", variables=("AWS_PROFILE", "AWS_DEFAULT_PROFILE"), what="a profile"),
    Variable(name="access_key", variables=("AWS_ACCESS_KEY_ID",), what="an access key"),
    Variable(name="secret_key", variables=("AWS_SECRET_ACCESS_KEY",), what="a secret key"),
    Variable(name="token", variables=("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"), what="a session token"),
    Variable(
        name="config_file", variables=("AWS_CONFIG_FILE",), what="the AWS configuration", default="~/.aws/config"
    ),
    Variable(name="credentials_file", variables=("AWS_SHARED_CREDENTIALS_FILE",), what="the AWS credentials"),
    Variable(name="no_metadata", variables=("AWS_EC2_METADATA_DISABLED",), what="to ask no cloud machine"),
    Variable(name="ca_file", variables=("AWS_CA_BUNDLE",), what="an authority to trust"),
)
"""What the AWS tools read too. What botocore finds otherwise (SSO, a container, the machine) needs no name."""


class NoCredentials(Exception):
    """No AWS credentials were found, or what should give them failed. ``unreached``: over the network."""

    def __init__(self, reason: str, *, unreached: bool = False) -> None:
        super().__init__(reason)
        self.unreached = unreached


class _Frozen(Protocol):
    access_key: str
    secret_key: str
    token: str | None


class _Credentials(Protocol):
    def get_frozen_credentials(self) -> _Frozen:
        """Today's; those that expire are fetched anew, which may block."""


class Signer:
    """Signs requests to one ``service`` in one ``region`` with what ``values`` of ``VARIABLES`` lead to.

    ``ca_file`` is trusted where credentials are fetched over the network. ``secrets`` are what must not be shown.
    """

    def __init__(self, service: str, region: str, values: Mapping[str, str], ca_file: str | None = None) -> None:
        self.secrets: frozenset[str] = frozenset()
        self._service = service
        self._region = region
        self._values = values
        self._ca_file = ca_file
        self._credentials: _Credentials | None = None
        self._looking = asyncio.Lock()

    async def sign(self, url: str, body: bytes) -> Mapping[str, str]:
        """The headers that make a POST of ``body`` to ``url`` a signed one. Raises NoCredentials."""
        frozen = await self._frozen()
        self.secrets |= {secret for secret in (frozen.secret_key, frozen.token) if secret}
        return sign(url, body, frozen, service=self._service, region=self._region)

    async def _frozen(self) -> _Frozen:
        """Whatever may block, the import too, happens on a thread, and the first search once for all requests."""
        async with self._looking:
            if self._credentials is None:
                self._credentials = await on_a_thread(self._find)
        credentials = self._credentials
        return await on_a_thread(lambda: _freeze(credentials))

    def _find(self) -> _Credentials:
        return find_credentials(self._values, self._ca_file)


def find_credentials(values: Mapping[str, str], ca_file: str | None = None) -> _Credentials:
    """The credentials that the AWS tools would use. Blocks. Raises NoCredentials."""
    from botocore.credentials import Credentials  # type: ignore[import-untyped]

    quiet("botocore")
    if values.get("access_key") and values.get("secret_key"):
        keys: _Credentials = Credentials(values["access_key"], values["secret_key"], values.get("token") or None)
        return keys
    found: _Credentials | None = _guarded(lambda: _search(values, ca_file))
    if found is None:
        raise NoCredentials("no AWS credentials were found")
    return found


def _search(values: Mapping[str, str], ca_file: str | None) -> Any:
    from botocore.session import Session  # type: ignore[import-untyped]

    session = Session(profile=values.get("profile") or None)
    given = {
        "region": values.get("region"),
        "config_file": values.get("config_file"),
        "credentials_file": values.get("credentials_file"),
        "ca_bundle": ca_file,
    }
    for name, value in given.items():
        if value:
            session.set_config_variable(name, value)
    chain = session.get_component("credential_provider")
    chain.remove("env")  # the environment was handed in, and has none
    if values.get("no_metadata", "").lower() == "true":
        chain.remove("iam-role")
    return chain.load_credentials()


def _freeze(credentials: _Credentials) -> _Frozen:
    frozen: _Frozen = _guarded(credentials.get_frozen_credentials)
    return frozen


def _guarded(call: Any) -> Any:
    from botocore import exceptions  # type: ignore[import-untyped]

    try:
        return call()
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise NoCredentials(str(error), unreached=True) from None
    except (exceptions.BotoCoreError, exceptions.ClientError) as error:
        raise NoCredentials(str(error)) from None


def sign(url: str, body: bytes, credentials: _Frozen, *, service: str, region: str) -> Mapping[str, str]:
    """The headers of a signed POST (Signature Version 4), as of now."""
    from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
    from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]

    request = AWSRequest("POST", url, headers={"Content-Type": "application/json"}, data=body)
    SigV4Auth(credentials, service, region).add_auth(request)
    return dict(request.headers.items())


def profile_region(values: Mapping[str, str]) -> str:
    """The region that the profile of the AWS configuration file names; "" where it names none."""
    profile = values.get("profile") or "default"
    for parser in _parsed(values.get("config_file", "")):
        for section in (f"profile {profile}", profile):
            if parser.get(section, "region", fallback=""):
                return parser.get(section, "region").strip()
    return ""


def _parsed(path: str) -> Iterator[configparser.RawConfigParser]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, RuntimeError, UnicodeDecodeError, configparser.Error):
        return  # botocore says what is wrong with it when it looks for credentials
    yield parser
