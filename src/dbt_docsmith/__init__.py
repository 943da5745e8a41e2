"""Writes the missing documentation of a dbt project.

Weightless on purpose: dbt itself imports every installed ``dbt_*`` module when it parses, and asks it for
``plugins``. There are some inside dbt-osmosis only.
"""

import sys


def __getattr__(name: str) -> object:
    if name == "plugins" and "dbt_osmosis.cli.main" in sys.modules:
        from dbt_docsmith.cli.door import plugins

        return plugins
    raise AttributeError(name)
