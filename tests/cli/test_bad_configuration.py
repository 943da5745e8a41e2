"""A configuration or a prompt file that cannot be right: one line with file, line and cure."""

import pytest
from tests.cli.user import CONFIG, RULES, User, refused
from tests.wire_server import WireServer

# ---------------------------------------------------------------- dbt-docsmith.yml


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("modle: x\n", ":1: unknown key 'modle'; did you mean 'model'?; there are: provider, model,"),
        ("model: x\nlimits:\n  thread: 3\n", ":3: unknown key 'limits.thread'; did you mean 'threads'?"),
        ("limits: {threads: many}\n", ":1: limits.threads: expected int"),
        ("limits:\n- 3\n", ":1: limits: expected object"),
        ("style:\n  max_length: 0\n", "max_length"),
        ("columns: {case: mixed}\n", ":1: columns.case: 'mixed' is not one of lower, upper"),
        ("limits: {requests_per_minute: fast}\n", ": 'fast' is not one of auto, a whole number"),
        ("model: 2020-01-01\n", ":1: model: expected str, got date"),
        ("model: x\nlimits:\n  threads: 1\nmodel: y\n", ":4: 'model' is there already, in line 1"),
        ("limits: {threads: 1, threads: 2}\n", ":1: 'limits.threads' is there already, in line 1"),
        ("model: x\n---\nmodel: y\n", ":2: is not YAML"),
        ("a: !!python/object:os.system x\n", ":1: is not YAML"),
        ("model: a\0b\n", ": is not YAML: special characters are not allowed"),
        ("? [a]\n: b\n", ":1: is not YAML: found unhashable key"),
        ("[" * 3000, ": is not YAML: it is nested too deep"),
        ("glossary: {a: [1]}\n", ":1: glossary"),
        ("glossary: {'/[/': x}\n", ":1: glossary: '/[/' is not a pattern"),
        ("- a\n", ":1: must be a mapping"),
        ("just words\n", ":1: must be a mapping"),
        ("model: x\na: [\n", ":3: is not YAML"),
        ("a: b: c\n", ":1: is not YAML"),
        ("\tmodel: x\n", ":1: is not YAML"),
        ("1: x\n", ":1: unknown key '1'"),
        (b"model: caf\xe9\n", ": cannot be read"),
        ("skip: tag:old\n", ":1: skip: expected array"),
        ("skip: ['tga:old']\n", "no selection method"),
        ("prompts: {file: 3}\n", ":1: prompts.file: expected str"),
        ("redact: {mode: none}\n", ":1: redact.mode: 'none' is not one of matching, all, off"),
        ("redact:\n  patterns: ['(']\n", ":2: redact.patterns: '(' is not a pattern"),
        ("redact: {pattern: [x]}\n", ":1: unknown key 'redact.pattern'; did you mean 'patterns'?"),
        (
            "policy:\n  never_send:\n    tag: [pii]\n",
            ":3: unknown key 'policy.never_send.tag'; did you mean",
        ),
        ("policy: {hosts: localhost}\n", ":1: policy.hosts: expected array"),
        ("policy: {provider: [openai]}\n", ":1: unknown key 'policy.provider'; did you mean 'providers'?"),
        ("placement: 3\n", ":1: placement: expected"),
        ("placement: '{modle}.yml'\n", "names nothing; did you mean 'model'?; it may use {model}, {parent}"),
        ("placement: {staging: '{model.yml'}\n", "the path template '{model.yml' is not readable"),
        (
            "providers: {opnai: {model: x}}\n",
            ": providers.opnai: unknown provider 'opnai'; did you mean 'openai'?",
        ),
        ("providers: {openai: {headers: {X-Key: {env: NO_SUCH}}}}\n", "the variable NO_SUCH is not set"),
    ],
)
def test_a_configuration_file_that_cannot_be_right(
    content: str | bytes, told: str, online: User, wire_server: WireServer
) -> None:
    online.write(CONFIG, content)
    error = refused(online, wire_server, "document")
    assert told in error
    assert CONFIG in error


def test_a_configuration_that_is_a_folder(online: User, wire_server: WireServer) -> None:
    (online.project / CONFIG).mkdir()
    assert refused(online, wire_server, "document") == f"{online.project / CONFIG}: cannot be read: Is a directory"


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "limits:\nstyle: {tone: }\nproviders: {openai: }\n"])
def test_keys_with_nothing_behind_them_are_not_there(content: str, user: User) -> None:
    user.write(CONFIG, content)
    assert user(*RULES, "--dry-run").code == 0


# ---------------------------------------------------------------- prompts


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("modle_user: x\n", ":1: unknown key 'modle_user'; did you mean 'model_user'?"),
        ("vars: {a: b}\nmodel_user: |\n  one\n  {{ colums }}\n", ":4: unknown variable 'colums' in model_user"),
        ("model_user: |\n  {% for x in columns %}\n", "model_user is not a Jinja template"),
        ("model_user: |\n  {{ node.nmae }}\n", ":2: model_user cannot be rendered"),
        ("model_user: [a]\n", ":1: model_user must be text"),
        ("vars: [a]\n", ":1: vars must be a mapping"),
        ("vars: {node: x}\n", "the variable 'node' is the tool's own"),
        ("- a\n", ":1: a prompt file is a mapping"),
        ("model_user: [\n", "is not YAML"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_prompt_file_that_cannot_be_right(
    content: str | bytes, told: str, online: User, wire_server: WireServer
) -> None:
    file = online.write("my_prompts.yml", content)
    error = refused(online, wire_server, "document", "--llm-prompt-file", file)
    assert error.startswith(str(file))
    assert told in error


@pytest.mark.parametrize("how", ["option", "variable", "key"])
def test_a_prompt_file_is_read_wherever_it_is_named(how: str, online: User, wire_server: WireServer) -> None:
    file = online.write("my_prompts.yml", "modle_user: x\n")
    online.write(CONFIG, "prompts: {file: my_prompts.yml}\n" if how == "key" else "")
    option = ["--llm-prompt-file", file] if how == "option" else []
    environ = {"OSMOSIS_LLM_PROMPT_FILE": str(file)} if how == "variable" else {}
    assert refused(online, wire_server, "prompts", "render", "fct_orders", *option, **environ).startswith(
        str(file)
    )


@pytest.mark.parametrize(
    ("args", "environ", "file", "where"),
    [
        (["--llm-prompt-file", "/no/p.yml"], {}, "", "--llm-prompt-file"),
        ([], {"OSMOSIS_LLM_PROMPT_FILE": "/no/p.yml"}, "", "OSMOSIS_LLM_PROMPT_FILE"),
        ([], {}, "prompts: {file: /no/p.yml}\n", "dbt-docsmith.yml: prompts.file"),
    ],
)
def test_a_prompt_file_that_is_not_there(
    args: list[str], environ: dict[str, str], file: str, where: str, online: User, wire_server: WireServer
) -> None:
    online.write(CONFIG, file)
    error = refused(online, wire_server, "document", *args, **environ)
    assert error == f"{where}: there is no prompt file /no/p.yml; name one that is there, or leave it out"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "fct_order",
            "'fct_order' is no model, source, seed or snapshot of this project; did you mean 'fct_orders'?",
        ),
        ("fct_orders.custmer_id", "fct_orders has no column 'custmer_id'; did you mean 'customer_id'?"),
    ],
)
def test_a_prompt_of_what_is_not_there(name: str, told: str, online: User, wire_server: WireServer) -> None:
    assert refused(online, wire_server, "prompts", "render", name) == told
    assert online("prompts", "render", name, OPENAI_API_KEY="", OPENAI_BASE_URL="").error == told
