"""Amazon Bedrock: every model there behind Converse, with the credentials the AWS tools would use."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from functools import partial
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from dbt_docsmith.errors import AuthenticationFailed, ConfigError, ConnectionFailed, CredentialsMissing
from dbt_docsmith.llm.providers.aws import VARIABLES, NoCredentials, Signer, profile_region
from dbt_docsmith.llm.providers.base import (
    Abilities,
    Notice,
    ProviderSettings,
    ProviderSpec,
    Variable,
    deadline,
)
from dbt_docsmith.llm.providers.bedrock_errors import read_refusal, status_error
from dbt_docsmith.llm.providers.converse import build_request, read_answer, sent_parameters, takes_cache_points
from dbt_docsmith.llm.providers.endpoints import base_url_of, endpoint_of, key_of
from dbt_docsmith.llm.providers.http_calls import HttpAnswer, HttpCalls
from dbt_docsmith.llm.providers.learning import Learning
from dbt_docsmith.llm.providers.wording import scrub
from dbt_docsmith.llm.server_limits import ServerLimits, read_limits
from dbt_docsmith.types import Completion, CompletionRequest

_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}")
_IN_ARN = re.compile(r"arn:[\w-]+:bedrock:([\w-]+):")
_IN_HOST = re.compile(r"bedrock-runtime(?:-fips)?\.([\w-]+)\.")


class BedrockProvider:
    """One model in one region. What it turns out not to support is not sent to it again."""

    offline = False

    def __init__(self, spec: ProviderSpec, settings: ProviderSettings, notice: Notice) -> None:
        region, endpoint_url = find_region(settings), _endpoint_url(settings)
        regional = spec.default_base_url.format(region=region)
        base = base_url_of(spec, replace(settings, base_url=endpoint_url or regional))
        settings = _trusting(settings)
        self.name = spec.name
        self.model = settings.model or spec.default_model
        self.host = base.host
        self.limits = ServerLimits()
        self._url = base.url
        self._key = key_of(spec, settings) if settings.api_key else None
        self._signer = Signer("bedrock", region, settings.values, settings.network.ca_file)
        self._timeout = settings.timeout
        self._known_secrets = settings.secrets
        self._endpoint = replace(
            endpoint_of(spec, settings, base.host),
            key_hint=spec.key_variables[0] if self._key else "the AWS credentials",
            url_hint=spec.base_url_variable if endpoint_url else "AWS_REGION",
            hide=lambda text: scrub(text, self._secrets),
        )
        self._calls = HttpCalls(self._endpoint, settings)
        translate = partial(status_error, region=region)
        self._learning = Learning(_abilities(spec, self.model), self._endpoint, notice, translate)

    async def complete(self, request: CompletionRequest) -> Completion:
        """One Converse call.

        Raises ProviderError; after a step down RequestRejected with a ``parameter``: the caller asks again.
        """
        abilities = self._learning.abilities
        body = build_request(request, abilities)
        async with deadline(self._timeout, self._endpoint.where):
            answer = await self._send(request.model, msgspec.json.encode(body))
        self.limits = read_limits(answer.headers)
        if answer.status >= 300:
            raise self._learning.error(read_refusal(answer, time.time()), sent_parameters(body), abilities)
        return read_answer(answer.content, self._endpoint).completion(self.name, self.model, self._secrets)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._calls.aclose()

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (*self._known_secrets, *self._signer.secrets)

    async def _send(self, model: str, content: bytes) -> HttpAnswer:
        url = f"{self._url}/model/{quote(model, safe='')}/converse"
        return await self._calls.post(url, content, await self._authorization(url, content))

    async def _authorization(self, url: str, content: bytes) -> Mapping[str, str]:
        if self._key:
            return {"Authorization": f"Bearer {self._key}"}
        try:
            return await self._signer.sign(url, content)
        except NoCredentials as error:
            if error.unreached:
                raise ConnectionFailed(
                    self._endpoint.failure("the AWS credentials could not be fetched", said=str(error))
                ) from None
            cure = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in (aws sso login)"
            what = "there are no AWS credentials to sign with"
            raise AuthenticationFailed(self._endpoint.failure(what, said=str(error), cure=cure)) from None


def _abilities(spec: ProviderSpec, model: str) -> Abilities:
    return spec.abilities if takes_cache_points(model) else replace(spec.abilities, prompt_caching="none")


def _trusting(settings: ProviderSettings) -> ProviderSettings:
    """The settings with the certificate authority that AWS tools are told of, where no other is set."""
    ca_file = settings.network.ca_file or settings.values.get("ca_file") or None
    return replace(settings, network=replace(settings.network, ca_file=ca_file))


def find_region(settings: ProviderSettings) -> str:
    """The region that is set, else the profile's, else the one that an ARN or the endpoint's host names.

    Raises CredentialsMissing where nothing does and it is needed, ConfigError where it is no region.
    """
    endpoint = _endpoint_url(settings)
    named = _IN_ARN.match(settings.model or "") or _IN_HOST.search(endpoint)
    region = settings.values.get("region") or profile_region(settings.values) or (named.group(1) if named else "")
    if not region and not (endpoint and settings.api_key):
        raise CredentialsMissing("provider bedrock needs a region: set AWS_REGION, such as us-east-1")
    if region and not _REGION.fullmatch(region):
        raise ConfigError(f"AWS_REGION is no region: '{region}' does not read like us-east-1")
    return region


def _endpoint_url(settings: ProviderSettings) -> str:
    return settings.base_url or settings.values.get("endpoint", "")


SPEC = ProviderSpec(
    name="bedrock",
    make=BedrockProvider,
    key_variables=("AWS_BEARER_TOKEN_BEDROCK",),
    configured_by=("BEDROCK_MODEL_ID",),
    base_url_variable="AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    default_base_url="https://bedrock-runtime.{region}.amazonaws.com",
    model_variable="BEDROCK_MODEL_ID",
    model_required=True,
    variables=(
        *VARIABLES,
        Variable(name="endpoint", variables=("AWS_ENDPOINT_URL",), what="the endpoint of all services"),
    ),
    extra="bedrock",
    package="botocore",
    abilities=Abilities(fallbacks=("tool", "none"), prompt_caching="marked"),
    priced_as="aws",
)
