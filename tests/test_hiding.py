import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from dbt_docsmith.hiding import scrub, secrets_of, unmistakable

SECRET = 'sk-"Pla/nt+ed=&<key>0123456789'

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda secret: secret,
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON with escaped slashes": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "JSON in code points": lambda secret: "".join(
        char if char.isalnum() else f"\\u{ord(char):04X}" for char in secret
    ),
    "a URL": lambda secret: quote(secret, safe=""),
    "a path": quote,
    "a form": quote_plus,
    "a URL in small letters": lambda secret: quote(secret, safe="").lower().replace("sk-%22pla", "sk-%22Pla"),
    "HTML": html.escape,
    "HTML in numbers": lambda secret: "".join(char if char.isalnum() else f"&#{ord(char)};" for char in secret),
    "base64": lambda secret: b64encode(secret.encode()).decode(),
    "basic authorization": lambda secret: "Basic " + b64encode(f"user:{secret}".encode()).decode(),
    "base64 of more": lambda secret: b64encode(f"it is {secret}, you said".encode()).decode(),
    "base64 for URLs": lambda secret: urlsafe_b64encode(f"x{secret}".encode()).decode(),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_hidden_however_it_is_spelled(spell: Callable[[str], str]) -> None:
    said = scrub(f"no such key: {spell(SECRET)}.", [SECRET])
    assert "***" in said
    assert said.startswith("no such key: ")
    assert said.endswith(".")
    assert "0123456789" not in said
    assert spell(SECRET)[10:20] not in said


def test_the_longer_of_two_secrets_goes_first() -> None:
    assert scrub("abcd-12345678", ["abcd", "abcd-12345678"]) == "***"


def test_what_a_variable_s_name_calls_secret_is_secret_and_so_are_passwords_in_urls() -> None:
    environ = {
        "OPENAI_API_KEY": "sk-1",
        "DBT_ENV_SECRET_GIT": "s-2",
        "GITHUB_TOKEN": "t-3",
        "SNOWFLAKE_PASSWORD": "p-4",
        "AWS_SECRET_ACCESS_KEY": "a-5",
        "HTTPS_PROXY": "http://user:p%2Fw@proxy:8080",
        "PWD": "/home/user",
        "HOME": "/home/user",
        "OSMOSIS_LLM_CLIENT_KEY": "/etc/key.pem",
        "OPENAI_MODEL": "gpt-x",
        "EMPTY_TOKEN": " ",
    }
    assert secrets_of(environ) == ("sk-1", "s-2", "t-3", "p-4", "a-5", "p%2Fw", "p/w")


def test_a_word_is_no_secret_of_an_answer() -> None:
    assert unmistakable(["orders", "password", "s3cr3t-0", "short-1"]) == ["s3cr3t-0"]
