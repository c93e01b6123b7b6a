"""The city of the commands' tests."""

from tests.commands.conftest import city, shared  # noqa: F401  (fixtures)
