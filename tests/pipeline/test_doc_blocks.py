"""`doc_blocks:` in dbt-docsmith.yml: one request and one block for the columns of one origin, end to end."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.pipeline.answers import tell, user_message
from tests.pipeline.shop import Shop, copy_shop
from tests.wire_server import Body, Reply, WireServer, answering, asked_columns

from dbt_docsmith.errors import ConfigError, WriteError
from dbt_docsmith.pipeline.blocks_first import BlocksFirst
from dbt_docsmith.pipeline.doc_homes import DocHomes
from dbt_docsmith.properties.doc_blocks import DocBlock, doc_reference, read_doc_blocks
from dbt_docsmith.properties.files import FileOutcome
from dbt_docsmith.reports import Report
from dbt_docsmith.types import ColumnRef, ColumnText, NodeTexts, Proposal

FILE = "models/_docs.md"
REFERENCE = re.compile(r"\{\{ doc\('(\w+)'\) \}\}")


def shop_with(folder: Path, server: WireServer, settings: str, **named: str) -> Shop:
    server.respond = tell
    shop = copy_shop(folder, server.base_url, **named)
    (shop.root / "dbt-docsmith.yml").write_text(f"doc_blocks: {settings}\n")
    return shop


def blocks_of(shop: Shop, file: str = FILE) -> dict[str, str]:
    """The text of each block by its name."""
    path = shop.root / file
    return {block.name: block.text for block in read_doc_blocks(path.read_text())} if path.exists() else {}


def references(shop: Shop) -> list[str]:
    """The blocks that the properties files refer to."""
    texts = (content.decode() for name, content in shop.files().items() if name.endswith(".yml"))
    return [name for text in texts for name in REFERENCE.findall(text)]


def asked_in(server: WireServer) -> int:
    return len(server.bodies)


class Shared:
    """A dry run, a diff and a run with ``repeated``."""

    def __init__(self, folder: Path, server: WireServer) -> None:
        self.shop = shop_with(folder, server, "{columns: repeated, min: 2}")
        self.before = self.shop.files()
        self.foretold = self.shop.document(dry_run=True, provider="openai")
        self.requests_foretold = asked_in(server)
        self.report = self.shop.document(provider="openai")
        self.after = self.shop.files()
        self.requests = asked_in(server)
        self.server = server

    def by_block(self) -> dict[str, list[Proposal]]:
        found = defaultdict(list)
        for each in self.report.proposals:
            if each.doc_block is not None:
                found[each.doc_block].append(each)
        return found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    with WireServer() as server:
        yield Shared(tmp_path_factory.mktemp("shared"), server)


def test_columns_of_one_origin_are_asked_for_once_and_share_one_block(shared: Shared) -> None:
    assert shared.report.failures == ()
    assert len(shared.by_block()) > 20
    for proposals in shared.by_block().values():
        assert sum(each.origin in ("llm", "cache") for each in proposals) <= 1
        assert len({each.description for each in proposals}) == 1


def test_each_block_stands_once_and_every_reference_has_its_block(shared: Shared) -> None:
    made = blocks_of(shared.shop)
    assert set(made) == set(shared.by_block())
    assert set(references(shared.shop)) <= {*made, *blocks_of(shared.shop, "models/docs.md")}
    assert len(references(shared.shop)) > len(made)
    for name, proposals in shared.by_block().items():
        assert made[name] == proposals[0].description


def test_no_block_has_a_name_that_was_there(shared: Shared) -> None:
    manifest = json.loads(shared.before["target/manifest.json"])
    assert {doc["name"] for doc in manifest["docs"].values()}.isdisjoint(shared.by_block())


def test_the_dry_run_foretells_each_block_and_the_file(shared: Shared) -> None:
    def homes(report: Report) -> dict[tuple[str, str | None], str | None]:
        return {(each.unique_id, each.column): each.doc_block for each in report.proposals}

    assert homes(shared.foretold) == homes(shared.report)
    assert shared.requests_foretold == 0
    [told] = [file for file in shared.foretold.files if file.path == FILE]
    assert (told.created, told.descriptions) == (True, len(shared.by_block()))
    assert [file for file in shared.report.files if file.path == FILE] == [told]


def test_requests_are_those_that_were_foretold(shared: Shared) -> None:
    assert shared.foretold.estimate is not None
    assert shared.requests == shared.foretold.estimate.requests


def test_a_second_run_writes_nothing_and_parses_nothing(shared: Shared) -> None:
    said = len(shared.shop.heard.said)
    shared.shop.document(provider="openai")
    assert shared.shop.files() == shared.after
    assert asked_in(shared.server) == shared.requests
    assert shared.shop.heard.said[said:] == []


def test_a_check_right_after_knows_the_new_blocks(shared: Shared) -> None:
    assert shared.report.coverage is not None
    assert shared.shop.check().coverage == shared.report.coverage.after


def test_the_patch_is_what_the_run_does(shared: Shared, tmp_path: Path, wire_server: WireServer) -> None:
    shop = shop_with(tmp_path, wire_server, "{columns: repeated, min: 2}")
    patch = shop.document(diff=True, provider="openai").diff or ""
    new = patch.partition(f"+++ b/{FILE}\n")[2].partition("diff --git")[0]
    written = "".join(f"{line[1:]}\n" for line in new.splitlines() if line.startswith("+"))
    assert set(read_doc_blocks(written)) == set(read_doc_blocks(shared.after[FILE].decode()))


def test_killed_between_the_blocks_and_the_texts_it_ends_right_and_asks_nothing(
    shared: Shared, tmp_path: Path
) -> None:
    again = copy_shop(tmp_path, shared.server.base_url)
    again.cache, again.environ = shared.shop.cache, shared.shop.environ
    for name in (FILE, "dbt-docsmith.yml"):
        (again.root / name).write_bytes(shared.after[name])
    again.document(provider="openai")
    assert asked_in(shared.server) == shared.requests
    assert again.files() == shared.after


def test_killed_there_with_no_answer_kept_no_block_is_made_twice(shared: Shared, tmp_path: Path) -> None:
    again = copy_shop(tmp_path)
    for name in (FILE, "dbt-docsmith.yml"):
        (again.root / name).write_bytes(shared.after[name])
    report = again.document(provider="rules", use_cache=False)
    assert report.failures == ()
    assert (again.root / FILE).read_bytes() == shared.after[FILE]
    assert set(blocks_of(again)) <= set(references(again))


def test_killed_there_where_the_origin_itself_brought_no_text_its_block_is_found_again(tmp_path: Path) -> None:
    whole = copy_shop(tmp_path, within="whole")
    (whole.root / "dbt-docsmith.yml").write_text("doc_blocks: {columns: repeated, min: 2}\n")
    assert whole.document(provider="rules").questions != ()
    again = copy_shop(tmp_path, within="again")
    for name in (FILE, "dbt-docsmith.yml"):
        (again.root / name).write_bytes(whole.files()[name])
    again.document(provider="rules", use_cache=False)
    assert (again.root / FILE).read_bytes() == whole.files()[FILE]
    assert sorted(references(again)) == sorted(references(whole))


def test_part_by_part_every_column_gets_the_block_of_its_origin(tmp_path: Path, wire_server: WireServer) -> None:
    shop = shop_with(tmp_path, wire_server, "{columns: repeated, min: 2}")
    for part in ("stg_webshop__customers", "dim_customers", "tag:none", "source:webshop.customers"):
        shop.document(provider="openai", select=(part,))
    shop.document(provider="openai", limit=3)
    shop.document(provider="openai")
    assert set(references(shop)) <= {*blocks_of(shop), *blocks_of(shop, "models/docs.md")}
    assert references(shop).count("registered_at") == 2
    files = shop.files()
    shop.document(provider="openai")
    assert shop.files() == files


def test_a_text_that_few_would_share_stays_where_it_is(tmp_path: Path, wire_server: WireServer) -> None:
    shop = shop_with(tmp_path, wire_server, "{columns: repeated, min: 50}")
    report = shop.document(provider="openai")
    assert not (shop.root / FILE).exists()
    assert {each.doc_block for each in report.proposals} == {None}


def test_every_text_goes_to_a_block_where_the_file_says_always(tmp_path: Path, wire_server: WireServer) -> None:
    shop = shop_with(tmp_path, wire_server, "{columns: always, file: models/docs.md}")
    before = (shop.root / "models/docs.md").read_bytes()
    report = shop.document(provider="openai")
    columns = [each for each in report.proposals if each.column is not None]
    assert [each for each in columns if each.doc_block is None and "doc('" not in (each.description or "")] == []
    assert (shop.root / "models/docs.md").read_bytes().startswith(before)
    assert set(references(shop)) <= set(blocks_of(shop, "models/docs.md"))
    files = shop.files()
    shop.document(provider="openai")
    assert shop.files() == files


def test_a_made_block_says_nothing_of_a_column_that_only_has_its_name(
    tmp_path: Path, wire_server: WireServer
) -> None:
    shop = shop_with(tmp_path, wire_server, "{columns: always}")
    shop.document(provider="openai", select=("stg_webshop__orders",))
    made = set(blocks_of(shop))
    report = shop.document(provider="openai", dry_run=True)
    by_name = [each for each in report.proposals if each.origin == "doc_block" and each.source in made]
    assert {each.unique_id for each in by_name} <= {"source.shop.webshop.orders"}  # what those columns come from


def test_without_the_key_nothing_is_any_different(tmp_path: Path, wire_server: WireServer) -> None:
    plain = copy_shop(tmp_path, within="plain")
    never = shop_with(tmp_path, wire_server, "{columns: never, min: 1}")
    plain.document(provider="rules")
    never.document(provider="rules")
    assert {**plain.files(), "dbt-docsmith.yml": b"doc_blocks: {columns: never, min: 1}\n"} == never.files()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{columns: always, file: models/docs.txt}", "let its name end in .md"),
        ("{columns: always, file: docs/x.md}", "dbt reads no doc blocks there, only in models"),
        ("{columns: always, file: models/../../x.md}", "leads outside the project"),
        ("{columns: always, file: models/staging}", "let its name end in .md"),
        ("{columns: sometimes}", "'sometimes' is not one of never, repeated, always"),
        ("{columns: always, min: 0}", ":1: doc_blocks.min"),
        ("{colums: always}", "did you mean 'columns'"),
    ],
)
def test_a_file_that_cannot_take_blocks_is_an_error_before_anything_is_asked(
    settings: str, said: str, tmp_path: Path, wire_server: WireServer
) -> None:
    shop = shop_with(tmp_path, wire_server, settings)
    with pytest.raises(ConfigError, match=re.escape(said)):
        shop.document(provider="openai")
    assert wire_server.bodies == []


def homes_with(text: str) -> DocHomes:
    subject = ColumnRef("model.shop.orders", "id")
    homes = DocHomes(FILE, lambda _node, _column: subject, {subject: "id"}, {})
    proposal = Proposal(
        unique_id=subject.unique_id, column="id", description=text, origin="llm", source=None, file="models/a.yml"
    )
    assert homes.house(proposal, text).doc_block == "id"
    return homes


def test_no_reference_is_written_to_a_block_that_could_not_be() -> None:
    def refuse(_blocks: object) -> FileOutcome:
        raise WriteError("the disk is full")

    texts = NodeTexts(
        unique_id="model.shop.orders",
        file="models/a.yml",
        section="models",
        name="orders",
        columns=(
            ColumnText(name="id", description=doc_reference("id")),
            ColumnText(name="other", description="Plain."),
        ),
    )
    ready, [outcome] = BlocksFirst(homes_with("Key."), refuse)([texts])
    assert [column.name for each in ready for column in each.columns] == ["other"]
    assert [(unique_id, str(error)) for unique_id, error in outcome.failures] == [
        ("model.shop.orders", "the disk is full")
    ]


def test_a_block_is_put_once_in_a_run_and_with_all_others_in_a_preview() -> None:
    def put(blocks: object) -> FileOutcome:
        seen.append(blocks)
        return FileOutcome(file=FILE)

    seen: list[object] = []
    column = ColumnText(name="id", description=doc_reference("id"))
    texts = NodeTexts(unique_id="m", file="a.yml", section="models", name="orders", columns=(column,))
    first = BlocksFirst(homes_with("Key {{ x"), put)
    assert [first([texts])[0], first([texts])[0]] == [[texts], [texts]]
    assert seen == [[DocBlock(name="id", text="Key {{ '{{' }} x", made_for="model.shop.orders.id")]]


@pytest.mark.slow
def test_dbt_shows_every_text_of_a_block_as_it_was_said(tmp_path: Path, wire_server: WireServer) -> None:
    said = (
        "Ends {% enddocs %} a block and {% docs other %} begins one.",
        "Says {{ doc('customer_id') }} without meaning it, {# nor this #}.",
        "Holds a 'single and a \"double quote that stay open: {{ 'a",
        "# begins like a heading",
        "First.\n\n- {% raw %}\n- }} %} #}",
    )

    def hostile(body: Body) -> Reply:
        columns = [
            {"name": name, "description": f"{said[at % len(said)]} {len(user_message(body))}.", "question": None}
            for at, name in enumerate(asked_columns(body))
        ]
        return answering({"description": "One row a purchase.", "question": None, "columns": columns})

    shop = shop_with(tmp_path, wire_server, "{columns: always}")
    wire_server.respond = hostile
    report = shop.document(provider="openai")
    shop.dbt("parse")
    manifest = json.loads((shop.root / "target/manifest.json").read_bytes())
    nodes = manifest["nodes"] | manifest["sources"]
    made = [each for each in report.proposals if each.doc_block is not None and each.column is not None]
    assert len(made) > 50
    for each in made:
        columns = {name.lower(): column for name, column in nodes[each.unique_id]["columns"].items()}
        assert columns[(each.column or "").lower()]["description"] == each.description
