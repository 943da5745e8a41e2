"""Each case is a small project: the files of its nodes, and where their entries stand."""

from __future__ import annotations

import pytest

from dbt_docsmith.properties.habits import Habits, Sighting


def habits(project: str) -> Habits:
    """Lines of ``file of a node -> file of its entry``; several nodes of a folder parted by commas."""
    sightings = []
    for line in project.split("\n"):
        nodes, _, file = line.strip().partition(" -> ")
        folder, _, names = nodes.rpartition("/")
        sightings += [Sighting(name, folder, file) for name in names.split(",") if file]
    return Habits(sightings, lambda path: path.startswith("models/"))


def placed(project: str, path: str) -> str | None:
    folder, _, name = path.rpartition("/")
    return habits(project).file_for(name, folder)


FOLDER_HABITS = {
    "one file a folder": ("m/s/a,b -> m/s/_stg__models.yml", "m/s/_stg__models.yml"),
    "one file for a single node": ("m/s/a -> m/s/schema.yml", "m/s/schema.yml"),
    "one file a node": ("m/s/a -> m/s/a.yml\nm/s/b -> m/s/b.yml", "m/s/new.yml"),
    "one file a node, from one node": ("m/s/a -> m/s/_a.yaml", "m/s/_new.yaml"),
    "one file a node with a suffix": ("m/s/a -> m/s/a.docs.yml\nm/s/b -> m/s/b.docs.yml", "m/s/new.docs.yml"),
    "one file a node below the folder": ("m/s/a -> m/s/docs/a.yml\nm/s/b -> m/s/docs/b.yml", "m/s/docs/new.yml"),
    "a file in the parent folder": ("m/s/a,b -> m/schema.yml", "m/schema.yml"),
    "most in one file, some in their own": ("m/s/a,b,c -> m/s/s.yml\nm/s/d -> m/s/d.yml", "m/s/s.yml"),
    "most in their own, some in one": (
        "m/s/a,b -> m/s/s.yml\n" + "\n".join(f"m/s/{n} -> m/s/{n}.yml" for n in "cde"),
        "m/s/new.yml",
    ),
    "one file named for one of its nodes": ("m/s/orders,items,payments -> m/s/orders.yml", "m/s/orders.yml"),
    "the file of the likest name": (
        "m/s/crm_a,crm_b,crm_c -> m/s/crm.yml\nm/s/new_a,new_b -> m/s/n.yml\nm/s/web_a,web_b -> m/s/web.yml",
        "m/s/n.yml",
    ),
    "the likest name where files are named for their first node": (
        "m/s/crm,crm_b,crm_c -> m/s/crm.yml\nm/s/news,new_b -> m/s/news.yml\nm/s/web,web_b -> m/s/web.yml",
        "m/s/news.yml",
    ),
    "the larger of two files": ("m/s/a,b,c -> m/s/x.yml\nm/s/d,e -> m/s/y.yml", "m/s/x.yml"),
    "files of their own by no plain rule": ("m/s/stg_a -> m/s/a_.yml\nm/s/stg_b -> m/s/x.yml", "m/s/new.yml"),
    "a tie is broken by the neighbours, for one file": (
        "m/s/a -> m/s/schema.yml\nm/s/b -> m/s/b.yml\nm/t/c,d -> m/t/schema.yml\nm/u/e,f -> m/u/schema.yml",
        "m/s/schema.yml",
    ),
    "a tie is broken by the neighbours, for one each": (
        "m/s/a -> m/s/schema.yml\nm/s/b -> m/s/b.yml\nm/t/c -> m/t/c.yml\nm/t/d -> m/t/d.yml",
        "m/s/new.yml",
    ),
    "a clear habit, whatever the neighbours do": (
        "m/s/a -> m/s/schema.yml\nm/s/b -> m/s/b.yml\nm/s/c -> m/s/c.yml\nm/t/d -> m/t/schema.yml",
        "m/s/new.yml",
    ),
    "a node named as its folder": ("m/s/s -> m/s/s.yml", "m/s/new.yml"),
    "a node named as its folder, where files are named for folders": (
        "m/s/s -> m/s/s.yml\nm/t/a,b -> m/t/t.yml\nm/u/c,d -> m/u/u.yml",
        "m/s/s.yml",
    ),
}


