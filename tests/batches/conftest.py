"""The small published months of tests/sources serve here too."""

from tests.sources.conftest import green, publish  # noqa: F401
