import pytest

from dbt_docsmith.errors import ConfigError
from dbt_docsmith.llm.network import Network, read_network
from dbt_docsmith.llm.proxies import choose_proxy, proxy_secrets, read_proxies

PROXY = "http://proxy.example:8080"


@pytest.mark.parametrize(
    ("environ", "url", "proxy"),
    [
        ({"HTTPS_PROXY": PROXY}, "https://llm.example/v1", PROXY),
        ({"https_proxy": PROXY}, "https://llm.example/v1", PROXY),
        ({"HTTPS_PROXY": "http://other.example", "https_proxy": PROXY}, "https://llm.example", PROXY),
        ({"HTTPS_PROXY": PROXY, "https_proxy": ""}, "https://llm.example", None),
        ({"HTTPS_PROXY": PROXY}, "http://llm.example", None),
        ({"HTTP_PROXY": PROXY}, "http://llm.example", PROXY),
        ({"ALL_PROXY": PROXY}, "http://llm.example", PROXY),
        ({"ALL_PROXY": "http://other.example", "HTTPS_PROXY": PROXY}, "https://llm.example", PROXY),
        ({"HTTPS_PROXY": "proxy.example:8080"}, "https://llm.example", PROXY),
        ({"HTTPS_PROXY": "HTTPS://proxy.example"}, "https://llm.example", "https://proxy.example"),
        ({"HTTPS_PROXY": "   "}, "https://llm.example", None),
        ({"HTTPS_PROXY": PROXY}, "https://localhost:1234", None),
        ({"HTTPS_PROXY": PROXY}, "https://127.0.0.1:1234", None),
        ({"HTTPS_PROXY": PROXY}, "https://[::1]:1234", None),
        ({}, "https://llm.example", None),
    ],
)
def test_the_proxy_of_a_url_is_the_one_of_its_scheme(environ: dict[str, str], url: str, proxy: str | None) -> None:
    assert choose_proxy(read_proxies(environ), url) == proxy


@pytest.mark.parametrize(
    ("no_proxy", "url", "direct"),
    [
        ("llm.example", "https://llm.example/v1", True),
        ("llm.example", "https://LLM.example/v1", True),
        ("example", "https://llm.example/v1", True),
        (".example", "https://llm.example/v1", True),
        ("*.example", "https://llm.example/v1", True),
        ("lm.example", "https://llm.example/v1", False),
        ("other.example, llm.example ", "https://llm.example/v1", True),
        ("*", "https://llm.example/v1", True),
        ("", "https://llm.example/v1", False),
        (",", "https://llm.example/v1", False),
        ("llm.example:8443", "https://llm.example:8443/v1", True),
        ("llm.example:8443", "https://llm.example/v1", False),
        ("llm.example:443", "https://llm.example/v1", True),
        ("10.1.2.3", "https://10.1.2.3/v1", True),
        ("10.0.0.0/8", "https://10.1.2.3/v1", True),
        ("10.0.0.0/8", "https://11.1.2.3/v1", False),
        ("10.0.0.0/8", "https://llm.example/v1", False),
        ("fd00::/8", "https://[fd00::1]/v1", True),
        ("[fd00::1]", "https://[fd00::1]/v1", True),
    ],
)
def test_no_proxy_names_hosts_domains_addresses_and_networks(no_proxy: str, url: str, direct: bool) -> None:
    assert choose_proxy({"all": PROXY, "no": no_proxy}, url) == (None if direct else PROXY)


@pytest.mark.parametrize("value", ["ftp://proxy.example", "http://", "http://proxy.example:port", "http://[::1"])
def test_what_is_no_proxy_is_refused_with_its_variable(value: str) -> None:
    with pytest.raises(ConfigError, match=r"^HTTPS_PROXY is not a proxy: it needs http://"):
        choose_proxy({"https": value}, "https://llm.example")


def test_a_proxys_password_is_a_secret_in_every_spelling() -> None:
    network = read_network({"HTTPS_PROXY": "http://mira:p%40ss-word@proxy.example", "NO_PROXY": "a:b@c"})
    assert network.secrets == ("p%40ss-word", "p@ss-word", "bWlyYTpwQHNzLXdvcmQ=")
    assert not any(secret in repr(network) for secret in network.secrets)
    assert proxy_secrets({"https": "mira:p4ss@proxy.example:80"})[0] == "p4ss"
    assert Network().secrets == ()
