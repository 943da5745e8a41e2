"""Nodes as dbt-osmosis holds them, small enough to read."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field

from dbt_docsmith.osmosis.host import HostColumn
from dbt_docsmith.types import DocTarget, Node, Proposal


@dataclass
class Column:
    """A column of dbt's manifest."""

    description: str = ""
    data_type: str | None = None


@dataclass
class Host:
    """A node of dbt's manifest."""

    unique_id: str = "model.shop.orders"
    package_name: str = "shop"
    description: str = ""
    columns: MutableMapping[str, HostColumn] = field(default_factory=dict)


def host(unique_id: str = "model.shop.orders", description: str = "", **columns: str) -> Host:
    """A node with its columns' descriptions."""
    own: dict[str, HostColumn] = {name: Column(text) for name, text in columns.items()}
    return Host(unique_id, "shop", description, own)


def node(unique_id: str = "model.shop.orders") -> Node:
    """The same node as this program's manifest has it."""
    name = unique_id.split(".")[2]
    return Node(
        unique_id=unique_id,
        name=name,
        resource_type="model",
        package_name="shop",
        properties_file="models/orders.yml",
        version=unique_id.rsplit(".v", 1)[1] if ".v" in unique_id else None,
    )


def target(unique_id: str = "model.shop.orders") -> DocTarget:
    """Something to describe."""
    return DocTarget(node=node(unique_id), needs_description=True)


def proposal(column: str | None, text: str | None, unique_id: str = "model.shop.orders") -> Proposal:
    """A text that was made."""
    return Proposal(
        unique_id=unique_id,
        column=column,
        description=text,
        origin="llm",
        source="openai:m",
        file="models/orders.yml",
    )
