import pytest

from dbt_docsmith.llm.server_limits import ServerLimits, read_limits


def limits(requests: int | None = None, tokens: int | None = None) -> ServerLimits:
    return ServerLimits(requests_per_minute=requests, tokens_per_minute=tokens)


def openai(requests: str, remaining: str, reset: str) -> dict[str, str]:
    return {
        "x-ratelimit-limit-requests": requests,
        "x-ratelimit-remaining-requests": remaining,
        "x-ratelimit-reset-requests": reset,
    }


@pytest.mark.parametrize(
    ("headers", "read"),
    [
        ({}, limits()),
        ({"x-ratelimit-limit-requests": "500", "x-ratelimit-limit-tokens": "200000"}, limits(500, 200_000)),
        (
            {
                "anthropic-ratelimit-requests-limit": "1000",
                "anthropic-ratelimit-tokens-limit": "96000",
                "anthropic-ratelimit-input-tokens-limit": "80000",
                "anthropic-ratelimit-output-tokens-limit": "16000",
            },
            limits(1000, 96_000),
        ),
        ({"x-ratelimit-limit-requests": "many", "x-ratelimit-limit-tokens": "0"}, limits()),
        ({"x-ratelimit-limit-requests": "-1", "x-ratelimit-limit-tokens": ""}, limits()),
        (openai("60", "59", "1s"), limits(60)),
        (openai("500", "499", "120ms"), limits(500)),
        (openai("600", "599", "1m0s"), limits(600)),
        (openai("600", "600", "0s"), limits(600)),
        (openai("600", "none", "soon"), limits(600)),
        (openai("600", "599", "1.2.3s"), limits(600)),
        (openai("10000", "9999", "8.64s"), limits()),
        (openai("200", "198", "14m24s"), limits()),
        (openai("14400", "14370", "2m59.56s"), limits()),
        (openai("14400", "14000", "40m0s"), limits()),
    ],
)
def test_what_headers_say_of_a_minute_is_read_and_what_they_say_of_a_day_is_not(
    headers: dict[str, str], read: ServerLimits
) -> None:
    assert read_limits(headers) == read


def test_a_provider_that_counts_requests_by_the_day_says_nothing_of_a_minute() -> None:
    headers = {"x-ratelimit-limit-requests": "14400", "x-ratelimit-limit-tokens": "18000"}
    assert read_limits(headers, daily_requests=True) == limits(None, 18_000)
