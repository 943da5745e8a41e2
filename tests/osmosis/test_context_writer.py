"""Texts on their way into dbt-osmosis's context."""

from tests.osmosis.hosts import host, node, proposal, target

from dbt_docsmith.osmosis.context_writer import ContextWriter


def test_texts_go_where_none_was_and_their_jinja_is_escaped() -> None:
    orders = host(description="What a person wrote.", id="", NOTE="Not documented")
    writer = ContextWriter({orders.unique_id: orders}, ("",), lambda _unique_id: ())
    writer.add(
        target(), [proposal(None, "Ours."), proposal("id", "Has {% if %} in it."), proposal("note", "A note.")]
    )
    assert orders.description == "What a person wrote."
    assert orders.columns["id"].description == "Has {{ '{%' }} if %} in it."
    assert orders.columns["NOTE"].description == "A note."


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
