import copy
import datetime as dt
import re

import pytest
import yaml
from driftbook import config, paths
from driftbook.config import alarms
from driftbook.errors import BadInput
from driftbook.periods import between
from driftbook.sources import simulated

DEMO = yaml.safe_load((paths.params_dir() / "demo.yaml").read_text(encoding="utf-8"))["params"]
ABSENT = object()


def changed(path, value):
    """Return demo's params with one key, named by its dotted path, set or (with ABSENT) taken out."""
    params = copy.deepcopy(DEMO)
    *parents, key = path.split(".")
    place = params
    for parent in parents:
        place = place[int(parent) if parent.isdigit() else parent]
    if value is ABSENT:
        del place[key]
    else:
        place[key] = value
    return params


@pytest.mark.parametrize("given", ["demo", "params/demo.yaml", str(paths.params_dir() / "demo.yaml"), DEMO])
def test_a_name_a_path_or_the_mapping(given, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert config.load(given) == config.load("demo")


def test_what_a_params_file_says():
    settings = config.load("demo")
    assert settings.columns == [
        "lpep_pickup_datetime", "passenger_count", "trip_distance", "fare_amount", "total_amount",
        "PULocationID", "DOLocationID", "payment_type",
    ]  # fmt: skip
    assert settings.watched.numeric == (*DEMO["features"]["numeric"], "hour", "duration_min", "prediction")
    assert settings.watched.categorical == ("PULocationID", "DOLocationID", "payment_type")
    assert settings.references.period == between("2022-01-01", "2022-01-31")
    assert (settings.calendar.time_zone, settings.calendar.holidays) == ("America/New_York", "US")
    assert (settings.alarms.false_alarms_per_month, settings.alarms.trailing_days) == (1, 28)
    assert settings.source.incidents[0] == simulated.Incident(
        fault="kilometres", start=dt.date(2022, 2, 10), end=dt.date(2022, 2, 12)
    )


def test_alarms_and_a_calendar_need_not_be_given():
    settings = config.load({key: value for key, value in DEMO.items() if key not in ("alarms", "calendar")})
    assert settings.alarms == alarms.Alarms(false_alarms_per_month=1, trailing_days=28, acknowledged=())
    assert settings.alarms.checks == alarms.Checks(duplicates=0.01, missing=0.05, rows=(0.75, 1.5))
    assert settings.calendar == alarms.Calendar(time_zone="UTC", holidays="", special_days=())


def test_a_change_that_was_seen():
    seen = {"start": dt.date(2022, 2, 22), "columns": ["duration_min"]}
    settings = config.load(changed("alarms.acknowledged", [seen, {"start": "2022-03-01"}]))
    assert settings.alarms.acknowledged == (
        alarms.Acknowledgement(start=dt.date(2022, 2, 22), columns=("duration_min",)),
        alarms.Acknowledgement(start=dt.date(2022, 3, 1)),
    )


@pytest.mark.parametrize(
    ("path", "value", "is_same"),
    [
        ("alarms.false_alarms_per_month", 3, True),
        ("alarms.acknowledged", [{"start": "2022-02-22"}], True),
        ("calendar.special_days", ["12-24"], False),
        ("watch.categorical", [], False),
        ("references.min_rows_per_day", 300, False),
    ],
)
def test_a_trained_model_depends_on_all_but_the_alarms(path, value, is_same):
    assert (config.load(changed(path, value)).of_training() == config.load("demo").of_training()) is is_same


@pytest.mark.parametrize(
    ("column", "unit", "axis"),
    [
        ("trip_distance", "miles", "trip_distance (miles)"),
        ("duration_min", "minutes", "duration_min (minutes)"),
        ("prediction", "minutes", "prediction (minutes)"),
        ("hour", "hour of day", "hour (hour of day)"),
        ("PULocationID", "", "PULocationID"),
    ],
)
def test_units(column, unit, axis):
    settings = config.load("demo")
    assert (settings.unit(column), settings.axes[column]) == (unit, axis)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("tresholds", {}, "tresholds: Extra inputs are not permitted"),
        ("source.sed", 1, "source.sed: Extra inputs are not permitted"),
        ("references.train_row", 5, "references.train_row: Extra inputs are not permitted"),
        ("filters.duration_min.mim", 0, "filters.duration_min.mim: Extra inputs are not permitted"),
        ("source.incidents.0.day", 1, "source.incidents.0.day: Extra inputs are not permitted"),
        ("time_column", ABSENT, "time_column: Field required"),
        ("target.name", ABSENT, "target.name: Field required"),
        ("references.train_rows", "many", "references.train_rows: Input should be a valid integer"),
        ("references.train_rows", 0, "references.train_rows: Input should be greater than 0 (given: 0)"),
        ("references.min_rows_per_day", -1, "min_rows_per_day: Input should be greater than 0"),
        ("references.start", "2022-02-30", "references.start: Input should be a valid date"),
        ("references.end", dt.date(2021, 1, 1), "references: Value error, start 2022-01-01 lies after end 2021-01-01"),
        ("source.end", dt.date(2021, 1, 1), "source: Value error, start 2022-01-01 lies after"),
        ("source.incidents.0.end", dt.date(2021, 1, 1), "incidents.0: Value error, start 2022-02-10 lies after"),
        ("thresholds", {"margin": 1.25}, "thresholds: Extra inputs are not permitted"),
        ("calendar.time_zone", "New York", "calendar.time_zone: Value error, no such time zone in the tz database"),
        ("calendar.time_zone", None, "calendar.time_zone: Input should be a valid string"),
        (
            "calendar.holidays",
            "New York",
            "calendar.holidays: Value error, no holidays are known for it, expected an ISO",
        ),
        ("calendar.special_days", "12-24", "calendar.special_days: Input should be a valid tuple"),
        (
            "calendar.special_days",
            ["Thanksgivin"],
            "special_days ['Thanksgivin'] are neither month and day like '12-24'",
        ),
        ("calendar.special_days", ["13-24"], "special_days ['13-24'] are neither month and day like '12-24'"),
        ("alarms.acknowledged", [{"start": "2022-02-01", "columns": ["fare"]}], "names the columns ['fare']: expected"),
        ("calendar.weekend", "Friday", "calendar.weekend: Extra inputs are not permitted"),
        ("alarms.false_alarms_per_month", 0, "alarms.false_alarms_per_month: Input should be greater than 0 (given: 0"),
        ("alarms.false_alarms_per_month", 16, "false_alarms_per_month: Input should be less than or equal to 15"),
        ("alarms.false_alarms_per_month", "few", "alarms.false_alarms_per_month: Input should be a valid number"),
        ("alarms.trailing_days", 19, "alarms.trailing_days: Input should be greater than or equal to 20 (given: 19)"),
        ("alarms.margin", 1.25, "alarms.margin: Extra inputs are not permitted"),
        ("alarms.acknowledged", [{}], "alarms.acknowledged.0.start: Field required"),
        ("alarms.acknowledged", [{"start": "soon"}], "alarms.acknowledged.0.start: Input should be a valid date"),
        ("alarms.checks", {"duplicates": 1}, "alarms.checks.duplicates: Input should be less than 1"),
        ("alarms.checks", {"missing": 0}, "alarms.checks.missing: Input should be greater than 0"),
        ("alarms.checks", {"rows": [1.5, 0.7]}, "alarms.checks.rows.0: Input should be less than 1 (given: 1.5)"),
        ("alarms.checks", {"rows": [0.7]}, "alarms.checks.rows.1: Field required"),
        ("fill_missing", "zero", "fill_missing: Input should be a valid number"),
        ("features.numeric", "trip_distance", "features.numeric: Input should be a valid tuple"),
        ("features.numeric", [1], "features.numeric.0: Input should be a valid string"),
        ("features.numeric", ["payment_type"], "columns named twice in features and watch: ['payment_type']"),
        ("filters", None, "filters: Input should be a valid dictionary"),
        ("filters.duration_min", 60, "filters.duration_min: Input should be a valid dictionary"),
        ("source.kind", "kafka", "source: Value error, source.kind is 'kafka': expected one of ['table', "),
        ("source.kind", ABSENT, "source: Value error, expected a mapping with `kind`"),
        ("source.incidents.0.fault", "flood", "source.incidents.0.fault: Input should be 'kilometres'"),
        ("name", "green taxi", "name: String should match pattern"),
        ("name", "../up", "name: String should match pattern"),
        ("name", 7, "name: Input should be a valid string (given: 7)"),
    ],
)
def test_an_unknown_missing_or_mistyped_key(path, value, message):
    with pytest.raises(BadInput, match=re.escape(message)) as caught:
        config.load(changed(path, value))
    assert str(caught.value).startswith("the mapping given as params is not a valid params file: ")


