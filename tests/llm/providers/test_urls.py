import pytest

from dbt_docsmith.errors import ConfigError
from dbt_docsmith.llm.hosts import is_loopback
from dbt_docsmith.llm.providers.urls import BaseUrl, read_base_url


@pytest.mark.parametrize(
    ("given", "url", "host"),
    [
        ("https://api.openai.com", "https://api.openai.com/v1", "api.openai.com"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1", "api.openai.com"),
        ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1", "api.openai.com"),
        ("http://localhost:8000/", "http://localhost:8000/v1", "localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000/v1", "[::1]:8000"),
        (" https://x.example/serving-endpoints ", "https://x.example/serving-endpoints", "x.example"),
        ("https://x.example/api/v2/cortex/v1", "https://x.example/api/v2/cortex/v1", "x.example"),
        ("https://me:pw@x.example/v1", "https://me:pw@x.example/v1", "x.example"),
    ],
)
def test_a_base_url_is_read_as_people_write_it(given: str, url: str, host: str) -> None:
    assert read_base_url(given, ("/v1",), "OPENAI_BASE_URL") == BaseUrl(url, host)


def test_a_query_is_kept_apart() -> None:
    assert read_base_url("https://x.example/v1?api-version=2", ("/v1",), "X").query == {"api-version": "2"}


@pytest.mark.parametrize(
    "given",
    [
        "",
        "localhost:8000",
        "api.openai.com/v1",
        "ftp://x.example",
        "https://",
        "https://:80",
        "http://a b",
        "http://[::1",
        "http://x.example:port",
        "https://x.example:99999",
    ],
)
def test_what_is_no_url_is_refused_with_the_name_of_its_variable(given: str) -> None:
    with pytest.raises(ConfigError, match=r"^OPENAI_BASE_URL is not a base URL"):
        read_base_url(given, ("/v1",), "OPENAI_BASE_URL")


@pytest.mark.parametrize(
    ("host", "itself"),
    [
        ("localhost", True),
        ("localhost:8000", True),
        ("vllm.localhost:8000", True),
        ("127.0.0.1:1234", True),
        ("127.8.8.8", True),
        ("[::1]:8000", True),
        ("10.0.0.7:8000", False),
        ("localhost.example.com", False),
        ("api.openai.com", False),
        ("offline", False),
        ("", False),
    ],
)
def test_this_machine_is_known_under_all_its_names(host: str, itself: bool) -> None:
    assert is_loopback(host) == itself