@pytest.mark.parametrize(("project", "file"), FOLDER_HABITS.values(), ids=FOLDER_HABITS)
def test_a_folder_goes_on_as_it_is_used_to(project: str, file: str) -> None:
    spelled_out = project.replace("m/", "models/")
    assert placed(spelled_out, "models/s/new") == file.replace("m/", "models/")
    assert habits(spelled_out).is_known_in("models/s")


NEIGHBOURS_HABITS = {
    "named for the folder": ("m/a/x,y -> m/a/_a__models.yml", "m/new/_new__models.yml"),
    "with a word of the layer": ("m/int/a/x,y -> m/int/a/_int_a__models.yml", "m/new/_int_new__models.yml"),
    "the same name everywhere": ("m/a/x -> m/a/_props_x1.yml\nm/b/y -> m/b/_props_x1.yml", "m/new/_props_x1.yml"),
    "a general name, seen once": ("m/a/x,y -> m/a/schema.yml", "m/new/schema.yml"),
    "a name for one folder alone": ("m/a/x,y -> m/a/stg_tables.yml", None),
    "one file a node": ("m/a/x -> m/a/_x.yml\nm/a/y -> m/a/_y.yml", "m/new/_node.yml"),
    "a file for all in the parent folder": ("m/a/x,y -> m/schema.yml\nm/b/z -> m/schema.yml", "m/schema.yml"),
    "a parent's file that says whose it is": ("m/a/x,y -> m/_shop.yml", "m/_shop.yml"),
    "a folder for all": ("m/a/x -> m/docs/x.yml\nm/b/z -> m/docs/z.yml", "m/docs/node.yml"),
    "the file of a folder that has nodes": ("m/a/x,y -> m/b/shop.yml\nm/b/z -> m/b/shop.yml", None),
    "the root's file says nothing of subfolders": ("m/x,y -> m/shop.yml", None),
    "the root's own default file": ("m/x,y -> m/_models__models.yml", "m/new/_new__models.yml"),
    "folders count, not nodes": (
        "m/a/c,d,e,f,g,h,i,j,k -> m/a/schema.yml\nm/b/x -> m/b/_b.yml\nm/c/y -> m/c/_c.yml",
        "m/new/_new.yml",
    ),
    "every folder in its own way": (
        "m/a/q -> m/a/aa1.yml\nm/b/w -> m/b/bb2.yml\nm/c/e -> m/c/cc3.yml\nm/d/r -> m/d/r.yml",
        None,
    ),
    "outside the folders dbt reads": ("m/a/x,y -> schema.yml\nm/b/z -> schema.yml", None),
    "no entries at all": ("", None),
}


@pytest.mark.parametrize(("project", "file"), NEIGHBOURS_HABITS.values(), ids=NEIGHBOURS_HABITS)
def test_a_folder_without_entries_does_as_its_neighbours_do(project: str, file: str | None) -> None:
    spelled_out = project.replace("m/", "models/")
    assert placed(spelled_out, "models/new/node") == (file and file.replace("m/", "models/"))
    assert not habits(spelled_out).is_known_in("models/new")


def test_the_nearest_neighbours_are_asked_first() -> None:
    project = """models/marts/a/x -> models/marts/a/_a.yml
        models/staging/b/y,z -> models/staging/b/schema.yml
        models/staging/c/v,w -> models/staging/c/schema.yml"""
    assert placed(project, "models/marts/new/node") == "models/marts/new/_new.yml"
    assert placed(project, "models/staging/new/node") == "models/staging/new/schema.yml"
    assert placed(project, "models/other/new/node") == "models/other/new/schema.yml"
