"""The committed notebooks, executed on the demo data in a place of their own: for `make notebooks` and for nbval."""

import os
import subprocess
import tempfile
from pathlib import Path

import nbformat
from driftbook import config, model, paths, training
from driftbook.errors import ModelUnavailable
from driftbook.runs.kernels import private_kernel
from driftbook.store.embedded import server
from filelock import FileLock
from nbclient import NotebookClient
from nbformat import NotebookNode

#: The tag of cells whose output changes from run to run: neither stored nor compared.
IGNORED = "nbval-ignore-output"


def tracked() -> list[Path]:
    """Return the notebooks that git tracks; where there is no git, those in `notebooks/`."""
    listing = ["git", "-C", str(paths.ROOT), "ls-files", "-z", "notebooks/*.ipynb"]
    try:
        names = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        return sorted(paths.notebooks_dir().glob("*.ipynb"))
    return [paths.ROOT / name for name in names if name]


def prepare(home: Path) -> dict[str, str]:
    """Return the environment of a place with its own database, archive and trained demo model.

    Starts the server and trains in the first process that comes; others wait for it, and find both.
    """
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "lock"):
        environment = {
            "DATABASE_URL": server.start(home / "postgres"),
            "DRIFTBOOK_MODELS_DIR": str(home / "models"),
            "DRIFTBOOK_ARCHIVE_DIR": str(home / "archive"),
        }
        os.environ.update(environment)
        settings = config.load("demo")
        try:
            model.check_trained(settings)
        except ModelUnavailable:
            model.save(training.train(settings, training.reference(settings))[0])
    return environment


def end(home: Path) -> None:
    """Stop the server of a place."""
    server.stop(home / "postgres")


def execute(notebook: Path) -> NotebookNode:
    """Return a notebook executed with its defaults, without what differs from run to run."""
    nb = nbformat.read(notebook, as_version=4)
    with private_kernel() as options:
        NotebookClient(nb, resources={"metadata": {"path": str(notebook.parent)}}, **options).execute()
    nb.metadata["language_info"] = {"name": "python"}
    for cell in (cell for cell in nb.cells if cell.cell_type == "code"):
        cell.metadata.pop("execution", None)
        if IGNORED in cell.metadata.get("tags", []):
            cell.outputs = []
    return nb


def main() -> None:
    """Execute the committed notebooks and store them in place."""
    with tempfile.TemporaryDirectory(prefix="driftbook-") as folder:
        prepare(Path(folder))
        try:
            for notebook in tracked():
                print(f"executing {notebook.name}")
                nbformat.write(execute(notebook), notebook)
        finally:
            end(Path(folder))


if __name__ == "__main__":
    main()
