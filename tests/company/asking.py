"""One question to the provider that an environment leads to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tests.llm.fakes import REQUEST

from dbt_docsmith.config import load_config
from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.providers.base import Provider
from dbt_docsmith.pipeline.providers import build_providers, choose_providers
from dbt_docsmith.types import Completion


def provider_of(folder: Path, environ: Mapping[str, str], file: str = "") -> Provider:
    """The first provider of a run in ``folder`` whose dbt-docsmith.yml is ``file``."""
    (folder / "dbt-docsmith.yml").write_text(file, encoding="utf-8")
    config = load_config({"project_dir": str(folder)}, {"HOME": str(folder), **environ})
    return build_providers(config, choose_providers(config), lambda _text: None)[0]


def ask(folder: Path, environ: Mapping[str, str], file: str = "") -> Completion | ProviderError:
    """What becomes of one question."""

    async def asked() -> Completion | ProviderError:
        provider = provider_of(folder, environ, file)
        try:
            return await provider.complete(REQUEST)
        except ProviderError as error:
            return error
        finally:
            await provider.aclose()

    return asyncio.run(asked())
