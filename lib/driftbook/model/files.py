"""A fitted model in a file of its own: checked by its hash before any of it is loaded, since a pickle is code."""

import hashlib
import io
from pathlib import Path
from typing import Any

from driftbook import paths
from driftbook.config import Settings
from driftbook.errors import ModelUnavailable


def load(settings: Settings) -> Any:
    """Return the model of the params file's `model.path`.

    Raises
    ------
    ModelUnavailable
        If there is no such file, its SHA-256 is another one, or it cannot be loaded.
    """
    path = located(settings.model.path)
    content = path.read_bytes()  # what is hashed is what is loaded
    found = hashlib.sha256(content).hexdigest()
    if found != settings.model.sha256:
        raise ModelUnavailable(
            f"{path} is not the model of the params file (SHA-256 {settings.model.sha256[:12]}…, found {found}): "
            "it is not loaded; if you trust it, write its hash to model.sha256 and train again"
        )
    return loaded(path, content)


def located(path: str) -> Path:
    """Return where a model's file lies: an absolute path, else one below the project's root or the models folder."""
    places = list(dict.fromkeys([paths.anchored(path), paths.models_dir() / path]))
    for place in places:
        if place.is_file():
            return place
    raise ModelUnavailable(f"model.path is {path!r}: there is no file {' or '.join(map(str, places))}")


def loaded(path: Path, content: bytes) -> Any:
    """Return the model that the content of a file holds, by skops or joblib; trust it before you call this."""
    try:
        import joblib

        return _skops(content) if path.suffix == ".skops" else joblib.load(io.BytesIO(content))
    except ImportError as error:
        package = (error.name or str(error)).partition(".")[0]
        raise ModelUnavailable(
            f"the model in {path} needs the package {package!r}, which is not there or of another version ({error}): "
            "install the one it was fitted with"
        ) from error
    except Exception as error:  # a pickle runs code of its own
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise ModelUnavailable(
            f"the model in {path} cannot be loaded ({said}): expected a file of joblib.dump or skops.io.dump, and the "
            "modules of its classes on the Python path"
        ) from error


def _skops(content: bytes) -> Any:
    import skops.io  # an extra

    return skops.io.loads(content, trusted=skops.io.get_untrusted_types(data=content))