def test_every_mistake_is_named_at_once():
    with pytest.raises(BadInput, match=r"title: Input should .*; margn: Extra inputs"):
        config.load({**DEMO, "title": 3, "margn": 2})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "odd.yaml must hold one top-level key `params:`, found nothing"),
        ("just text", "must hold one top-level key `params:`, found a text"),
        ("name: demo", "must hold one top-level key `params:`, found other keys"),
        ("params: {}\nmore: 1", "must hold one top-level key"),
        ("params:", "odd.yaml is not a valid params file: params: Input should be a valid dictionary"),
        ("params: [1, 2]", "odd.yaml is not a valid params file: params: Input should be a valid dictionary"),
        ("params: {name: demo", "odd.yaml is not YAML: while parsing a flow mapping"),
        ("params:\n\t- x", "odd.yaml is not YAML: while scanning for the next token found character"),
        ("params: !!python/object:os.system {}", "odd.yaml is not YAML: could not determine a constructor"),
        (b"params: \xff\xfe", "odd.yaml is not YAML: 'utf-8' codec can't decode byte 0xff"),
    ],
)
def test_a_file_that_is_no_params_file(tmp_path, content, message):
    file = tmp_path / "odd.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadInput, match=re.escape(message)):
        config.load(str(file))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("grean_taxi", "params is 'grean_taxi': no such params file; known names are ['demo', 'flights'"),
        ("params/none.yaml", "params is 'params/none.yaml': no such params file"),
        ("/nowhere/x.yml", "params is '/nowhere/x.yml': no such params file"),
        ("params/", "params is 'params/': no such params file"),
        ("", "params is '': expected a name, one of ['demo', 'flights'"),
        (7, "params is 7: expected a name"),
        (None, "params is None: expected a name"),
        (["demo"], "params is ['demo']: expected a name"),
    ],
)
def test_an_unknown_name(given, message):
    with pytest.raises(BadInput, match=re.escape(message)):
        config.load(given)
