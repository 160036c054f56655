"""What Prometheus is told: of each model, of the database, of the disk; nothing stale, nothing secret."""

import datetime as dt
import os
import re
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from driftbook import cli, exporter, paths, store
from driftbook.config.service import Service
from driftbook.errors import BadInput, DatabaseUnavailable
from driftbook.records import DayResult, Judgement, Measure
from driftbook.store import service
from driftbook.verdicts import VERDICTS
from prometheus_client.parser import text_string_to_metric_families

TODAY = dt.datetime.now(dt.UTC).date()
#: Nothing listens there, and the password is one that no message may hold.
DOWN = "postgresql://someone:tr0ub4dor@127.0.0.1:1/db"


def record(model="m", ago=1, *, verdict="ok", status="succeeded", error=None, since=None):
    """Write a day of so many days ago, and its run of ten seconds; return the day."""
    day = TODAY - dt.timedelta(days=ago)
    run_id = store.open_run("monitor", model, day, str(day), {}, "papermill", "n", "c")
    if status == "succeeded":
        known = (Measure("mean_absolute_error", error, verdict="ok"),) * (error is not None)
        measures = (Measure("rows", 500.0, verdict=verdict), *known)
        judgement = Judgement(verdict, "why", "weekday", severity=2.5, facts=("fare",) if since else (), since=since)
        result = DayResult(model, day, 500, measures, {}, str(day), "v", judgement, limits=Service().limits)
        store.write_day(run_id, result)
    store.close_run(run_id, status, page="p.html", error="boom" * (status == "failed"))
    with store.connect() as connection:
        query = "update driftbook.run set finished_at = started_at + interval '10 seconds' where run_id = %s"
        connection.execute(query, [run_id])
    return day


def train(model, label):
    run_id = store.open_run("train", model, None, label, {}, "papermill", "n", "c")
    store.close_run(run_id, "succeeded", page="t.html")


def days_since(day):
    return float((dt.datetime.now(dt.UTC).date() - day).days)


@pytest.fixture
def archive(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path / "archive"))
    return tmp_path / "archive"


@pytest.fixture
def two_models(database, archive):
    """One whose newest day alarms and has no labels, with an older day; one whose only day failed."""
    record(ago=2, error=3.5)
    day = record(ago=1, verdict="alarm", since=TODAY - dt.timedelta(days=1))
    record("broken", ago=1, status="failed")
    train("m", f"{TODAY - dt.timedelta(days=60)}_{TODAY - dt.timedelta(days=30)}")
    train("old", "")
    return day


