"""Reading gives what dbt would read."""

from __future__ import annotations

import pytest

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.read import is_placeholder, read_entries
from dbt_docsmith.types import WrittenEntry, WrittenText

FILE = "models/schema.yml"


def only(text: str) -> WrittenEntry:
    (entry,) = read_entries(FILE, text)
    return entry


def described(value: str) -> WrittenText | None:
    return only(f"models:\n  - name: a\n    description: {value}\n    meta: {{x: &d Anchored}}\n").description


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        ("Plain.", "Plain."),
        ("'it''s'", "it's"),
        ('"a\\nb"', "a\nb"),
        ("|\n      a\n      b", "a\nb\n"),
        (">-\n      a\n      b", "a b"),
        ("''", ""),
        ("\"{{ doc('x') }}\"", "{{ doc('x') }}"),
        ("12", "12"),
        ("yes", "yes"),
        ("[a, b]", "[a, b]"),
    ],
)
def test_a_description_is_read_as_yaml_gives_it(value: str, raw: str) -> None:
    assert described(value) == WrittenText(raw=raw, line=3)


@pytest.mark.parametrize("value", ["", "null", "~", "Null", "!!null ''"])
def test_a_null_description_is_none(value: str) -> None:
    assert described(value) is None


def test_an_absent_description_is_none() -> None:
    assert only("models:\n  - name: a\n").description is None


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only a comment\n", "---\n", "\ufeff", "version: 2\n", "models:\n", "{}\n"]
)
def test_a_file_without_entries_gives_none(text: str) -> None:
    assert read_entries(FILE, text) == ()


def test_every_section_gives_its_entries() -> None:
    sections = ("models", "seeds", "snapshots", "analyses", "macros", "exposures", "metrics", "semantic_models")
    text = "".join(f"{section}:\n  - name: in_{section}\n" for section in sections)
    assert [(entry.section, entry.name) for entry in read_entries(FILE, text)] == [
        (section, f"in_{section}") for section in sections
    ]


def test_the_tables_of_a_source_are_entries_under_its_name() -> None:
    text = "sources:\n  - name: raw\n    description: Raw.\n    tables:\n      - name: a\n      - name: b\n"
    entries = read_entries(FILE, text)
    assert [(entry.source_name, entry.name, entry.line) for entry in entries] == [("raw", "a", 5), ("raw", "b", 6)]
    assert all(entry.description is None for entry in entries)


def test_columns_keep_their_order_their_lines_and_their_keys() -> None:
    entry = only(
        "models:\n  - name: a\n    columns:\n      - name: id\n        tests: [unique]\n\n"
        "      # the other\n      - description: Other.\n        data_type: text\n        name: Other\n"
    )
    read = [(c.name, c.line, c.description, c.keys, c.tests) for c in entry.columns.values()]
    assert read == [
        ("id", 4, None, ("tests",), ("unique",)),
        ("Other", 8, WrittenText(raw="Other.", line=8), ("description", "data_type"), ()),
    ]


def test_tests_are_named_as_they_are_written() -> None:
    entry = only(
        "models:\n  - name: a\n    data_tests:\n      - dbt_utils.expression_is_true:\n"
        "          expression: x > 1\n      - name: mine\n        test_name: unique\n"
        "    columns:\n      - name: id\n        tests:\n"
        "          - unique\n          - not_null:\n              where: x\n"
    )
    assert entry.tests == ("dbt_utils.expression_is_true", "unique")
    assert entry.columns["id"].tests == ("unique", "not_null")


@pytest.mark.parametrize(("written", "name"), [("2024", "2024"), ("yes", "yes"), ("'no'", "no"), ("1.0", "1.0")])
def test_a_name_is_what_is_typed(written: str, name: str) -> None:
    assert list(only(f"models:\n  - name: a\n    columns:\n      - name: {written}\n").columns) == [name]


def test_of_duplicate_keys_and_columns_the_last_counts() -> None:
    entry = only(
        "models:\n  - name: a\n    description: First.\n    description: Second.\n    columns:\n"
        "      - name: id\n        description: First.\n      - name: id\n        description: Second.\n"
    )
    assert entry.description == WrittenText(raw="Second.", line=4)
    assert entry.columns["id"].description == WrittenText(raw="Second.", line=9)


