"""A params file as a typed, validated object: one file describes one monitored model."""

from driftbook.config.settings import (
    Bounds,
    Columns,
    Incident,
    References,
    Settings,
    SimulatedSource,
    Target,
    TlcSource,
    known_names,
    load,
)

__all__ = [
    "Bounds",
    "Columns",
    "Incident",
    "References",
    "Settings",
    "SimulatedSource",
    "Target",
    "TlcSource",
    "known_names",
    "load",
]
