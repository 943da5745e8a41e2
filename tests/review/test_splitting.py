"""Proposals parted for several people: every place is in one part, and says no less there."""

from dbt_docsmith.review.proposals import Item, Place
from dbt_docsmith.review.splitting import part_file, split_items

MADE = Place(node="model.shop.stg", file="models/staging/s.yml")
TAKEN = Place(node="model.shop.fct", file="models/marts/m.yml", origin="inherited", source="model.shop.stg.a")
AGAIN = Place(node="model.shop.dim", file="models/marts/m.yml")
ITEM = Item(text="Text.", source="openai:gpt", places=(MADE, TAKEN, AGAIN))


def test_a_text_of_two_parts_is_in_both_with_its_places_there() -> None:
    parts = split_items([ITEM], lambda place: (place.file or "").rpartition("/")[0])
    assert list(parts) == ["models/marts", "models/staging"]
    [staging] = parts["models/staging"]
    assert staging == Item(text="Text.", source="openai:gpt", places=(MADE,))
    [marts] = parts["models/marts"]
    assert (marts.origin, marts.source) == ("inherited", "model.shop.stg.a")
    taken, again = marts.places
    assert (taken.origin, taken.source) == (None, None)
    assert (again.origin, again.source) == ("llm", "openai:gpt")


def test_each_part_has_a_file_of_its_own_wherever_names_lose_their_case() -> None:
    taken: set[str] = set()
    parts = ["models/staging", "Models/staging", "Ann <ann@shop.example>", "../x", "...", "a\nb"]
    assert [part_file(part, taken) for part in parts] == [
        "models/staging.yml",
        "Models/staging-2.yml",
        "Ann-ann@shop.example.yml",
        "-/x.yml",
        "-.yml",
        "a-b.yml",
    ]