def test_versions_stand_beside_the_entry_they_belong_to() -> None:
    entries = read_entries(
        FILE,
        "models:\n  - name: a\n    columns:\n      - name: id\n    versions:\n      - v: 1\n        columns:\n"
        "          - include: all\n            exclude: [id]\n          - name: own\n      - v: 2\n"
        "        description: Two.\n      - v: 1.10\n        columns:\n          - include: all\n",
    )
    assert [(entry.version, entry.own_columns, list(entry.columns)) for entry in entries] == [
        (None, True, ["id"]),
        ("1", True, ["own"]),
        ("2", False, []),
        ("1.1", False, []),
    ]
    assert {entry.name for entry in entries} == {"a"}
    assert entries[2].description == WrittenText(raw="Two.", line=12)


def test_aliases_and_merge_keys_are_resolved() -> None:
    entries = read_entries(
        FILE,
        "x: &base\n  description: Shared.\n  columns: &cols\n    - &id\n      name: id\n      tests: [unique]\n"
        "models:\n  - <<: *base\n    name: a\n  - name: b\n    <<: [*base]\n    description: Own.\n    columns:\n"
        "      - *id\n      - <<: *id\n        name: other\n  - name: c\n    columns: *cols\n",
    )
    assert [(entry.name, entry.description and entry.description.raw) for entry in entries] == [
        ("a", "Shared."),
        ("b", "Own."),
        ("c", None),
    ]
    assert [list(entry.columns) for entry in entries] == [["id"], ["id", "other"], ["id"]]
    assert entries[1].columns["other"].tests == ("unique",)


def test_what_is_no_entry_is_passed_over() -> None:
    nameless = "  - just text\n  - [a]\n  - description: nameless\n  - name: {a: b}\n"
    text = f"models:\n{nameless}  - name: a\n    columns: {{x: 1}}\n"
    assert [(entry.name, entry.columns) for entry in read_entries(FILE, text)] == [("a", {})]


@pytest.mark.parametrize(
    "text", ["models: text\n", "models: {a: b}\nsources: 1\n", "sources:\n  - name: a\n    tables: x\n"]
)
def test_a_section_that_is_no_list_has_no_entries(text: str) -> None:
    assert read_entries(FILE, text) == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("models:\n  - name: a\n   bad: indent\n", 3),
        ("\n\nmodels: [\n", 4),
        ("models:\n  - name: a\n    description: {{ doc('x') }}\n", 3),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: *nowhere\n", 1),
        ("é: é\nb: \x07\n", 2),
        ("a: 1\n\ufeff\tb\n", 2),
        ("a: !mine x\n", 1),
        ("a: &x 1\nb: &x 2\n", 2),
        ("a: &x [*x]\n", 1),
        ("- a\n- b\n", 1),
        ("only text\n", 1),
    ],
)
def test_what_dbt_could_not_read_is_an_error_that_names_the_line(text: str, line: int) -> None:
    with pytest.raises(WriteError, match=rf"^{FILE}:{line}: [^\n]+; [^\n]+$"):
        read_entries(FILE, text)


def test_a_file_nested_too_deep_is_an_error() -> None:
    with pytest.raises(WriteError, match=FILE):
        read_entries(FILE, "a: " + "[" * 50_000)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_count_as_in_an_editor(newline: str) -> None:
    text = '\ufeff\n# first\nx: "one\u2028two\x85three"\nmodels:\n  - name: a\n    description: b\n'.replace(
        "\n", newline
    )
    entry = only(text)
    assert (entry.line, entry.description) == (5, WrittenText(raw="b", line=6))


@pytest.mark.parametrize(
    "raw",
    [
        "Pending further documentation",
        "No description for this column.",
        " not documented ",
        "Undefined.",
        "UNDEFINED",
    ],
)
def test_known_placeholders_say_nothing(raw: str) -> None:
    assert is_placeholder(raw)


@pytest.mark.parametrize("raw", ["", "Undefined behaviour.", "Documented", "{{ doc('undefined') }}"])
def test_anything_else_says_something(raw: str) -> None:
    assert not is_placeholder(raw)
