"""What a user gets wrong is one line that says what, where and what to do; nothing is spent or written."""

from collections.abc import Sequence

import pytest
from tests.cli.user import CONFIG, RULES, Program, Said, User, refused
from tests.wire_server import WireServer

from dbt_docsmith.cli.main import run

# ---------------------------------------------------------------- options


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--limt", "3"], "No such option"),
        (["--limt", "3"], "(see 'dbt-docsmith document --help')"),
        (["--llm-timeout"], "'--llm-timeout' requires an argument"),
        (["orders"], "unexpected extra argument (orders)"),
        (["--format", "xml"], "'--format': 'xml' is not one of 'text', 'json'"),
        (["--only", "tables"], "--only: 'tables' is not one of nodes, columns"),
        (["--fail-on", "sometimes"], "--fail-on: 'sometimes' is not one of never, failed, abstained"),
        (["--limit", "0"], "--limit: '0' is not a whole number above 0"),
        (["--limit", "-3"], "--limit: '-3' is not a whole number above 0"),
        (["--limit", "2.5"], "--limit: '2.5' is not a whole number above 0"),
        (["--threads", "0"], "--threads: '0' is not a whole number above 0"),
        (["--threads", "many"], "--threads: 'many' is not a whole number above 0"),
        (["--llm-timeout", "0"], "--llm-timeout: '0' is not a number above 0"),
        (["--llm-timeout", "nan"], "--llm-timeout: 'nan' is not a number above 0"),
        (["--llm-timeout", "inf"], "--llm-timeout: 'inf' is not a number above 0"),
        (
            ["--llm-rate-limit", "fast"],
            "--llm-rate-limit: 'fast' is not a whole number of requests a minute, or auto",
        ),
        (["--llm-rate-limit", "-1"], "--llm-rate-limit: '-1' is not a whole number of requests a minute, or auto"),
        (["--llm-max-retries", "-1"], "--llm-max-retries: '-1' is not a whole number of at least 0"),
        (["--llm-retry-delay", "-1"], "--llm-retry-delay: '-1' is not a number of at least 0"),
        (["--llm-temperature", "hot"], "--llm-temperature: 'hot' is not a number of at least 0"),
        (["--llm-max-tokens", "0"], "--llm-max-tokens: '0' is not a whole number above 0"),
        (["--llm-max-sql-chars", "-1"], "--llm-max-sql-chars: '-1' is not a whole number of at least 0"),
        (["--resource-type", "modle"], "--resource-type: 'modle' is not described; did you mean 'model'?"),
        (["--resource-type", "test"], "there are: model, source, seed, snapshot"),
    ],
)
def test_an_option_that_cannot_be_right(args: list[str], told: str, online: User, wire_server: WireServer) -> None:
    assert told in refused(online, wire_server, "document", *args)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--min-coverage", "-1"], "--min-coverage: '-1' is not a percentage from 0 to 100"),
        (["--min-coverage", "101"], "--min-coverage: '101' is not a percentage from 0 to 100"),
        (["--min-coverage", "90%"], "--min-coverage: '90%' is not a percentage from 0 to 100"),
        (["--count-columns", "all"], "--count-columns: 'all' is not one of declared, known"),
        (["--provider", "rules"], "No such option '--provider'"),
    ],
)
def test_an_option_of_check_that_cannot_be_right(
    args: list[str], told: str, online: User, wire_server: WireServer
) -> None:
    assert told in refused(online, wire_server, "check", *args)


def test_an_unknown_command(user: User) -> None:
    said = user.anywhere("documnet")
    assert said.code == 2
    assert said.error == "No such command 'documnet'. Did you mean 'document'? (see 'dbt-docsmith --help')"


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("OSMOSIS_LLM_TIMEOUT", "soon", "OSMOSIS_LLM_TIMEOUT: 'soon' is not a number above 0"),
        ("OSMOSIS_LLM_MAX_TOKENS", "-5", "OSMOSIS_LLM_MAX_TOKENS: '-5' is not a whole number above 0"),
        ("OSMOSIS_LLM_TRACK_USAGE", "maybe", "OSMOSIS_LLM_TRACK_USAGE: 'maybe' is not true or false"),
        ("OSMOSIS_LLM_PROMPT_MODLE_USER", "x", "OSMOSIS_LLM_PROMPT_MODLE_USER: unknown key 'modle_user'"),
        (
            "OSMOSIS_LLM_PROMPT_MODEL_USER",
            "{{ nmae }}",
            "OSMOSIS_LLM_PROMPT_MODEL_USER:1: unknown variable 'nmae'",
        ),
    ],
)
def test_a_variable_that_cannot_be_right(
    variable: str, value: str, told: str, online: User, wire_server: WireServer
) -> None:
    assert told in refused(online, wire_server, "document", **{variable: value})


# ---------------------------------------------------------------- providers


def test_no_provider_is_configured(user: User, wire_server: WireServer) -> None:
    error = refused(user, wire_server, "document")
    assert error.startswith(
        "no provider is configured: set OPENAI_API_KEY, or choose one with --provider (openai,"
    )
    assert "--provider rules works offline, without a key" in error


def test_several_providers_are_configured(online: User, wire_server: WireServer) -> None:
    assert refused(online, wire_server, "document", GROQ_API_KEY="gsk-x") == (
        "several providers are configured (openai, groq): choose with --provider or LLM_PROVIDER"
    )


