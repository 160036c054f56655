"""A real PostgreSQL for every test, and the demo model: trained once per test process, in memory."""

import uuid
from dataclasses import replace
from functools import cache

import psycopg
import pytest
from driftbook import batches, config, history, model, monitoring, periods, training
from driftbook.profiles import counting
from driftbook.store.embedded import server, sockets

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
def counted(demo):
    """Every simulated day that has rows as counts, by its date in order; no store is asked."""
    settings, trained, _ = demo
    period = periods.between(settings.source.start, settings.source.end)
    batch = model.predicted(trained, batches.read(settings, period))
    days = batch.by_day(settings.time_column)
    return {day.period.start: counting.profile(settings, trained.calibration.grid, day) for day in days}


@pytest.fixture(scope="session")
def before(demo, counted):
    """A function of a day: the days of its trailing reference, in order; with other alarms, `without` some days."""
    settings, trained, _ = demo

    def chosen(day, alarms=settings.alarms, without=()):
        model = replace(trained, settings=settings.model_copy(update={"alarms": alarms}))
        return history.choose(model, day, [counts for other, counts in counted.items() if other not in without])

    return chosen


@pytest.fixture(scope="session")
def monitored(demo, before):
    """A function of a day as text: its batch with the prediction, and all that is computed of it by the demo model."""
    settings, trained, _ = demo

    @cache
    def day(text):
        batch = model.predicted(trained, batches.read(settings, periods.one_day(text)))
        return batch, monitoring.report(trained, batch, before(batch.period.start))

    return day
