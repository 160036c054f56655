"""The whole way of a lasting change, as papermill runs it: an alarm, acknowledged, and the days since judged anew."""

import datetime as dt
import os
import re
import subprocess
import sys

import pytest
from driftbook import paths, store

FIRST, *LATER = [dt.date(2022, 2, day) for day in (22, 23, 24)]


def papermill(notebook, **given):
    words = [word for name, value in given.items() for word in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", f"{notebook}.ipynb", os.devnull, *words]
    done = subprocess.run(
        command, cwd=paths.notebooks_dir(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def judged():
    return store.judgements("demo", FIRST, LATER[-1] + dt.timedelta(days=1)).set_index("day")


@pytest.fixture(scope="module")
def states(place):
    """What is stored before and after the change since the 22nd is acknowledged: judgements, open items, the index."""
    found = []
    for _ in range(2):
        papermill("backfill", start=FIRST, end=LATER[-1], debug=False)
        index = (place / "index.html").read_text(encoding="utf-8")
        found.append((judged(), store.open_items("demo"), index))
        if len(found) == 1:
            papermill("acknowledge", since=FIRST, note="a new tariff")
    return found


def test_a_lasting_change_is_one_open_item(states):
    judgements, items, index = states[0]
    assert set(judgements["verdict"]) == {"alarm"} and set(judgements["since"]) == {FIRST}
    assert items[["since", "first_day", "newest_day", "lasted"]].to_numpy().tolist() == [[FIRST, FIRST, LATER[-1], 3]]
    assert "<em>since 22 February, day 3</em>" in index
    assert f"acknowledge.ipynb /dev/null -p params demo -p since {FIRST}" in index
    assert items["summary"].iloc[0] in index


def test_the_days_after_an_acknowledged_one_alarm_no_more(states):
    (before, _, _), (after, items, index) = states
    assert items.empty
    assert "None: no day alarms" in index.partition("<h2>")[0]
    assert before["revision"].tolist() == [1, 1, 1]
    assert after.loc[LATER, "revision"].tolist() == [2, 2]
    assert set(after.loc[LATER, "verdict"]) <= {"drift", "notice", "ok"}
    assert after.loc[LATER, "since"].isna().all()


def test_the_acknowledged_day_stays_what_it_was_and_is_said_once(states):
    (_, _, before), (after, _, index) = states
    assert (after.loc[FIRST, "verdict"], after.loc[FIRST, "revision"]) == ("alarm", 1)
    assert "Acknowledged" not in before
    said = re.findall("<p>(Acknowledged.*?)</p>", index)
    assert len(said) == 1
    assert "the change of duration_min" in said[0] and said[0].count(str(FIRST)) == 2  # its link, and its name