@pytest.mark.parametrize(
    ("args", "environ", "file", "where"),
    [
        (["--provider", "opnai"], {}, "", "--provider"),
        ([], {"LLM_PROVIDER": "opnai"}, "", "LLM_PROVIDER"),
        ([], {}, "provider: opnai\n", "dbt-docsmith.yml: provider"),
        (["--provider", "rules,opnai:gpt"], {}, "", "--provider"),
    ],
)
def test_an_unknown_provider(
    args: list[str], environ: dict[str, str], file: str, where: str, online: User, wire_server: WireServer
) -> None:
    online.write(CONFIG, file)
    error = refused(online, wire_server, "document", *args, **environ)
    assert error.startswith(f"{where}: unknown provider 'opnai'; did you mean 'openai'?; there are: openai,")


@pytest.mark.parametrize(
    ("provider", "variable"),
    [("openai", "OPENAI_API_KEY"), ("groq", "GROQ_API_KEY"), ("rules,openai", "OPENAI_API_KEY")],
)
def test_a_missing_key(provider: str, variable: str, user: User, wire_server: WireServer) -> None:
    error = refused(user, wire_server, "document", "--provider", provider)
    assert error.endswith(f"needs a key: set {variable}")


@pytest.mark.parametrize("key", ["", "  "])
def test_a_blank_key_is_a_missing_key(key: str, user: User, wire_server: WireServer) -> None:
    error = refused(user, wire_server, "document", "--provider", "openai", OPENAI_API_KEY=key)
    assert error.endswith("needs a key: set OPENAI_API_KEY")


@pytest.mark.parametrize("provider", ["openai", "rules,openai"])
def test_an_sdk_that_is_not_installed(provider: str, user: User, without_openai: Program) -> None:
    before = user.tree()
    said = without_openai(user, "document", "--provider", provider, OPENAI_API_KEY="sk-x")
    assert (said.code, said.error) == (
        2,
        "provider openai needs the package 'openai': pip install 'dbt-docsmith[openai]'",
    )
    assert user.tree() == before


@pytest.mark.parametrize("url", ["not a url", "ftp://host/v1", "http://", "https://host:port/v1"])
def test_a_base_url_that_is_none(url: str, user: User, wire_server: WireServer) -> None:
    error = refused(user, wire_server, "document", OPENAI_API_KEY="sk-x", OPENAI_BASE_URL=url)
    assert error == "OPENAI_BASE_URL is not a base URL: it needs http:// or https:// and a host"


# ---------------------------------------------------------------- selection


@pytest.mark.parametrize("option", ["--select", "--exclude"])
@pytest.mark.parametrize(
    ("selector", "told"),
    [
        ("tga:nightly", "'tga' in the selector 'tga:nightly' is no selection method: did you mean tag:?"),
        ("@fct_orders+", "the selector '@fct_orders+' has both '@' and a trailing '+'"),
        ("state:modified", "needs --state DIR (or DBT_STATE)"),
    ],
)
def test_a_selector_that_dbt_would_refuse(
    option: str, selector: str, told: str, online: User, wire_server: WireServer
) -> None:
    assert told in refused(online, wire_server, "document", option, selector)
    assert told in refused(online, wire_server, "check", option, selector)


def test_a_selector_that_is_not_defined(online: User, wire_server: WireServer) -> None:
    assert "there is no selector 'nightly'" in refused(online, wire_server, "document", "--selector", "nightly")


@pytest.mark.parametrize("option", ["--select", "--exclude"])
@pytest.mark.parametrize("command", [RULES, ("check", "--min-coverage", "0")])
def test_a_selector_that_matches_nothing_is_worth_a_warning(
    command: Sequence[str], option: str, user: User
) -> None:
    said = user(*command, option, "no_such_model")
    assert said.code == 0
    assert said.warnings[0] == "the selection criterion 'no_such_model' does not match any enabled nodes"


def test_a_selection_of_what_is_skipped_is_worth_a_warning(user: User) -> None:
    user.write(CONFIG, "skip: [fct_orders]\n")
    said = user(*RULES, "-s", "fct_orders")
    assert (said.code, said.warnings) == (0, ["all that is selected is skipped, or belongs to installed packages"])


# ---------------------------------------------------------------- tracebacks


def test_a_traceback_is_shown_with_debug_only(user: User) -> None:
    plain = user("document", "--provider", "nope")
    told = user("document", "--provider", "nope", "--debug")
    assert plain.code == told.code == 2
    assert "Traceback" not in plain.err
    assert told.err.startswith("Traceback (most recent call last):")
    assert told.err.splitlines()[-1] == f"error: {plain.error}"


class Exploding(dict[str, str]):
    """An environment that cannot be looked into."""

    def get(self, *_key: object) -> str:
        raise ZeroDivisionError("nothing\nto see")


def test_a_fault_of_the_program_is_one_line_too(capfd: pytest.CaptureFixture[str]) -> None:
    plain = Said(run(["document"], Exploding()), *capfd.readouterr())
    told = Said(run(["document", "--debug"], Exploding()), *capfd.readouterr())
    assert plain.code == told.code == 1
    assert plain.error.startswith("internal error, ZeroDivisionError: nothing to see (config.py:")
    assert plain.error.endswith("this is a fault of dbt-docsmith: please report it, with what --debug prints")
    assert told.err.startswith("Traceback (most recent call last):")
    assert told.err.splitlines()[-1] == f"error: {plain.error}"


def test_an_error_stays_on_one_line_whatever_it_quotes(user: User) -> None:
    said = user("document", "--provider", "a\nb\x1b[31mc\r\x00")
    assert said.code == 2
    assert said.error.startswith("--provider: unknown provider 'a b [31mc '; there are:")