def read(text):
    """Return each number by its name and labels."""
    return {
        (sample.name.removeprefix("driftbook_"), *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_is_said_of_each_model(two_models):
    said = read(exporter.text())
    of_m = {key[0]: value for key, value in said.items() if key[1:] == ("m",)}
    trained = of_m.pop("trained_timestamp_seconds")
    assert abs(trained - time.time()) < 600
    assert of_m == {
        "newest_day_timestamp_seconds": dt.datetime.combine(two_models, dt.time(), dt.UTC).timestamp(),
        "severity": 2.5,
        "open_items": 1.0,
        "age_days": days_since(two_models),
        "run_seconds": 10.0,
        "rows_per_second": 50.0,
        "failed_days": 0.0,
        "lost_runs": 0.0,
        "calibration_days": days_since(TODAY - dt.timedelta(days=30)),
    }
    assert said["error", "m", "mean_absolute_error"] == 3.5
    assert said["up",] == 1.0


@pytest.mark.parametrize(("model", "verdict"), [("m", "alarm"), ("broken", "failed")])
def test_one_verdict_of_all_is_the_newest_days(two_models, model, verdict):
    said = read(exporter.text())
    assert {one: said["verdict", *sorted([model, one])] for one in VERDICTS} == {
        one: float(one == verdict) for one in VERDICTS
    }


@pytest.mark.parametrize("model", ["m", "broken"])
def test_thresholds_are_those_of_the_params_file_or_the_defaults(two_models, model):
    said = read(exporter.text())
    assert said["threshold", *sorted(["age_days", model, "upper"])] == Service().max_age_days
    assert ("threshold", *sorted(["age_days", model, "lower"])) not in said


def test_what_is_not_known_is_not_said(two_models):
    said = read(exporter.text())
    assert ("severity", "broken") not in said
    assert ("calibration_days", "old") not in said
    assert ("trained_timestamp_seconds", "old") in said


def test_the_disk(database, archive):
    assert read(exporter.text())["archive_bytes",] == 0.0
    for name, size in (("a", 100), ("b/c", 23)):
        (archive / name).parent.mkdir(parents=True, exist_ok=True)
        (archive / name).write_bytes(b"x" * size)
    said = read(exporter.text())
    assert said["archive_bytes",] == 123.0
    assert 0 < said["archive_free_bytes",] < said["archive_filesystem_bytes",]
    assert said["database_bytes",] > 1e6


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_text_file_is_written_at_once_and_everybody_may_read_it(two_models, tmp_path, umask):
    file = tmp_path / "driftbook.prom"
    file.write_text("old")
    with file.open() as reader:
        before = os.umask(umask)
        try:
            exporter.write(file)
        finally:
            os.umask(before)
        assert reader.read() == "old"
    assert read(file.read_text())["up",] == 1.0
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["driftbook.prom"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("driftbook.txt", r"the text file is '.*driftbook.txt': node exporter reads names that end in .prom"),
        ("nowhere/driftbook.prom", r"cannot write the text file: .*No such file or directory.*is its folder there"),
    ],
)
def test_a_text_file_that_cannot_be(database, tmp_path, name, message):
    with pytest.raises(BadInput, match=message):
        exporter.write(tmp_path / name)
    assert [*tmp_path.iterdir()] == []


def test_a_database_that_is_down_leaves_no_stale_number(two_models, tmp_path, monkeypatch):
    file = tmp_path / "driftbook.prom"
    exporter.write(file)
    monkeypatch.setenv("DATABASE_URL", DOWN)
    done = CliRunner().invoke(cli.main, ["metrics", "--textfile", str(file)])
    assert done.exit_code == 1
    assert "cannot use PostgreSQL at host '127.0.0.1'" in done.output
    names = {key[0] for key in read(file.read_text())}
    assert read(file.read_text())["up",] == 0.0
    assert names == {
        "up",
        "collected_timestamp_seconds",
        "archive_bytes",
        "archive_free_bytes",
        "archive_filesystem_bytes",
    }
    assert "tr0ub4dor" not in done.output + file.read_text()


def test_a_database_that_does_not_answer_in_time_is_down(two_models, monkeypatch):
    monkeypatch.setattr(service, "_QUERIES", {"newest": "select pg_sleep(10)"})
    monkeypatch.setattr(service, "_PATIENCE", "set local statement_timeout = '50ms'")
    with pytest.raises(DatabaseUnavailable, match="the database did not answer: canceling statement"):
        exporter.text()


def test_an_embedded_server_is_not_started_to_be_watched(tmp_path, archive, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(paths, "postgres_dir", lambda: tmp_path / "pg")
    with pytest.raises(DatabaseUnavailable, match="the embedded PostgreSQL is not running: `driftbook db start`"):
        exporter.text()
    assert not (tmp_path / "pg").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 0, "driftbook_up 1.0"),
        (["--serve", "here"], 1, "the address to serve at is 'here': expected [HOST:]PORT"),
        (["--serve", "127.0.0.1:99999"], 1, "cannot serve at '127.0.0.1:99999'"),
        (["--serve", "1", "--textfile", "x.prom"], 2, "--textfile and --serve: expected one of them"),
    ],
)
def test_the_command(database, archive, arguments, status, said):
    done = CliRunner().invoke(cli.main, ["metrics", *arguments])
    assert (done.exit_code, said in done.output) == (status, True), done.output


@pytest.fixture
def serving(archive, tmp_path):
    """A function that starts `driftbook metrics --serve` with a database; it returns address and process."""
    started = []

    def serve(address, url):
        command = [Path(sys.executable).with_name("driftbook"), "metrics", "--serve", address]
        with (tmp_path / "stderr").open("w") as log:
            environment = os.environ | {"DATABASE_URL": url}
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        started.append(process)
        (found,) = re.findall(r"^serving (http://\S+)$", process.stdout.readline(), re.MULTILINE)
        return found

    yield serve
    for process in started:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def ask(address):
    with urllib.request.urlopen(address, timeout=60) as answer:
        return read(answer.read().decode())


@pytest.mark.parametrize("given", ["0", ":0", "localhost:0"])
def test_it_serves_on_loopback_unless_told_otherwise(serving, two_models, database, given):
    address = serving(given, database)
    assert re.fullmatch(r"http://(127\.0\.0\.1|localhost):\d+/metrics", address)
    assert ask(address)["severity", "m"] == 2.5
    record("m", ago=0, verdict="drift")
    assert ask(address)["verdict", "drift", "m"] == 1.0


def test_it_goes_on_serving_while_the_database_is_down(serving, archive, tmp_path):
    address = serving("0", DOWN)
    assert [ask(address)["up",] for _ in range(2)] == [0.0, 0.0]
    log = (tmp_path / "stderr").read_text()
    assert log.count("driftbook_up is 0: cannot use PostgreSQL at host '127.0.0.1', port '1'") == 2
    assert "tr0ub4dor" not in log
    assert "Traceback" not in log
