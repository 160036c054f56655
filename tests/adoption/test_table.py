import datetime as dt
import sqlite3

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from driftbook import adoption
from driftbook.adoption import table
from driftbook.errors import BadData, BadInput

DAYS, ROWS = 90, 40


def test_a_look_counts_days_and_labels(jobs, look):
    frame = jobs()
    frame.loc[frame["queued_at"] >= "2024-03-29", "minutes"] = None  # the last two days
    found = look(frame)
    assert (found.time, found.zone, found.rows, found.sample.num_rows) == ("queued_at", "UTC", DAYS * ROWS, DAYS * ROWS)
    assert list(found.days["rows"]) == [ROWS] * DAYS
    assert list(found.days["labelled"]) == [ROWS] * (DAYS - 2) + [0, 0]
    assert found.days.index[0] == dt.date(2024, 1, 1)


def test_the_sample_is_bounded_fair_and_the_same_every_time(jobs, look, monkeypatch):
    monkeypatch.setattr(table, "SAMPLE", 500)
    frame = pd.concat([jobs()] * 3, ignore_index=True).sort_values("queued_at", ignore_index=True)
    first, again = look(frame), look(frame)
    assert (first.rows, first.sample.num_rows) == (3 * DAYS * ROWS, 500)
    assert first.sample.equals(again.sample)
    assert first.local.is_monotonic_increasing
    assert 180 < (first.local < "2024-02-15").sum() < 320
    assert first.days["rows"].sum() == 3 * DAYS * ROWS


def test_files_in_a_folder_are_one_table(jobs, tmp_path):
    frame = jobs()
    for number, rows in enumerate(np.array_split(frame.index, 3)):
        frame.loc[rows].to_csv(tmp_path / f"{number}.csv", index=False)
    found = adoption.look(str(tmp_path), time="", prediction="", target="minutes")
    assert (found.rows, found.time) == (len(frame), "queued_at")


def test_a_query_is_one_table(jobs, tmp_path, monkeypatch):
    with sqlite3.connect(tmp_path / "jobs.db") as connection:
        jobs().assign(queued_at=lambda f: f["queued_at"].astype(str)).to_sql("jobs", connection, index=False)
    connection.close()
    monkeypatch.setenv("JOBS_URL", f"sqlite:///{tmp_path}/jobs.db")
    query = "select * from jobs where queued_at >= :start and queued_at < :end"
    found = adoption.look("", query, "JOBS_URL", time="", prediction="", target="minutes")
    proposal = adoption.propose(found)
    assert found.rows == DAYS * ROWS
    assert (proposal.name, adoption.settings(proposal).source.url_env) == ("model", "JOBS_URL")
    assert str(tmp_path) not in adoption.content(proposal)


@pytest.mark.parametrize(
    ("change", "time"),
    [
        (lambda f: f.assign(done_at=f["queued_at"].where(f.index % 2 == 0)), "queued_at"),
        (lambda f: f.assign(queued_at=f["queued_at"].astype(str)), "queued_at"),
        (lambda f: f.assign(queued_at=f["queued_at"].dt.date), "queued_at"),
        (lambda f: f.assign(a="2024 was good").rename(columns={"queued_at": "z"}), "z"),
    ],
    ids=["the least empty", "ISO text", "dates", "not any text with a number"],
)
def test_a_time_column_is_found(jobs, look, change, time):
    assert look(change(jobs())).time == time


@pytest.mark.parametrize(
    ("change", "named", "message"),
    [
        (None, {"time": "queud_at"}, "time is 'queud_at', and the table has no such column: did you mean 'queued_at'?"),
        (None, {"target": "minute"}, "target is 'minute', and the table has no such column: did you mean 'minutes'?"),
        (None, {"prediction": "zzz"}, "prediction is 'zzz', and the table has no such column: it has queued_at, team"),
        (lambda f: f.assign(queued_at=range(len(f))), {}, "no column holds times (timestamps, dates or ISO text)"),
        (lambda f: f.head(0), {}, "the table has no rows"),
        (lambda f: f.head(27 * ROWS), {}, "the table has rows on 27 days of 'queued_at': expected at least 28"),
        (lambda f: f.assign(minutes=np.nan), {}, "target is 'minutes', and that column holds no value"),
    ],
)
def test_refusals(jobs, look, change, named, message):
    with pytest.raises(BadInput) as refused:
        look(change(jobs()) if change else jobs(), **named)
    assert message in str(refused.value)


def test_a_named_time_that_is_none_says_what_to_do(jobs, look):
    with pytest.raises(BadData, match=r"'pages' is double: expected timestamps, dates or ISO text"):
        look(jobs(), time="pages")


def test_a_table_that_is_not_there():
    with pytest.raises(BadData, match=r"source.path is 'nowhere.csv'"):
        adoption.look("nowhere.csv", time="", prediction="", target="minutes")


def test_files_that_do_not_fit_together(jobs, tmp_path):
    jobs().to_parquet(tmp_path / "a.parquet")
    jobs().assign(pages="many").to_parquet(tmp_path / "b.parquet")
    with pytest.raises(BadData, match=r"the table's files do not fit together: .*pages"):
        adoption.look(str(tmp_path), time="", prediction="", target="minutes")


def test_two_columns_of_one_name(jobs, tmp_path):
    rows = pa.Table.from_pandas(jobs()).rename_columns(["queued_at", "team", "team", "minutes"])
    pq.write_table(rows, tmp_path / "jobs.parquet")
    with pytest.raises(BadData, match=r"several columns of one name, .team. \(string\), .team. \(double\)"):
        adoption.look(str(tmp_path / "jobs.parquet"), time="", prediction="", target="minutes")


def test_values_of_lists_are_not_counted():
    assert table.distinct(pa.chunked_array([[[1], [2]]])) == 0
