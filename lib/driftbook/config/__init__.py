"""A params file as a typed, validated object: one file describes one monitored model."""

from driftbook.config.settings import Bounds, Columns, References, Settings, known_names, load

__all__ = ["Bounds", "Columns", "References", "Settings", "known_names", "load"]
