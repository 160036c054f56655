"""The same numbers and the same page, whether a day is run cold by itself or warm, by one worker or by several."""

import os
import re
import subprocess
import sys
import uuid

import psycopg
import pytest
from driftbook import paths

DAYS = ["2022-02-09", "2022-02-10"]
WAYS = {
    "cold": [("monitor", {"params": "demo", "day": day}) for day in DAYS],
    "one worker": [("backfill", {"start": DAYS[0], "end": DAYS[-1], "workers": 1})],
    "two workers": [("backfill", {"start": DAYS[0], "end": DAYS[-1], "workers": 2})],
}
MEASURES = """
    select day, metric, feature, segment, value, lower, upper, verdict, rows, revision, reference
    from driftbook.measure where current order by day, metric, feature, segment
"""
JUDGEMENTS = """
    select day, verdict, reason, feature, cell, severity, fixed_score, fixed_threshold, trailing_score,
        trailing_threshold, trailing_days::text, counts::text
    from driftbook.judgement where current order by day
"""
RUN = r"\d{8}T\d{6}-[0-9a-f]{8}"
#: Where the page of the period lies, which only a day of a backfill has.
PERIOD = r'<a href="[^"]*/backfill/[^"]*">period</a>'
CLOCK = r"\d\d:\d\d(?::\d\d)?|\b\d+(?:\.\d+)? (?:s|seconds)\b"


@pytest.fixture(scope="module")
def ran(prepared, tmp_path_factory):
    """By the way it ran: the measures and judgements stored, and each day's page without ids and times."""
    found = {}
    for way, runs in WAYS.items():
        name, archive = f"identity_{uuid.uuid4().hex}", tmp_path_factory.mktemp("archive")
        url = prepared["DATABASE_URL"].replace("/postgres?", f"/{name}?")
        with psycopg.connect(prepared["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f"create database {name}")
        for notebook, parameters in runs:
            given = [part for key, value in parameters.items() for part in ("-p", key, str(value))]
            subprocess.run(
                [sys.executable, "-m", "papermill", f"{notebook}.ipynb", os.devnull, *given],
                cwd=paths.notebooks_dir(), check=True, stdin=subprocess.DEVNULL, capture_output=True,
                env={**os.environ, **prepared, "DATABASE_URL": url, "DRIFTBOOK_ARCHIVE_DIR": str(archive)},
            )  # fmt: skip
        with psycopg.connect(url) as connection:
            stored = [connection.execute(query).fetchall() for query in (MEASURES, JUDGEMENTS)]
        pages = [next(archive.glob(f"demo/monitor/{day}/*/monitor.html")).read_text() for day in DAYS]
        found[way] = (*stored, [_lasting(page) for page in pages])
    return found


def _lasting(page):
    """Return a page without ids, times and the link to its period."""
    return re.sub(CLOCK, "TIME", re.sub(RUN, "RUN", re.sub(PERIOD, "", page)))


@pytest.mark.parametrize("way", [way for way in WAYS if way != "cold"])
def test_numbers_and_pages_are_those_of_a_cold_run(ran, way):
    measures, judgements, pages = ran["cold"]
    assert len({row[0] for row in measures}) == len(judgements) == len(pages) == len(DAYS)
    assert ran[way][0] == measures
    assert ran[way][1] == judgements
    for mine, theirs in zip(ran[way][2], pages, strict=True):
        assert mine == theirs
    assert all("data-value" in page for page in pages)
