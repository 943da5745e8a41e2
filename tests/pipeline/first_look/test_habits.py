"""How people write here, read off a project's own files."""

from __future__ import annotations

from dbt_docsmith.first_look import StyleFound
from dbt_docsmith.pipeline.first_look.habits import find_style
from dbt_docsmith.properties.read import read_entries

GERMAN = """\
models:
  - name: orders
    description: Eine Zeile je Bestellung, die bezahlt wurde und nicht storniert ist.
    columns:
      - {name: id, description: "Die Nummer der Bestellung, wie sie auf der Rechnung steht."}
      - {name: paid, description: "Zeitpunkt, zu dem die Bestellung bezahlt wurde."}
      - {name: kind, description: "{{ doc('kind') }}"}
      - {name: more}
"""


def test_length_and_language_are_those_of_the_texts_that_stand_there() -> None:
    found = find_style(read_entries("models/orders.yml", GERMAN))
    assert found == StyleFound(texts=3, usual=58, long=58, language="German")


def test_there_may_be_no_texts() -> None:
    assert find_style(()) == StyleFound()
