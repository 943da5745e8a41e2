"""Comments of properties files that say something of what they stand beside."""

from __future__ import annotations

import pytest

from dbt_docsmith.properties.read import read_entries

FILE = """\
# yaml-language-server: $schema=x
models:
  # ---------------
  # asked for by purchasing,
  # not by finance
  - name: orders  # one a checkout
    columns: # all of them
      - name: a
        # - unique
      # in cents
      - name: b  # before tax
        data_tests: [unique] # see ticket 12

      # far above

      - name: c
        description: |
          # no comment
      # name: d
      - {name: e} # in braces
      - name: "f # g"
"""


@pytest.mark.parametrize(
    ("column", "note"),
    [
        ("a", ""),
        ("b", "in cents before tax see ticket 12"),
        ("c", ""),
        ("e", ""),
        ("f # g", ""),
    ],
)
def test_a_column_s_comments_stand_above_and_beside_it(column: str, note: str) -> None:
    (entry,) = read_entries("models/x.yml", FILE)
    assert entry.columns[column].note == note


def test_a_node_s_comments_do_not_take_in_rulers_or_its_columns() -> None:
    (entry,) = read_entries("models/x.yml", FILE)
    assert entry.note == "asked for by purchasing, not by finance one a checkout"
