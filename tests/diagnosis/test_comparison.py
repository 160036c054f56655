from dataclasses import replace

import pandas as pd
import pytest
from driftbook import diagnosis, store
from driftbook.errors import BadInput


@pytest.fixture
def stored(database, monitored):
    """The result of a day that is stored."""
    result = monitored("2022-02-09")[1].result
    run = store.open_run("monitor", "demo", result.day, str(result.day), {}, "papermill", "n", "c")
    store.write_day(run, result)
    return result


@pytest.mark.parametrize("column", ["trip_distance", "payment_type", "PULocationID"])
def test_two_days_in_the_same_bins(demo, monitored, stored, column):
    result = monitored("2022-02-10")[1].result
    counts, levels = diagnosis.beside(demo[1], result, column, "2022-02-09")
    assert list(counts) == ["2022-02-09", "2022-02-10"]
    pd.testing.assert_series_equal(counts["2022-02-09"], pd.Series(stored.histograms[column]), check_dtype=False)
    assert counts["2022-02-10"].to_dict() == result.histograms[column]
    for day, of in zip(counts, (stored, result), strict=True):
        known = {m.segment: m.value for m in of.measures if (m.metric, m.feature) == ("quantile", column)}
        assert levels[day].to_dict() == known


@pytest.mark.parametrize(("column", "day"), [("trip_distance", ""), ("", "2022-02-09")])
def test_nothing_is_compared_unless_asked(demo, monitored, column, day):
    counts, levels = diagnosis.beside(demo[1], monitored("2022-02-10")[1].result, column, day)
    assert (counts, len(levels)) == ({}, 0)


@pytest.mark.parametrize(
    ("day", "version", "message"),
    [
        ("2022-02-10", None, "beside is '2022-02-10': expected another day than 2022-02-10"),
        ("2022-02-11", None, "beside is '2022-02-11': nothing is stored of that day by this model; monitor it first"),
        ("2022-02-09", "older", "beside is '2022-02-09': nothing is stored"),
    ],
)
def test_a_day_that_cannot_stand_beside(demo, monitored, stored, day, version, message):
    trained = replace(demo[1], version=version) if version else demo[1]
    with pytest.raises(BadInput, match=message):
        diagnosis.beside(trained, monitored("2022-02-10")[1].result, "trip_distance", day)
