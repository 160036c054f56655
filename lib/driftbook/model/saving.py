"""A trained model's folder: its files with a manifest that guards them."""

import hashlib
import json
import platform
import re
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from driftbook import paths
from driftbook.alarms import calibration
from driftbook.config import Settings
from driftbook.config.model import FileModel, TrainModel
from driftbook.errors import ModelUnavailable
from driftbook.estimates import ErrorModel
from driftbook.model import files
from driftbook.model.trained import TrainedModel, outcome

_MODEL, _REFERENCES = "model.joblib", ("validation.parquet", "calibration.parquet", "calibration.json")
_ERROR_MODEL = "error_model.joblib"
#: A version is the name of a folder, and cannot lead out of the model's.
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_LARGEST = 2_000_000

_kept: TrainedModel | None = None


def save(trained: TrainedModel) -> Path:
    """Write the model below the models folder and return its manifest's path.

    `<name>/<version>/` holds the files, `<name>/manifest.json` (rows, period, versions, SHA-256 of each file) names the
    version in use and is replaced last, so a reader sees the old model or the new one, whole.
    """
    home = paths.models_dir() / trained.settings.name
    home.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".", dir=home))
    if isinstance(trained.settings.model, TrainModel):
        import joblib

        joblib.dump(trained.estimator, folder / _MODEL)
    if trained.error_model:
        import joblib

        joblib.dump(trained.error_model, folder / _ERROR_MODEL)
    trained.validation.to_parquet(folder / "validation.parquet")
    trained.reference_rows.to_parquet(folder / "calibration.parquet")
    (folder / "calibration.json").write_text(trained.calibration.to_json(), encoding="utf-8")
    manifest = {
        "name": trained.settings.name,
        "version": trained.version,
        "period": [str(trained.settings.references.start), str(trained.settings.references.end)],
        "rows": {
            "training": trained.settings.references.train_rows or 0,
            "validation": len(trained.validation),
            "calibration": len(trained.reference_rows),
        },
        "calibration_days": len(trained.calibration.days),
        "versions": {name: version(name) for name in ("driftbook", "scikit-learn", "pandas", "numpy")}
        | {"python": platform.python_version()},
        "params": trained.settings.of_training(),
        "sha256": {path.name: _sha256(path) for path in sorted(folder.iterdir())},
    }
    _replace_folder(folder, home / trained.version)
    draft = home / f".{folder.name}.json"
    draft.write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    return draft.replace(home / "manifest.json")


def load(settings: Settings) -> TrainedModel:
    """Return the model in use.

    Raises
    ------
    ModelUnavailable
        If it was not trained yet, was trained with other params, a file changed since its manifest was written, or the
        model's own file is missing, another one, or cannot be loaded.
    """
    manifest = _manifest(settings)
    if _kept and _kept.settings == settings and _kept.version == manifest["version"]:
        return _kept
    folder = paths.models_dir() / settings.name / manifest["version"]
    for name in _files(settings):
        _check(settings, folder / name, manifest["sha256"].get(name, "no hash"))
    return TrainedModel(
        settings,
        manifest["version"],
        _estimator(settings, folder),
        pd.read_parquet(folder / "validation.parquet"),
        pd.read_parquet(folder / "calibration.parquet"),
        calibration.from_json(
            (folder / "calibration.json").read_text(encoding="utf-8"),
            least_rows=settings.references.min_rows_per_day,
            outcome=outcome(settings),
        ),
        _error_model(settings, folder, manifest["sha256"]),
    )


def keep(trained: TrainedModel) -> None:
    """Have `load` return this model, as it is, while its version is the one in use: for processes to be forked."""
    global _kept
    _kept = trained


def check_trained(settings: Settings) -> None:
    """Raise `ModelUnavailable` if `load` would find no model of these params; reads the manifest only."""
    _manifest(settings)


def _files(settings: Settings) -> tuple[str, ...]:
    return (_MODEL, *_REFERENCES) if isinstance(settings.model, TrainModel) else _REFERENCES


def _estimator(settings: Settings, folder: Path) -> Any:
    if isinstance(settings.model, TrainModel):
        return files.loaded(folder / _MODEL, (folder / _MODEL).read_bytes())
    return files.load(settings) if isinstance(settings.model, FileModel) else None


def _error_model(settings: Settings, folder: Path, hashes: dict[str, str]) -> ErrorModel | None:
    """Return what estimates errors; a manifest that names none is that of too few labels, or of an older version."""
    if _ERROR_MODEL not in hashes:
        return None
    _check(settings, folder / _ERROR_MODEL, hashes[_ERROR_MODEL])
    return files.loaded(folder / _ERROR_MODEL, (folder / _ERROR_MODEL).read_bytes())


def _manifest(settings: Settings) -> dict:
    path = paths.models_dir() / settings.name / "manifest.json"
    retrain = f"train it with: papermill train.ipynb /dev/null -p params {settings.name}"
    try:
        manifest = json.loads(_read(path))
        params = dict(manifest["params"])
        hashes = dict(manifest["sha256"]).values()
        if not _VERSION.fullmatch(manifest["version"]) or not all(isinstance(found, str) for found in hashes):
            raise ValueError("its version is no name of a folder, or its hashes are no text")
    except FileNotFoundError:
        raise ModelUnavailable(f"model {settings.name!r} is not trained yet: {retrain}") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise ModelUnavailable(f"the manifest of model {settings.name!r} cannot be read: {retrain}") from None
    now = settings.of_training()
    if params != now:
        keys = sorted(key for key in {*params, *now} if params.get(key) != now.get(key))
        raise ModelUnavailable(
            f"the params of model {settings.name!r} changed since its training ({', '.join(keys)}): {retrain}"
        )
    return manifest


def _read(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        text = file.read(_LARGEST + 1)
    if len(text) > _LARGEST:
        raise ValueError("it is too large for a manifest")
    return text


def _check(settings: Settings, path: Path, expected: str) -> None:
    found = _sha256(path) if path.is_file() else "no file"
    if found != expected:
        raise ModelUnavailable(
            f"{path.name} of model {settings.name!r} is not what its manifest names "
            f"(SHA-256 {expected[:12]}, found {found[:12]}): "
            f"train it again with: papermill train.ipynb /dev/null -p params {settings.name}"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _replace_folder(new: Path, target: Path) -> None:
    """Put a folder in the place of another; trainings of one version write equal files, so any may win."""
    if target.exists():
        shutil.rmtree(target, ignore_errors=True)
    new.chmod(0o755)
    try:
        new.replace(target)
    except OSError:
        shutil.rmtree(new)
