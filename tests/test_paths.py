from pathlib import Path

import pytest
from driftbook import paths

FROM_ENVIRONMENT = [
    ("DRIFTBOOK_DATA_DIR", paths.data_dir, "data"),
    ("DRIFTBOOK_MODELS_DIR", paths.models_dir, "models"),
    ("DRIFTBOOK_ARCHIVE_DIR", paths.archive_dir, "archive"),
]
FIXED = [
    (paths.simulated_dir, "data/simulated"),
    (paths.postgres_dir, ".postgres"),
    (paths.params_dir, "params"),
    (paths.notebooks_dir, "notebooks"),
]


def test_the_root_is_the_project():
    assert (paths.ROOT / "pyproject.toml").is_file()


@pytest.mark.parametrize(("variable", "folder", "default"), FROM_ENVIRONMENT)
@pytest.mark.parametrize("given", [None, "", "elsewhere/x", "../beside", "/absolute"])
def test_folders_by_environment(monkeypatch, tmp_path, variable, folder, default, given):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(variable, raising=False)
    if given is not None:
        monkeypatch.setenv(variable, given)
    assert folder() == paths.ROOT / (given or default)


@pytest.mark.parametrize(("folder", "expected"), FIXED)
def test_folders_of_the_project(monkeypatch, tmp_path, folder, expected):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DRIFTBOOK_DATA_DIR", str(tmp_path))
    assert folder() == paths.ROOT / expected


def test_home_is_expanded(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DRIFTBOOK_DATA_DIR", "~/months")
    assert paths.data_dir() == tmp_path / "months"
    assert paths.anchored(Path("a") / "b") == paths.ROOT / "a" / "b"
