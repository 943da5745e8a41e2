"""A user with a project, as the commands' own tests have."""

from tests.cli.conftest import user as user
