"""The data made of a tree is what PyYAML would load."""

from __future__ import annotations

import pytest
import yaml

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.compose import compose
from dbt_docsmith.properties.construct import data_of


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: [1, 1.5, 0x1f, 017, 1_000, 12:30, true, No, ~, null, '1', \"yes\", text, .inf, 2024-01-01, 1e3, y]",
        "1: a\ntrue: b\n~: c\n2024-01-01: d\n",
        "a: 1\na: 2\n",
        "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz: {<<: [*x, *y], c: 5}\n",
        "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nw: {c: 6, <<: *y}\nv: {<<: *x, <<: *y}\n",
        'x: {"<<": 1}\n',
        "a: !!str 1\nb: !!int '2'\nc: !!binary aGk=\nd: !!set {x, y}\ne: ! 3\nf: !!timestamp 2024-01-01\n",
        "a: |\n  x\n  y\nb: >-\n  x\n  y\nc: 'x\n\n  y'\n",
        "a: &x [1]\nb: *x\n",
    ],
)
def test_every_type_is_made_as_pyyaml_makes_it(text: str) -> None:
    made, loaded = data_of(compose("a.yml", text)), yaml.load(text, yaml.CSafeLoader)
    assert repr(made) == repr(loaded) or made == loaded
    assert [type(value) for value in (made or {}).values()] == [type(value) for value in (loaded or {}).values()]


def test_what_aliases_share_is_one_object() -> None:
    made = data_of(compose("a.yml", "a: &x [1]\nb: *x\n"))
    assert made["a"] is made["b"]


@pytest.mark.parametrize("text", ["a: 2024-99-99\n", "a: =\n", "a: {<<: 1}\n"])
def test_what_pyyaml_refuses_is_an_error(text: str) -> None:
    with pytest.raises(WriteError, match=r"^a\.yml"):
        data_of(compose("a.yml", text))
