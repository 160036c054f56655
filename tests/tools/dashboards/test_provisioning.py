import json
import re

import psycopg
import pytest
import yaml
from driftbook import paths, store
from driftbook.records import DayResult, Judgement, Measure
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.alerting import (
    ContactPoint,
    NotificationPolicy,
    Query,
    RelativeTimeRange,
    Rule,
)
from grafana_foundation_sdk.models.expr import TypeThreshold

from tools.dashboards import __main__ as grafana
from tools.dashboards.queries import RULES, queries

CONFIG = paths.ROOT / "config" / "grafana"
ALERTS = [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]
BOARDS = {
    file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (paths.ROOT / "dashboards").glob("*.json")
}


def read(name):
    return yaml.safe_load((CONFIG / name).read_text(encoding="utf-8"))


def kept(kind, given):
    """What the SDK's type makes of an object: it drops what it does not know."""
    return json.loads(json.dumps(kind.from_json(given), cls=JSONEncoder))


def test_the_data_source():
    (source,) = read("provisioning/datasources/driftbook.yaml")["datasources"]
    assert (source["uid"], source["type"]) == ("driftbook", "grafana-postgresql-datasource")
    assert (source["user"], source["secureJsonData"]) == ("grafana_reader", {"password": "$GRAFANA_READER_PASSWORD"})
    # The fields that Grafana's documentation of the PostgreSQL data source names.
    assert set(source) <= {
        *("name", "uid", "type", "access", "orgId", "isDefault", "editable", "url", "user"),
        *("secureJsonData", "jsonData"),
    }
    assert set(source["jsonData"]) <= {
        *("database", "sslmode", "postgresVersion", "timescaledb"),
        *("maxOpenConns", "maxIdleConns", "connMaxLifetime"),
    }


def test_the_dashboards_folder():
    (provider,) = read("provisioning/dashboards/driftbook.yaml")["providers"]
    compose = (paths.ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert f"${{GRAFANA_DASHBOARDS:-./dashboards}}:{provider['options']['path']}:ro" in compose
    assert f"PATH: {provider['options']['path']}/1-overview.json" in compose
    assert (provider["type"], provider["allowUiUpdates"]) == ("file", False)


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["title"])
def test_a_rule_is_what_grafana_reads(rule):
    assert (
        kept(Rule, {name: rule[name] for name in rule if name != "data"}).items()
        >= {name: rule[name] for name in rule if name != "data"}.items()
    )
    sql, threshold = rule["data"]
    assert (sql["datasourceUid"], sql["model"]["format"]) == ("driftbook", "table")
    assert (threshold["datasourceUid"], threshold["refId"]) == ("__expr__", rule["condition"])
    assert kept(TypeThreshold, threshold["model"]).items() >= threshold["model"].items()
    for query in rule["data"]:
        assert set(query) <= set(kept(Query, query)) | {"datasourceUid"}
        assert kept(RelativeTimeRange, query["relativeTimeRange"]) == query["relativeTimeRange"]


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["title"])
def test_a_rule_tells_what_where_and_when(rule):
    summary, page = rule["annotations"]["summary"], rule["annotations"]["page"]
    assert {"model", "day", "column"} <= set(re.findall(r"\$labels\.(\w+)", summary))
    assert page == "http://localhost:8081/{{ $labels.page }}"
    assert rule["labels"]["source"] == "driftbook"
    assert rule["labels"]["severity"] in ("page", "ticket")
    board = BOARDS[rule["annotations"]["__dashboardUid__"]]
    assert int(rule["annotations"]["__panelId__"]) in [panel["id"] for panel in board["panels"]]


def test_the_archive_of_the_dashboards_is_that_of_the_rules(tmp_path):
    changed = tmp_path / "rules.yaml"
    changed.write_text(grafana.with_archive(RULES.read_text(encoding="utf-8"), "https://a.example/x"), encoding="utf-8")
    pages = re.findall(r"page: \"(.*)\"", changed.read_text(encoding="utf-8"))
    assert pages == ["https://a.example/x/{{ $labels.page }}"] * len(ALERTS)
    assert grafana.with_archive(changed.read_text(encoding="utf-8"), "http://localhost:8081") == RULES.read_text(
        "utf-8"
    )


@pytest.mark.parametrize("name", ["contact/contact.yaml", "contact/contact-webhook.yaml"])
def test_who_is_told(name):
    said = read(name)
    assert set(said) <= {"apiVersion", "contactPoints", "policies", "muteTimes"}
    (policy,) = said["policies"]
    assert kept(NotificationPolicy, policy) | {"orgId": 1} == policy
    for point in said.get("contactPoints", []):
        for receiver in point["receivers"]:
            assert kept(ContactPoint, receiver).items() >= receiver.items()
    # As Grafana's documentation of file provisioning has them; the SDK's type calls the times `from` and `to`.
    for mute in said.get("muteTimes", []):
        assert mute["time_intervals"] == [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}]


def test_nobody_is_told_by_default():
    (policy,) = read("contact/contact.yaml")["policies"]
    (route,) = policy["routes"]
    assert [[name, "=", value] for name, value in ALERTS[0]["labels"].items()][:1] == route["object_matchers"]
    assert route["mute_time_intervals"] == [mute["name"] for mute in read("contact/contact.yaml")["muteTimes"]]


def test_the_webhook_is_told_where_its_address_is_set():
    said = read("contact/contact-webhook.yaml")
    (receiver,) = said["contactPoints"][0]["receivers"]
    assert receiver["settings"]["url"] == "$ALERT_WEBHOOK_URL"
    assert said["policies"][0]["receiver"] == said["contactPoints"][0]["name"]
    assert "routes" not in said["policies"][0]


