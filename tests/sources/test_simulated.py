import datetime as dt
import hashlib
import os
import re
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
from driftbook import batches, config
from driftbook.errors import BadInput
from driftbook.periods import between, one_day
from driftbook.sources import simulated, trips

DEMO = config.load("demo")
SOURCE = DEMO.source
#: SHA-256 of each month's rows. Whoever changes the values raises `simulated._VERSION` too, so that none are cached.
VERSION = 2
HASHES = {
    "2022-01": "eabd961d02fbb887dee95497d6cf5b0b57bf9cfbf722af3e906a5fc590b13883",
    "2022-02": "bc596bbe5efd2f5ba24c731c4a7bf18e7fa3a5edf09178dba21ebad96fef8fd5",
}
HASH_SCRIPT = """
import hashlib, pathlib, sys
import pyarrow.parquet as pq
from driftbook import config, paths
from driftbook.sources import simulated
paths.simulated_dir = lambda: pathlib.Path(sys.argv[1])
frame = pq.read_table(simulated.file(config.load("demo").source, "2022-02")).to_pandas()
print(hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest())
"""


def digest(file):
    return hashlib.sha256(pq.read_table(file).to_pandas().to_csv(index=False).encode()).hexdigest()


def by_day(month):
    frame = pq.read_table(simulated.file(SOURCE, month)).to_pandas()
    return dict(list(frame.groupby(frame["lpep_pickup_datetime"].dt.date)))


def day_of_february(number, incidents=SOURCE.incidents):
    source = SOURCE.model_copy(update={"incidents": incidents})
    return simulated._day(source, dt.date(2022, 2, number))


@pytest.mark.parametrize("month", HASHES)
def test_the_values_are_the_committed_ones(simulated_here, month):
    assert (simulated._VERSION, digest(simulated.file(SOURCE, month))) == (VERSION, HASHES[month])


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "America/New_York", "LC_ALL": "tr_TR.UTF-8", "OMP_NUM_THREADS": "1"},
    ],
)
def test_the_values_are_the_same_everywhere(tmp_path, environment):
    command = [sys.executable, "-c", HASH_SCRIPT, str(tmp_path)]
    done = subprocess.run(command, env={**os.environ, **environment}, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == HASHES["2022-02"], done.stderr


def test_a_row_as_committed(simulated_here):
    row = by_day("2022-02")[dt.date(2022, 2, 1)].iloc[1000]
    columns = ["PULocationID", "DOLocationID", "trip_distance", "fare_amount", "total_amount"]
    assert row[columns].tolist() == [
        41.0,
        74.0,
        0.3,
        5.0,
        6.55,
    ]
    assert str(row["lpep_pickup_datetime"]) == "2022-02-01 13:50:47"


def test_the_shape_of_a_published_month(simulated_here):
    file = simulated.file(SOURCE, "2022-01")
    table = pq.read_table(file)
    assert table.schema.remove_metadata() == trips.SCHEMA
    assert 60_000 < table.num_rows < 75_000
    times = table["lpep_pickup_datetime"].to_pandas()
    assert sorted(times[times.dt.year < 2022].dt.year.unique()) == [2008, 2009, 2021]
    assert re.fullmatch(r"green_simulated_2022-01_[0-9a-f]{8}.parquet", file.name)


def test_every_day_of_both_months_is_there_but_the_empty_one(simulated_here):
    enough = [
        day for month in HASHES for day, rows in by_day(month).items() if len(rows) >= DEMO.references.min_rows_per_day
    ]
    assert enough == [day for day in between("2022-01-01", "2022-02-28").days if day != dt.date(2022, 2, 20)]


def test_the_oddities_of_real_data(simulated_here):
    january = by_day("2022-01")
    absurd = [(day, rows["trip_distance"].max()) for day, rows in january.items() if rows["trip_distance"].max() > 100]
    assert absurd == [(dt.date(2022, 1, 5), 90_421.0)]
    for number in range(1, 10):
        rows = by_day("2022-02")[dt.date(2022, 2, number)]
        without = rows["passenger_count"].isna()
        assert 0.06 < without.mean() < 0.14
        assert (
            rows.loc[without, ["payment_type", "trip_type", "RatecodeID", "store_and_fwd_flag"]].isna().all(axis=None)
        )
        assert 0 < (rows["fare_amount"] < 0).mean() < 0.02
        assert not rows["lpep_pickup_datetime"].is_monotonic_increasing


@pytest.mark.parametrize("number", range(1, 29))
def test_incidents_are_on_their_days_only(number):
    planted, clean = day_of_february(number), day_of_february(number, incidents=())
    touched = any(i.start <= dt.date(2022, 2, number) <= i.end for i in SOURCE.incidents)
    assert planted.equals(clean) == (not touched)
    assert touched <= (number >= 10)


def test_a_day_does_not_depend_on_other_days_or_on_the_order():
    once = day_of_february(8)
    day_of_february(9)
    np.random.default_rng().random(3)
    assert day_of_february(8).equals(once)
    longer = SOURCE.model_copy(update={"end": dt.date(2022, 3, 31)})
    assert simulated._day(longer, dt.date(2022, 2, 8)).equals(once)


@pytest.mark.parametrize("changes", [{"seed": 1}, {"incidents": ()}, {"start": dt.date(2022, 1, 2)}])
def test_other_params_are_another_file(simulated_here, changes):
    other = SOURCE.model_copy(update=changes)
    assert simulated.file(other, "2022-01") != simulated.file(SOURCE, "2022-01")


def test_another_seed_gives_other_rows():
    other = SOURCE.model_copy(update={"seed": 1})
    assert not simulated._day(other, dt.date(2022, 2, 8)).equals(day_of_february(8))


def test_a_source_that_starts_and_ends_within_a_month(simulated_here):
    source = SOURCE.model_copy(update={"start": dt.date(2022, 2, 3), "end": dt.date(2022, 2, 4), "incidents": ()})
    times = pq.read_table(simulated.file(source, "2022-02"))["lpep_pickup_datetime"].to_pandas()
    assert sorted(times.dt.day[times.dt.month == 2].unique()) == [3, 4]


@pytest.mark.parametrize(
    ("period", "message"),
    [
        (one_day("2022-03-01"), "2022-03-01 to 2022-03-01 is not among the simulated days, 2022-01-01 to 2022-02-28"),
        (one_day("2021-12-31"), "2021-12-31 to 2021-12-31 is not among the simulated days"),
        (between("2022-02-28", "2022-03-01"), "2022-02-28 to 2022-03-01 is not among the simulated days"),
    ],
)
def test_a_day_outside_of_the_source(simulated_here, tmp_path, period, message):
    with pytest.raises(BadInput, match=message):
        batches.read(DEMO, period)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("day", ["2022-01-01", "2022-02-28"])
def test_the_first_and_the_last_day_are_inside(day):
    batches.check_covers(DEMO, one_day(day))
