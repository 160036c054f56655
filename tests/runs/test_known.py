import datetime as dt

from driftbook.runs import summary

from tests.store.test_days import DAY, RESULT, written


def test_what_was_known_in_words(database):
    before = dt.datetime.now(dt.UTC).isoformat()
    run_id, _ = written(RESULT)
    title, revision, page = summary.known("m", DAY).splitlines()
    assert title.startswith("2022-02-05 of m, as known at 20") and title.endswith("UTC: alarm: Fares are low.")
    assert revision.startswith("revision 1, 3 numbers, from 20") and revision.endswith("until now")
    assert page == f"page: {run_id}.html"
    assert summary.known("m", DAY, before).endswith("nothing")
