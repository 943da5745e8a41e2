"""Every recipe of docs/recipes.md is followed, against a server on loopback that stands for the host it names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tests.envelopes.providers import SERVED
from tests.wire_server import WireServer

from dbt_docsmith.cli.main import run
from dbt_docsmith.config import Config, load_config
from dbt_docsmith.config_sections import HeaderFrom
from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.pipeline.providers import build_providers, choose_providers

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"
READY = json.dumps({"description": "ready", "question": None, "columns": []})
ENVELOPES = {served.name: served.envelope for served in SERVED}
MOUNTED = "sk-of-a-mounted-secret"
ELSEWHERE = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-usual-chain"}


@dataclass(frozen=True)
class Recipe:
    """One section of the page."""

    title: str
    variables: Mapping[str, str]
    settings: str
    asks: str

    def on(self, server: WireServer, secrets: Path) -> Recipe:
        """The same recipe where the server stands for every host it leads to, and a folder for that of secrets."""
        here = f"http://{server.host}"
        moved = {name: _moved(value, here) for name, value in self.variables.items()}
        defaults = {
            spec.base_url_variable: _moved(spec.default_base_url, here)
            for spec in SPECS.values()
            if spec.base_url_variable and "base_url" not in self.settings
        }
        settings = _moved(self.settings, here).replace("/run/secrets", str(secrets))
        return Recipe(self.title, {**defaults, **moved}, settings, self.asks)


def _moved(text: str, here: str) -> str:
    return re.sub(r"https?://[\w.:{}-]+", here, text)


def read_recipes(page: str) -> list[Recipe]:
    """Every section, with its variables, its dbt-docsmith.yml and the request it says it makes."""
    recipes = []
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        shell = "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
        variables = dict(re.findall(r"^export (\w+)=(\S+)$", shell, re.MULTILINE))
        assert len(variables) == len(shell.split("\n")) - 1, f"a line that is no export: {shell}"
        settings = "".join(re.findall(r"```yaml\n(.*?)```", section, re.DOTALL))
        [asks] = re.findall(r"^Asks `POST (\S+)`\.$", section, re.MULTILINE)
        recipes.append(Recipe(section.partition("\n")[0], variables, settings, asks))
    return recipes


RECIPES = read_recipes(PAGE.read_text(encoding="utf-8"))
each_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title)


def test_the_page_has_every_kind() -> None:
    told = " ".join(recipe.title for recipe in RECIPES)
    for kind in ("Groq", "Bedrock", "vLLM", "llama.cpp", "LiteLLM", "Snowflake Cortex", "Databricks", "Together"):
        assert kind in told


def config_of(recipe: Recipe, folder: Path) -> Config:
    """What a user gets who follows the recipe in that folder."""
    (folder / "dbt-docsmith.yml").write_text(recipe.settings, encoding="utf-8")
    environ = {"HOME": str(folder), "DBT_PROJECT_DIR": str(folder), **ELSEWHERE, **recipe.variables}
    return load_config({}, environ)


@each_recipe
def test_a_recipe_leads_to_the_host_it_names(recipe: Recipe, tmp_path: Path) -> None:
    config = config_of(recipe, tmp_path)
    first, *_ = build_providers(config, choose_providers(config), lambda _text: None)
    assert first.host == urlsplit(recipe.asks).netloc


@each_recipe
def test_a_recipe_asks_as_it_says(
    recipe: Recipe, tmp_path: Path, wire_server: WireServer, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "openai-api-key").write_text(MOUNTED, encoding="utf-8")
    config = config_of(recipe.on(wire_server, tmp_path), tmp_path)
    first, *_ = choose_providers(config)
    wire_server.respond = lambda _body: ENVELOPES[first.name].answer(READY)
    code = run(["test-llm"], config.environ)
    out, err = capfd.readouterr()
    assert (code, err) == (0, "")
    assert "by JSON schema, accepted" in out
    seen = wire_server.seen[0]
    assert unquote(seen.path) == urlsplit(recipe.asks).path
    assert model_of(recipe) in (seen.body.get("model"), unquote(seen.path).split("/")[-2])
    assert key_of(recipe) in seen.headers["authorization"]
    for name, value in headers_of(config).items():
        assert seen.headers[name.lower()] == value


def model_of(recipe: Recipe) -> str:
    """The model the recipe's words name."""
    named = [value for name, value in recipe.variables.items() if "MODEL" in name]
    named += re.findall(r"^ +model: (\S+)$", recipe.settings, re.MULTILINE)
    named += [recipe.variables.get("LLM_PROVIDER", "").partition(",")[0].partition(":")[2]]
    return next(name for name in named if name)


def key_of(recipe: Recipe) -> str:
    """What the Authorization header must hold: the key as it is, or AWS's signature for the region."""
    if "AWS_REGION" in recipe.variables:
        return f"/{recipe.variables['AWS_REGION']}/bedrock/aws4_request"
    return "Bearer " + next((value for name, value in recipe.variables.items() if name.endswith("_KEY")), MOUNTED)


def headers_of(config: Config) -> dict[str, str]:
    """The headers that the settings ask for, with their values."""
    return {
        name: config.environ[value.env] if isinstance(value, HeaderFrom) else value
        for section in config.file.providers.values()
        for name, value in section.headers.items()
    }
