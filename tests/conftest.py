"""A real PostgreSQL for every test, and the demo model: trained once per test process, in memory."""

import uuid
from functools import cache

import psycopg
import pytest
from driftbook import config, model, monitoring, periods, sources, training
from driftbook.store import server, sockets

# The data of tests may be lost in a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest.fixture(scope="session")
def server_directory(tmp_path_factory):
    """The folder of an embedded server that runs for the whole session."""
    directory = tmp_path_factory.mktemp("postgres").resolve()
    server.start(directory, FAST)
    yield directory
    server.stop(directory)


@pytest.fixture(scope="session")
def server_uri(server_directory):
    """The libpq URI of the session's server, its database `postgres`."""
    return sockets.uri(server_directory)


@pytest.fixture
def database(server_directory, server_uri, monkeypatch):
    """The libpq URI of a fresh, empty database, which DATABASE_URL names too."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server_uri, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    uri = sockets.uri(server_directory, name)
    monkeypatch.setenv("DATABASE_URL", uri)
    yield uri
    with psycopg.connect(server_uri, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def demo():
    """The demo model, on simulated months: its settings, what training gives and the splits."""
    settings = config.load("demo")
    trained, splits = training.train(settings, training.reference(settings))
    return settings, trained, splits


@pytest.fixture(scope="session")
def monitored(demo):
    """A function of a day as text: its batch with the prediction, and all that is computed of it by the demo model."""
    settings, trained, _ = demo

    @cache
    def day(text):
        batch = model.predicted(trained, sources.read(settings, periods.one_day(text)))
        return batch, monitoring.monitor_day(trained, batch)

    return day
