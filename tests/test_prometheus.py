"""Prometheus' rules by its own tool; a real Prometheus, Debian's, that scrapes `driftbook metrics --serve`."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
import yaml
from driftbook import exporter, paths, store
from driftbook.config.service import Service
from driftbook.records import DayResult, Judgement, Measure

CONFIG = paths.ROOT / "config" / "prometheus"
RULES = [
    rule
    for group in yaml.safe_load((CONFIG / "rules.yaml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
UNITS = paths.ROOT / "tests" / "prometheus_rules.yaml"
#: Real time, for starting and scraping on a machine that has other work.
PATIENCE = 120


def program(name):
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (apt-get install --no-install-recommends prometheus)")
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", CONFIG / "rules.yaml"),
        ("check", "config", CONFIG / "prometheus.yaml"),
        ("test", "rules", UNITS),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_what_promtool_says(arguments):
    done = subprocess.run([program("promtool"), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_rule_is_tested_to_fire_and_to_be_silent(rule):
    cases = [
        bool(case.get("exp_alerts"))
        for test in yaml.safe_load(UNITS.read_text(encoding="utf-8"))["tests"]
        for case in test["alert_rule_test"]
        if case["alertname"] == rule["alert"]
    ]
    assert {*cases} == {True, False}
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_the_numbers_are_named_as_prometheus_wants_them(planted):
    done = subprocess.run(
        [program("promtool"), "check", "metrics"], input=exporter.text(), capture_output=True, text=True, check=False
    )
    # Days are the unit of the views, of the params file, and of whoever is told.
    assert re.findall(r"^(?!.*_days use base unit ).+", done.stderr, re.MULTILINE) == []


@pytest.fixture
def planted(database, tmp_path, monkeypatch):
    """A database whose model `m` alarms on its newest day, and whose model `good` does not."""
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path / "archive"))
    with store.connect() as connection:
        (day,) = connection.execute("select (now() at time zone 'UTC')::date - 1").fetchone()
    for model, verdict in (("m", "alarm"), ("good", "drift")):
        run_id = store.open_run("monitor", model, day, str(day), {}, "papermill", "n", "c")
        judgement = Judgement(verdict, "why", "weekday", severity=2.5)
        measures = (Measure("rows", 500.0, verdict=verdict),)
        limits = Service().limits
        store.write_day(run_id, DayResult(model, day, 500, measures, {}, "d", "v", judgement, limits=limits))
        store.close_run(run_id, "succeeded", page="p.html")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def ask(port, path, **query):
    """Return what Prometheus' API answers; nothing while it does not answer."""
    try:
        address = f"http://127.0.0.1:{port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)["data"]
    except OSError:
        return {}


def wait_for(found, log):
    """Return what a function returns as soon as that is something."""
    for _ in range(PATIENCE * 4):
        if something := found():
            return something
        time.sleep(0.25)
    raise AssertionError(log.read_text(encoding="utf-8"))


def firing(port):
    """Return the alerts that fire; one of nobody's having said anything yet is pending at the beginning."""
    alerts = ask(port, "alerts").get("alerts", [])
    return [(one["labels"]["alertname"], one["labels"].get("model")) for one in alerts if one["state"] == "firing"]


@pytest.fixture
def prometheus(planted, tmp_path):
    """The port of a Prometheus by the example's configuration, but faster; it scrapes an exporter of its own."""
    prometheus, port, log = program("prometheus"), free_port(), tmp_path / "log"
    started = []
    with log.open("w") as file:
        try:
            command = [Path(sys.executable).with_name("driftbook"), "metrics", "--serve", "0"]
            started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=file, text=True))
            address = started[0].stdout.readline().split("/")[2]
            text = (CONFIG / "prometheus.yaml").read_text(encoding="utf-8")
            assert "127.0.0.1:9817" in text
            changed = text.replace("127.0.0.1:9817", address).replace("interval: 1m", "interval: 2s")
            (tmp_path / "prometheus.yaml").write_text(changed.replace("timeout: 30s", "timeout: 2s"), encoding="utf-8")
            shutil.copy(CONFIG / "rules.yaml", tmp_path)
            command = [
                prometheus,
                f"--config.file={tmp_path / 'prometheus.yaml'}",
                f"--storage.tsdb.path={tmp_path / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ]
            started.append(subprocess.Popen(command, stdout=file, stderr=file))
            yield port, log
        finally:
            for process in started:
                process.terminate()
                process.wait(30)
            started[0].stdout.close()


def test_a_real_prometheus_scrapes_and_its_rule_fires_for_the_planted_alarm(prometheus):
    port, log = prometheus
    fired = wait_for(lambda: firing(port), log)
    assert fired == [("DriftbookAlarm", "m")]
    found = ask(port, "query", query="driftbook_verdict == 1")["result"]
    assert {(one["metric"]["model"], one["metric"]["verdict"]) for one in found} == {("m", "alarm"), ("good", "drift")}
