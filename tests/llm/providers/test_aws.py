"""Where AWS credentials and the region come from, by the real botocore: files, commands, servers on loopback."""

import asyncio
import json
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.envelopes.base import KEY
from tests.envelopes.bedrock import ACCESS_KEY, conversing
from tests.llm.providers.asking import asked
from tests.llm.providers.at_bedrock import CLAUDE, about
from tests.llm.providers.aws_signatures import signed_by
from tests.wire_server import WireServer

from dbt_docsmith.errors import (
    AuthenticationFailed,
    ConfigError,
    CredentialsMissing,
    DeadlineExceeded,
    ProviderError,
)
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import ProviderSettings
from dbt_docsmith.types import Completion

SECOND_SECRET = "second-secret-planted/9876543210"


class Home:
    """A user's folder for AWS, and nothing else: no environment, no machine that knows its role."""

    def __init__(self, folder: Path, server: WireServer) -> None:
        server.respond = lambda _: conversing({"text": "{}"})
        self.folder = folder
        self.server = server
        self.values = {
            "region": "eu-central-1",
            "config_file": str(folder / "config"),
            "credentials_file": str(folder / "credentials"),
            "no_metadata": "true",
        }

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def settings(self, timeout: float = 30.0, **values: str) -> ProviderSettings:
        url = f"http://{self.server.host}"
        return ProviderSettings(model=CLAUDE, base_url=url, timeout=timeout, values={**self.values, **values})

    def asked(self, times: int = 1, timeout: float = 30.0, **values: str) -> list[Completion | ProviderError]:
        provider = build("bedrock", self.settings(timeout, **values))
        return asked(provider, *[about(CLAUDE)] * times)

    def command(self, script: str) -> str:
        """A command for ``credential_process`` that runs a script."""
        path = self.folder / "keys.py"
        path.write_text(script, encoding="utf-8")
        return shlex.join([sys.executable, "-S", str(path)])


@pytest.fixture
def home(tmp_path: Path, wire_server: WireServer) -> Home:
    return Home(tmp_path, wire_server)


# ---------------------------------------------------------------- credentials


def test_keys_of_the_environment_come_first(home: Home) -> None:
    home.write("credentials", f"[default]\naws_access_key_id = OTHER\naws_secret_access_key = {SECOND_SECRET}\n")
    home.asked(access_key=ACCESS_KEY, secret_key=KEY)
    assert signed_by(home.server.seen[0], KEY) == ACCESS_KEY
    assert "x-amz-security-token" not in home.server.seen[0].headers


@pytest.mark.parametrize(("profile", "secret"), [("", KEY), ("default", KEY), ("work", SECOND_SECRET)])
def test_a_profile_has_its_keys(home: Home, profile: str, secret: str) -> None:
    home.write(
        "credentials",
        f"[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {KEY}\n"
        f"[work]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECOND_SECRET}\n",
    )
    (completion,) = home.asked(profile=profile)
    assert isinstance(completion, Completion), completion
    assert signed_by(home.server.seen[0], secret) == ACCESS_KEY


EXPIRING = """
import datetime, json, pathlib
calls = pathlib.Path(__file__).with_name("calls")
times = calls.read_text().count(".") if calls.exists() else 0
calls.write_text("." * (times + 1))
soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes={minutes})
print(json.dumps({{"Version": 1, "AccessKeyId": f"AKIATIME{{times}}", "SecretAccessKey": {secret!r},
                   "SessionToken": f"token-{{times}}", "Expiration": soon.isoformat()}}))
"""


def test_credentials_that_expire_are_fetched_anew(home: Home) -> None:
    home.write(
        "config", f"[default]\ncredential_process = {home.command(EXPIRING.format(minutes=5, secret=KEY))}\n"
    )
    first, second = home.asked(times=2)
    assert isinstance(first, Completion), first
    assert isinstance(second, Completion), second
    one, other = home.server.seen
    assert signed_by(one, KEY) != signed_by(other, KEY)
    assert signed_by(other, KEY).startswith("AKIATIME")
    assert one.headers["x-amz-security-token"] != other.headers["x-amz-security-token"]


def test_many_at_once_look_for_credentials_once(home: Home) -> None:
    command = home.command(EXPIRING.format(minutes=60, secret=KEY))
    home.write("config", f"[default]\ncredential_process = {command}\n")
    provider = build("bedrock", home.settings())

    async def run() -> None:
        await asyncio.gather(*(provider.complete(about(CLAUDE)) for _ in range(8)))
        await provider.aclose()

    asyncio.run(run())
    assert {signed_by(seen, KEY) for seen in home.server.seen} == {"AKIATIME0"}
    assert (home.folder / "calls").read_text() == "."


