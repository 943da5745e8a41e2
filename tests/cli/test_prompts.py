"""`prompts list`, `show`, `init` and `validate`, as a user types them."""

import pytest
import yaml
from tests.cli.user import User

KEYS = [f"{name}_{part}" for name in ("model", "table", "column", "thing") for part in ("system", "user")]


def test_list_names_every_template_where_it_is_from_and_every_variable(user: User) -> None:
    file = user.write("own.yml", "vars: {company: Acme}\ntable_user: |\n  {{ node_facts }} at {{ company }}\n")
    said = user("prompts", "list", "--llm-prompt-file", file, OSMOSIS_LLM_PROMPT_MODEL_SYSTEM="Be brief.")
    assert said.code == 0
    origins = {line.split()[0]: line.split()[1] for line in said.out.splitlines() if line.startswith("  ")}
    assert [origins[key] for key in KEYS] == [
        "OSMOSIS_LLM_PROMPT_MODEL_SYSTEM",
        "bundled",
        "bundled",
        f"{file}:3",
        *["bundled"] * 4,
    ]
    assert {"node_facts", "column_facts", "max_length", "company"} <= set(origins)


@pytest.mark.parametrize(("name", "shown"), [("model", KEYS[:2]), ("column_user", KEYS[5:6])])
def test_show_prints_the_template_in_effect(name: str, shown: list[str], user: User) -> None:
    said = user("prompts", "show", name)
    assert [line[2:].partition(":")[0] for line in said.out.splitlines() if line.startswith("# ")] == shown
    assert "{{ column_facts }}" in said.out


def test_a_template_that_is_not_there(user: User) -> None:
    said = user("prompts", "show", "modle")
    assert said.code == 2
    assert said.error.startswith("'modle' is no template; did you mean 'model'?; there are: model, table, column,")


def test_init_writes_what_validate_accepts_and_the_tool_uses_unchanged(user: User) -> None:
    before = user("prompts", "render", "fct_orders", "--provider", "rules").out
    said = user("prompts", "init")
    file = user.project / "prompts.yml"
    assert said.code == 0
    assert said.out.endswith("or with prompts: {file: prompts.yml} in dbt-docsmith.yml\n")
    assert list(yaml.safe_load(file.read_text())) == KEYS
    assert user("prompts", "validate", file).out == f"{file}: nothing is wrong\n"
    user.write("dbt-docsmith.yml", "prompts: {file: prompts.yml}\n")
    assert user("prompts", "render", "fct_orders", "--provider", "rules").out == before


def test_init_replaces_no_file(user: User) -> None:
    file = user.write("prompts.yml", "mine")
    said = user("prompts", "init")
    assert said.code == 2
    assert said.error == f"{file} is there already: name another file, or remove it"
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model_user: '{{ colums }}'\n", ":1: unknown variable 'colums' in model_user; did you mean 'columns'?"),
        ("model_user: |\n  x\n  {{ node.sql.nothing() }}\n", ":2: model_user cannot be rendered"),
        ("vars: {}\ncolumn_user: |\n  {company}\n", ":3: unknown variable 'company' in column_user"),
        (
            "table_user: |\n  {% for test in node.tests %}{{ test.nmae }}{% endfor %}\n",
            ":2: table_user cannot be rendered",
        ),
    ],
)
def test_validate_finds_what_would_fail_later(text: str, told: str, user: User) -> None:
    file = user.write("own.yml", text)
    said = user("prompts", "validate", file)
    assert said.code == 2
    assert f"{file}{told}" in said.error


def test_placeholders_of_the_older_form_are_filled_from_vars(user: User) -> None:
    file = user.write("own.yml", "vars: {company_name: Acme}\ntable_user: Describe {company_name}.\n")
    assert user("prompts", "validate", file).code == 0
