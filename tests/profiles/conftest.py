"""The hand-made day of tests/measures serves here too."""

from tests.measures.conftest import batch, columns, day, frame, grid  # noqa: F401