class _Machine(BaseHTTPRequestHandler):
    """The metadata service of a machine in the cloud."""

    def do_PUT(self) -> None:
        self._say("a-token")

    def do_GET(self) -> None:
        expires = (datetime.now(UTC) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
        keys = {"AccessKeyId": ACCESS_KEY, "SecretAccessKey": KEY, "Token": "role-token", "Expiration": expires}
        role = self.path.rstrip("/").endswith("security-credentials")
        self._say("the-role" if role else json.dumps({"Code": "Success", **keys}))

    def _say(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_message: object) -> None:
        """Say nothing."""


@pytest.fixture
def machine() -> Iterator[str]:
    """The URL of such a service."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Machine) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_machine_in_the_cloud_has_the_keys_of_its_role(home: Home, machine: str) -> None:
    home.write("config", f"[default]\nec2_metadata_service_endpoint = {machine}\n")
    (completion,) = home.asked(no_metadata="")
    assert isinstance(completion, Completion), completion
    assert signed_by(home.server.seen[0], KEY) == ACCESS_KEY
    assert home.server.seen[0].headers["x-amz-security-token"] == "role-token"


def test_a_machine_is_not_asked_where_that_is_switched_off(home: Home, machine: str) -> None:
    home.write("config", f"[default]\nec2_metadata_service_endpoint = {machine}\n")
    (error,) = home.asked(no_metadata="true")
    assert type(error) is AuthenticationFailed
    assert home.server.seen == []


@pytest.mark.slow
def test_a_container_has_the_keys_of_its_role(home: Home, machine: str) -> None:
    """The whole program, as botocore reads that from the process's own environment."""
    said = subprocess.run(
        [sys.executable, "-m", "dbt_docsmith", "test-llm", "--provider", "bedrock"],
        cwd=home.folder,
        env={
            "PATH": "",
            "HOME": str(home.folder),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{machine}/keys",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"http://{home.server.host}",
            "BEDROCK_MODEL_ID": CLAUDE,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert signed_by(home.server.seen[0], KEY) == ACCESS_KEY, said
    assert KEY not in said.stdout + said.stderr


SSO = """[profile sso]
sso_session = company
sso_account_id = 123456789012
sso_role_name = reader
[sso-session company]
sso_region = eu-central-1
sso_start_url = https://company.invalid/nobody-signed-in-here
"""


@pytest.mark.parametrize(
    ("config", "values", "said"),
    [
        ("", {}, "no AWS credentials were found"),
        ("", {"profile": "nobody"}, "nobody"),
        (SSO, {"profile": "sso"}, "SSO"),
        ("[default]\ncredential_process = false\n", {}, "custom-process"),
        ("[default\n", {}, "config"),
        ("", {"access_key": ACCESS_KEY}, "no AWS credentials were found"),
    ],
)
def test_where_there_are_no_credentials_the_cure_is_named_and_nothing_is_sent(
    home: Home, config: str, values: dict[str, str], said: str
) -> None:
    home.write("config", config)
    (error,) = home.asked(**values)
    assert type(error) is AuthenticationFailed
    assert error.fatal
    message = str(error)
    assert said in message
    assert "aws sso login" in message
    assert len(message) <= 300
    assert "\n" not in message
    assert home.server.seen == []


def test_a_search_for_credentials_that_hangs_is_over_at_the_deadline(home: Home) -> None:
    home.write("config", f"[default]\ncredential_process = {home.command('import time; time.sleep(20)')}\n")
    started = time.monotonic()
    (error,) = home.asked(timeout=0.5)
    assert type(error) is DeadlineExceeded
    assert time.monotonic() - started < 15
    assert home.server.seen == []


def test_a_renewal_of_credentials_that_hangs_is_over_at_the_deadline(home: Home) -> None:
    script = EXPIRING.format(minutes=5, secret=KEY) + "if times == 1: import time; time.sleep(20)\n"
    home.write("config", f"[default]\ncredential_process = {home.command(script)}\n")
    started = time.monotonic()
    (error,) = home.asked(timeout=1.0)
    assert type(error) is DeadlineExceeded
    assert time.monotonic() - started < 15
    assert home.server.seen == []


@pytest.mark.slow
def test_a_search_for_credentials_that_hangs_does_not_keep_the_process(home: Home) -> None:
    home.write("config", f"[default]\ncredential_process = {home.command('import time; time.sleep(30)')}\n")
    code = (
        "import asyncio; from dbt_docsmith.llm.providers import build;"
        "from dbt_docsmith.llm.providers.base import ProviderSettings;"
        "from dbt_docsmith.types import CompletionRequest, Prompt;"
        f"p = build('bedrock', ProviderSettings(model='m', timeout=0.5, values={home.values!r}));"
        "asyncio.run(p.complete(CompletionRequest("
        "prompt=Prompt(template='table', system='s', user='u', schema={}), model='m', max_tokens=1)))"
    )
    started = time.monotonic()
    said = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, check=False)
    assert "DeadlineExceeded" in said.stderr
    assert time.monotonic() - started < 25


# ---------------------------------------------------------------- the region


@pytest.mark.parametrize(
    ("values", "model", "config", "host"),
    [
        ({"region": "us-west-2"}, CLAUDE, "", "bedrock-runtime.us-west-2.amazonaws.com"),
        ({"region": "us-gov-west-1"}, CLAUDE, "", "bedrock-runtime.us-gov-west-1.amazonaws.com"),
        ({}, CLAUDE, "[default]\nregion = eu-west-3\n", "bedrock-runtime.eu-west-3.amazonaws.com"),
        (
            {"profile": "work"},
            CLAUDE,
            "[default]\nregion = eu-west-3\n[profile work]\nregion = eu-north-1\n",
            "bedrock-runtime.eu-north-1.amazonaws.com",
        ),
        (
            {"region": "us-west-2"},
            CLAUDE,
            "[default]\nregion = eu-west-3\n",
            "bedrock-runtime.us-west-2.amazonaws.com",
        ),
        (
            {},
            "arn:aws:bedrock:ap-south-1:123456789012:inference-profile/apac.x",
            "",
            "bedrock-runtime.ap-south-1.amazonaws.com",
        ),
        (
            {"endpoint": "https://vpce-1.bedrock-runtime.sa-east-1.vpce.amazonaws.com"},
            CLAUDE,
            "",
            "vpce-1.bedrock-runtime.sa-east-1.vpce.amazonaws.com",
        ),
        ({"region": "us-west-2", "endpoint": "http://localhost:4566/"}, CLAUDE, "", "localhost:4566"),
    ],
)
def test_the_host_follows_from_the_region_and_is_known_before_anything_is_sent(
    tmp_path: Path, values: dict[str, str], model: str, config: str, host: str
) -> None:
    (tmp_path / "config").write_text(config, encoding="utf-8")
    told = {"config_file": str(tmp_path / "config"), **values}
    assert build("bedrock", ProviderSettings(model=model, values=told)).host == host


def test_an_endpoint_of_its_own_wins_over_that_of_all_services() -> None:
    values = {"region": "us-west-2", "endpoint": "http://localhost:4566"}
    settings = ProviderSettings(model=CLAUDE, base_url="https://proxy.example/bedrock", values=values)
    assert build("bedrock", settings).host == "proxy.example"


def test_a_region_is_signed_for_where_the_endpoint_names_none(home: Home) -> None:
    home.asked(access_key=ACCESS_KEY, secret_key=KEY, region="us-west-2")
    assert signed_by(home.server.seen[0], KEY, region="us-west-2") == ACCESS_KEY


def test_without_a_region_the_variable_is_named(tmp_path: Path) -> None:
    values = {"config_file": str(tmp_path / "none")}
    with pytest.raises(CredentialsMissing, match="set AWS_REGION, such as us-east-1"):
        build("bedrock", ProviderSettings(model=CLAUDE, values=values))


def test_a_bedrock_key_and_an_endpoint_need_no_region(tmp_path: Path) -> None:
    settings = ProviderSettings(
        model=CLAUDE, base_url="https://x.example", api_key=KEY, values={"config_file": str(tmp_path / "none")}
    )
    assert build("bedrock", settings).host == "x.example"


@pytest.mark.parametrize("region", ["Frankfurt", "us-east", "us-east-1.evil.example/", "us east 1"])
def test_what_is_no_region_is_refused(region: str) -> None:
    with pytest.raises(ConfigError, match="AWS_REGION is no region"):
        build("bedrock", ProviderSettings(model=CLAUDE, values={"region": region}))


def test_without_a_model_the_variable_is_named() -> None:
    with pytest.raises(CredentialsMissing, match="BEDROCK_MODEL_ID"):
        build("bedrock", ProviderSettings(values={"region": "us-east-1"}))


def test_the_authority_that_aws_tools_are_told_of_is_trusted(tmp_path: Path) -> None:
    values = {"region": "us-east-1", "ca_file": str(tmp_path / "none.pem")}
    with pytest.raises(ConfigError, match=r"none\.pem"):
        asked(build("bedrock", ProviderSettings(model=CLAUDE, api_key=KEY, values=values)), about(CLAUDE))
