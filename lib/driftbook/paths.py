"""Where files live. Every relative path is anchored at the project's root, never at the working directory."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def anchored(path: str | Path) -> Path:
    """Return `path` as it is if absolute, else below the project's root."""
    return ROOT / Path(path).expanduser()


def _from_environment(variable: str, default: str) -> Path:
    return anchored(os.environ.get(variable) or default)


def data_dir() -> Path:
    """Return the folder looked in for source files before downloading (`DRIFTBOOK_DATA_DIR`, default `data/`)."""
    return _from_environment("DRIFTBOOK_DATA_DIR", "data")


def simulated_dir() -> Path:
    """Return the folder of the simulated months, always the project's own: a data folder may be read-only."""
    return ROOT / "data" / "simulated"


def unpacked_dir() -> Path:
    """Return the folder of files unpacked from archives, always the project's own: a data folder may be read-only."""
    return ROOT / "data" / "unpacked"


def models_dir() -> Path:
    """Return the folder of trained models (`DRIFTBOOK_MODELS_DIR`, default `models/`)."""
    return _from_environment("DRIFTBOOK_MODELS_DIR", "models")


def archive_dir() -> Path:
    """Return the folder of rendered pages (`DRIFTBOOK_ARCHIVE_DIR`, default `archive/`)."""
    return _from_environment("DRIFTBOOK_ARCHIVE_DIR", "archive")


def postgres_dir() -> Path:
    """Return the folder of the embedded PostgreSQL server."""
    return ROOT / ".postgres"


def params_dir() -> Path:
    """Return the folder of params files, one per monitored model."""
    return ROOT / "params"


def notebooks_dir() -> Path:
    """Return the folder of the project's notebooks."""
    return ROOT / "notebooks"
