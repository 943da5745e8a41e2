"""Texts on their way into dbt-osmosis's context."""

import pytest
from jinja2 import Environment
from msgspec.structs import replace
from tests.osmosis.hosts import host, node, proposal, target

from dbt_docsmith.osmosis.context_writer import ContextWriter, for_host


def test_texts_go_where_none_was() -> None:
    orders = host(description="What a person wrote.", id="", NOTE="Not documented")
    writer = ContextWriter({orders.unique_id: orders}, ("",), lambda _unique_id: ())
    writer.add(target(), [proposal(None, "Ours."), proposal("id", "The key."), proposal("note", "A note.")])
    assert orders.description == "What a person wrote."
    assert orders.columns["id"].description == "The key."
    assert orders.columns["NOTE"].description == "A note."


@pytest.mark.parametrize(
    ("made", "written"),
    [
        ("Has {% if %} in it.", "Has { % if %} in it."),
        ("{{ ref('x') }} and {# that #}", "{ { ref('x') }} and { # that #}"),
        ("{{{", "{ { {"),
        ("A set {a, b} and 100 %}.", "A set {a, b} and 100 %}."),
    ],
)
def test_what_would_open_jinja_stays_closed_however_often_it_is_rendered(made: str, written: str) -> None:
    text = for_host(proposal(None, made)).description
    assert text == written
    assert Environment().from_string(text).render() == text


def test_a_reference_to_a_doc_block_is_handed_on_as_it_is() -> None:
    reference = replace(proposal("id", "{{ doc('id') }}"), raw=True)
    assert for_host(reference) == reference


def test_what_a_dry_run_foretells_is_not_put_there() -> None:
    orders = host(id="")
    writer = ContextWriter({orders.unique_id: orders}, ("",), lambda _unique_id: ())
    writer.add(target(), [proposal(None, None), proposal("id", None)])
    assert (orders.description, orders.columns["id"].description) == ("", "")


def test_versions_share_what_they_all_miss() -> None:
    first, second = host("model.shop.orders.v1", id="", old=""), host("model.shop.orders.v2", id="")
    hosts = {each.unique_id: each for each in (first, second)}
    others = {second.unique_id: (node(first.unique_id),)}
    writer = ContextWriter(hosts, ("",), lambda unique_id: others.get(unique_id, ()))
    writer.add(target(second.unique_id), [proposal("id", "The key.", second.unique_id)])
    assert [each.columns["id"].description for each in (first, second)] == ["The key.", "The key."]
    assert first.columns["old"].description == ""
