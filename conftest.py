"""Where tests run: never in the user's own models, archive or database; nbval's notebooks in a prepared place."""

import os
import shutil
import tempfile
import uuid
from pathlib import Path

import psycopg
import pytest

from tools import notebooks

_HOME = pytest.StashKey[Path]()


def pytest_addoption(parser):
    parser.addoption("--whole", action="store_true", help="all of tests/chaos: minutes, not seconds")


def pytest_configure(config):
    config.addinivalue_line("markers", "whole: one of many of its kind, run with --whole only")
    worker = getattr(config, "workerinput", None)
    config.stash[_HOME] = Path(worker["home"] if worker else tempfile.mkdtemp(prefix="driftbook-test-"))
    os.environ["DRIFTBOOK_MODELS_DIR"] = str(config.stash[_HOME] / "models")
    os.environ["DRIFTBOOK_ARCHIVE_DIR"] = str(config.stash[_HOME] / "archive")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["home"] = str(node.config.stash[_HOME])


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        notebooks.end(config.stash[_HOME])
        shutil.rmtree(config.stash[_HOME])


def pytest_ignore_collect(collection_path):
    if collection_path.suffix == ".ipynb" and collection_path not in notebooks.tracked():
        return True
    return None


def pytest_collection_modifyitems(config, items):
    if not config.getoption("whole"):
        left = [item for item in items if item.get_closest_marker("whole")]
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=left)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if item.path.suffix == ".ipynb":  # before nbval starts the notebook's kernel, which inherits the environment
        notebooks.prepare(item.config.stash[_HOME])


@pytest.fixture(scope="session")
def prepared(pytestconfig):
    """The environment of the session's place: a database server and a trained demo model."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATABASE_URL", "DRIFTBOOK_MODELS_DIR", "DRIFTBOOK_ARCHIVE_DIR"):
            patch.setenv(name, os.environ.get(name, ""))  # put back what `prepare` sets
        return notebooks.prepare(pytestconfig.stash[_HOME])


@pytest.fixture(scope="module")
def place(prepared, tmp_path_factory):
    """The archive's folder of a module with a database and an archive of its own, beside the trained demo model."""
    name, archive = f"place_{uuid.uuid4().hex}", tmp_path_factory.mktemp("archive")
    with psycopg.connect(prepared["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"create database {name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", prepared["DATABASE_URL"].replace("/postgres?", f"/{name}?"))
        patch.setenv("DRIFTBOOK_MODELS_DIR", prepared["DRIFTBOOK_MODELS_DIR"])
        patch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(archive))
        yield archive


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and os.environ.get("DRIFTBOOK_NO_SKIPS"):
        terminalreporter.write_line(f"{len(skipped)} tests were skipped, but DRIFTBOOK_NO_SKIPS asks for all", red=True)


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("DRIFTBOOK_NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