# The rules against a database in which something is wrong today.


def alerts(uri, title):
    """The labels of the alerts that a rule fires, and their numbers."""
    (query,) = (query for query in queries() if query.name == f"alert: {title}")
    with psycopg.connect(uri) as connection:
        cursor = connection.execute(query.sql)
        columns = [(column.name, column.type_code) for column in cursor.description]
        found = cursor.fetchall()
    texts = [name for name, kind in columns if kind == 25]
    assert len(texts) == len(columns) - 1, "one number, the rest are labels"
    labels = [dict(zip(texts, row[:-1], strict=True)) for row in found]
    assert len({json.dumps(label) for label in labels}) == len(labels), "Grafana refuses two alerts of the same labels"
    assert all(set(label) >= {"model", "day", "column", "page"} for label in labels)
    return [label for label, row in zip(labels, found, strict=True) if row[-1] > 0]


def record(days_ago=0, *, verdict="ok", status="succeeded", hours_ago=0, model="m", reason=""):
    with store.connect() as connection:
        (day,) = connection.execute("select (now() at time zone 'UTC')::date - %s", [days_ago]).fetchone()
    run_id = store.open_run("monitor", model, day, str(day), {}, "papermill", "n", "c")
    if status == "succeeded":
        measures = (
            Measure("severity", 2.0, "fare", upper=1.0, verdict=verdict),
            Measure("error", 2.0, "", "part=1", upper=1.0, verdict=verdict),
            Measure("error", 3.0, "", "part=2", upper=1.0, verdict=verdict),
        )
        judgement = Judgement(verdict, reason, "weekday", "fare", severity=2.0) if reason else None
        store.write_day(run_id, DayResult(model, day, 1, measures, {}, "d", "v", judgement))
    store.close_run(run_id, status, page=f"{model}/{day}.html")
    with store.connect() as connection:
        connection.execute(
            "update driftbook.run set started_at = now() - make_interval(hours => %s) where run_id = %s",
            [hours_ago, run_id],
        )
    return day


def test_a_model_alarms_on_its_newest_day_only(database):
    record(3, verdict="alarm")
    day = record(1, verdict="alarm")
    record(1, verdict="drift", model="other")
    of_day = {"model": "m", "day": str(day), "page": f"m/{day}.html"}
    found = sorted(alerts(database, "A model alarms"), key=lambda label: label["column"])
    assert found == [
        of_day | {"column": "fare", "measure": "severity", "reason": "severity is beyond its threshold"},
        of_day | {"column": "the day", "measure": "error", "reason": "error is beyond its threshold"},
    ]
    record(0)
    assert alerts(database, "A model alarms") == []


def test_a_judged_day_alarms_once_and_says_why(database):
    day = record(verdict="alarm", reason="fare: values up to 2 make 27% of the rows, usually 50%")
    (label,) = alerts(database, "A model alarms")
    said = re.sub(r"{{ \$labels\.(\w+) }}", lambda found: label[found[1]], ALERTS[0]["annotations"]["summary"])
    assert said == f"m alarms on {day} (fare): fare: values up to 2 make 27% of the rows, usually 50%"
    record(verdict="drift", reason="fare drifts", model="other")
    assert len(alerts(database, "A model alarms")) == 1


def test_a_day_fails_until_it_succeeds(database):
    day = record(1, status="failed")
    (label,) = alerts(database, "A day failed")
    assert (label["model"], label["day"], label["page"]) == ("m", str(day), f"m/{day}.html")
    assert alerts(database, "A model alarms") == []
    record(1)
    assert alerts(database, "A day failed") == []


@pytest.mark.parametrize(("age", "fires"), [(2, False), (3, True), (14, True), (15, False)])
def test_the_newest_day_is_old(database, age, fires):
    day = record(age)
    record(age + 1)
    found = alerts(database, "The newest day is older than expected")
    assert [label["day"] for label in found] == ([str(day)] if fires else [])


@pytest.mark.parametrize(
    ("trained_until", "newest", "fires"), [(366, 14, True), (365, 14, False), (366, 15, False), (None, 14, False)]
)
def test_the_reference_of_a_monitored_model_ended_long_ago(database, trained_until, newest, fires):
    record(newest)
    with store.connect() as connection:
        (end,) = connection.execute("select ((now() at time zone 'UTC')::date - %s)::text", [trained_until]).fetchone()
    run_id = store.open_run("train", "m", None, f"2022-01-01_{end}" if end else "", {}, "papermill", "n", "c")
    store.close_run(run_id, "succeeded", page="t.html")
    found = [
        label
        for label in alerts(database, "Monitoring is slower or less sure than asked")
        if "reference" in label["column"]
    ]
    assert [(label["column"], label["page"]) for label in found] == (
        [(f"its reference period ended on {end}", "t.html")] if fires else []
    )


@pytest.mark.parametrize(("hours", "fires"), [(35, False), (37, True), (13 * 24, True), (15 * 24, False)])
def test_the_database_is_quiet(database, hours, fires):
    record(hours_ago=hours)
    record(hours_ago=hours + 5, model="other")
    found = alerts(database, "The database has gone quiet")
    assert [label["model"] for label in found] == (["m"] if fires else [])


def test_an_empty_database_raises_nothing(database):
    store.connect().close()
    assert [alerts(database, rule["title"]) for rule in ALERTS] == [[]] * len(ALERTS)


def test_the_rules_have_no_macros():
    assert not any("$" in query.sql for query in queries() if query.name.startswith("alert"))
