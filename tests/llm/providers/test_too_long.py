import pytest

from dbt_docsmith.llm.providers.too_long import excess_tokens, is_too_long

SAID = {
    "OpenAI": (
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. "
        "Please reduce the length of the messages.",
        808,
    ),
    "OpenAI responses": ("Your input exceeds the context window of this model. Please adjust your input.", None),
    "vLLM": (
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (904 in the "
        "messages, 4096 in the completion). Please reduce the length of the messages or completion.",
        904,
    ),
    "llama.cpp": (
        "request (5203 tokens) exceeds the available context size (4096 tokens), try increasing it",
        1107,
    ),
    "LM Studio": (
        "The number of tokens to keep from the initial prompt is greater than the context length. Try to load the "
        "model with a larger context length, or provide a shorter input",
        None,
    ),
    "Ollama": ("the input length exceeds the context length", None),
    "Anthropic": ("prompt is too long: 208310 tokens > 200000 maximum", 8310),
    "Anthropic with its answer": (
        "input length and `max_tokens` exceed context limit: 197202 + 21333 > 200000, decrease input length or "
        "`max_tokens` and try again",
        18535,
    ),
    "Gemini": (
        "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).",
        1,
    ),
    "Bedrock": ("Input is too long for requested model.", None),
    "Mistral": ("Prompt contains 40,000 tokens, too large for model with 32,768 maximum context length", 7232),
    "Together": ("`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 8500 `inputs` tokens", 307),
    "Snowflake": ("max tokens of 8192 exceeded", None),
}


@pytest.mark.parametrize(("said", "excess"), SAID.values(), ids=SAID)
def test_a_prompt_that_does_not_fit_is_recognised_in_every_vendor_s_words(said: str, excess: int | None) -> None:
    assert is_too_long(400, said)
    assert excess_tokens(said) == excess


@pytest.mark.parametrize(
    "said",
    [
        "Invalid 'messages'",
        "Unsupported parameter: 'max_tokens'",
        "max_tokens is too large: 99999. This model supports at most 16384 completion tokens",
        "max_tokens exceeds the limit of 16384",
        "The model `gpt-4` does not exist",
        "temperature: must be less than 1",
    ],
)
def test_another_refusal_is_not_taken_for_it(said: str) -> None:
    assert not is_too_long(400, said)


@pytest.mark.parametrize(("status", "too_long"), [(413, True), (401, False), (500, False), (404, False)])
def test_the_status_has_its_say(status: int, too_long: bool) -> None:
    assert is_too_long(status, "maximum context length is 8192 tokens") == too_long


def test_the_vendor_s_own_code_is_enough() -> None:
    assert is_too_long(400, "Please reduce the length", {"context_length_exceeded"})


def test_a_request_larger_than_a_minute_s_tokens_never_passes_as_it_is() -> None:
    said = "Request too large for gpt-5 on tokens per min (TPM): Limit 10000, Requested 12000."
    assert is_too_long(429, said)
    assert excess_tokens(said) == 2000
    assert not is_too_long(429, "Rate limit reached: Limit 10000, Used 9000, Requested 2000.")
