import numpy as np
import pytest
from driftbook import causes

PARTS = ["total", "input", "relation", "noise"]


@pytest.mark.parametrize("segment", ["carrier", "hour", "depot"])
def test_the_segments_add_up(parcels, split, segment):
    (trained, frame), found = parcels(), split()
    table = causes.by_segment(trained, found, frame, segment)
    assert table[PARTS].sum().tolist() == pytest.approx(found.by_row[PARTS].sum().tolist(), abs=1e-9)
    assert table["rows"].sum() == found.rows
    assert table["total"].abs().is_monotonic_decreasing
    assert table.index.name == segment


def test_a_change_of_one_segment_is_found_there(parcels):
    trained, frame = parcels()
    changed = frame.assign(hours=frame["hours"].where(frame["carrier"] != "fox", 3 * frame["hours"]))
    table = causes.by_segment(trained, causes.split(trained, changed), changed, "carrier")
    assert table.index[0] == "fox"
    assert table["relation"].iloc[0] > 0.6 * table["total"].iloc[0] > 0


def test_three_rows_and_a_gap_are_segments_too(parcels, split):
    trained, frame = parcels()
    places = np.where(np.arange(len(frame)) < 3, "moon", frame["depot"])
    rare = frame.assign(depot=np.where(np.arange(len(frame)) == 5, None, places))
    table = causes.by_segment(trained, split(), rare, "depot")
    assert table["rows"][["moon", "missing"]].tolist() == [3, 1]
    assert table[PARTS].notna().all(axis=None)


def test_no_labels_no_segments(parcels):
    trained, frame = parcels()
    empty = frame.assign(hours=np.nan)
    table = causes.by_segment(trained, causes.split(trained, empty), empty, "carrier")
    assert (table.empty, list(table)) == (True, ["rows", *PARTS])
