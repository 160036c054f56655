"""A real PostgreSQL for every test: one embedded server per test process, a fresh database per test."""

import uuid

import psycopg
import pytest
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
