"""The bench of the alarms works, in a few seconds; its figures are in `bench/README.md`. Skipped without the months."""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from driftbook import paths

BENCH = paths.ROOT / "bench"
MONTHS = ("2022-01", "2022-02")
MISSING = [name for month in MONTHS if not (paths.data_dir() / (name := f"green_tripdata_{month}.parquet")).is_file()]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"DRIFTBOOK_DATA_DIR lacks {', '.join(MISSING)}")


def run(*arguments):
    command = [sys.executable, str(BENCH / "alarms.py"), "--months", *MONTHS, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def bench():
    """The bench's modules by name, imported as its command does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        import alarms_budget
        import alarms_days
        import alarms_faults
        import alarms_resample
        import alarms_wide

        yield {
            "budget": alarms_budget,
            "days": alarms_days,
            "faults": alarms_faults,
            "resample": alarms_resample,
            "wide": alarms_wide,
        }


@pytest.fixture(scope="module")
def pair(bench):
    """The model of January and the days of February."""
    return bench["days"].pair(*MONTHS)


@pytest.fixture(scope="module")
def pool(bench, pair):
    """Their days, ready to be shuffled."""
    return bench["resample"].pool([pair])


def test_the_command_states_what_is_asked_and_whether_it_is_met():
    done = run("--splits", "2", "--days", "8", "--only", "budget", "months")
    assert done.returncode in (0, 1), done.stderr
    assert re.search(r"^\| fixed +\| 28 +\| 1\.0 +\| \d\.\d\d \+- \d\.\d\d +\| 0\.6 to 1\.5 +\|", done.stdout, re.M)
    assert re.search(r"^\| 2022-01 -> 2022-02 +\| 8 .* at most 1 page +\| met +\|$", done.stdout, re.M)
    asked, met, missed = map(int, re.search(r"^asked: (\d+), met: (\d+), missed: (\d+)", done.stdout, re.M).groups())
    assert asked == met + missed == 3
    assert done.returncode == (1 if missed else 0)


def test_faults_page_and_the_order_of_days_does_not_matter():
    done = run("--days", "2", "--only", "faults", "order")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\| trip_distance x1\.6 +\| 2 of 2 +\| 2 +\| 2 .* met +\|$", done.stdout, re.M)
    assert len(re.findall(r"^\| .* \| equal +\| met +\|$", done.stdout, re.M)) == 5


def test_a_tool_that_is_not_there_is_said_to_be_not_run():
    done = run("--days", "1", "--only", "rivals")
    assert done.returncode == 0, done.stderr
    assert "NannyML: not run: give --nannyml-python" in done.stdout
    assert re.search(r"^\| Evidently [\d.]+ +\| 1 ", done.stdout, re.M)


def test_months_that_are_not_there_are_named():
    done = run("--months", "1999-01", "1999-02")
    assert done.returncode == 2
    assert "green_tripdata_1999-01.parquet, green_tripdata_1999-02.parquet" in done.stderr


def test_coded_rows_count_as_the_product_counts(bench, pair, pool):
    counted = {day.day: day for day in bench["resample"].as_they_are(pool, None)}
    for day in list(pair.days)[:3]:
        expected = replace(pair.counts[day], modes={})  # which nothing that is shuffled is judged by
        assert replace(counted[day], duplicates=expected.duplicates).sha256 == expected.sha256


def test_days_of_another_size(bench, pool):
    rng = np.random.default_rng(0)
    own = sum(len(rows) for rows in pool.own)
    thin = sum(day.rows for day in bench["resample"].thinned(pool, rng))
    assert 0.09 * own < thin < 0.11 * own
    assert sum(day.rows for day in bench["resample"].ten_times(pool, rng)) == 10 * own
    assert sum(day.rows for day in bench["resample"].pure_noise(pool, rng)) == pytest.approx(own, rel=0.02)


def test_undisturbed_days_alarm_about_as_often_as_the_budget_says(bench, pool):
    days = (pool, bench["resample"].as_they_are, 28)
    rates = np.mean([bench["budget"].fixed_rates(days, seed) for seed in range(12)], axis=0)
    assert (np.diff(rates) >= 0).all()
    assert 1 < rates[2] < 8  # of 3, where one split has a standard deviation of about 2
    assert rates[0] < 2.5


def test_a_fault_is_in_what_was_delivered_and_in_what_follows_from_it(bench, pair):
    day, batch = next(iter(pair.days.items()))
    faults = {fault.name: fault for fault in bench["faults"].FAULTS}
    assert len(faults) == 12
    far = bench["faults"].faulty(pair.trained, batch, faults["trip_distance x1.6"])
    assert far.table["trip_distance"].to_pylist() == pytest.approx(far.frame["trip_distance"].tolist())
    assert far.frame["trip_distance"].sum() == pytest.approx(1.6 * batch.frame["trip_distance"].sum())
    assert not np.allclose(far.frame["prediction"], batch.frame["prediction"])
    lost = bench["faults"].faulty(pair.trained, batch, faults["half the rows lost"])
    assert len(lost.frame) == lost.table.num_rows < 0.6 * len(batch.frame)
    assert pair.count(far).day == day


def test_fifty_columns(bench):
    (wide,) = bench["wide"].pairs(list(MONTHS))
    assert len(wide.trained.settings.watched.all) == len(wide.trained.calibration.grid.columns) == 50
    day = next(iter(wide.days.values())).frame
    assert day["fare_amount 0"].equals(day["fare_amount"].rename("fare_amount 0"))
    shares = [(day[f"PULocationID {turn}"] == day["PULocationID"]).mean() for turn in (1, 2)]
    assert 0.4 < shares[0] < 0.6 and shares[1] < 0.1
