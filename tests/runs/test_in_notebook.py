import datetime as dt
import html

import pytest
from driftbook import config, store
from driftbook.errors import BadInput
from driftbook.records import DayResult, Detectability, DetectabilityReport, Measure
from driftbook.runs import in_notebook

DAY = dt.date(2022, 2, 5)
DEMO = config.load("demo")
RESULT = DayResult("m", DAY, 3, (Measure("rows", 3.0, verdict="ok"),), {}, "d1", "v1")
OTHER = DayResult("m", DAY, 4, (Measure("rows", 4.0, verdict="ok"),), {}, "d2", "v1")


class Snapshot:
    """Stands in for Evidently's: a whole page, or one in a frame."""

    def get_html_str(self, as_iframe):
        return "<iframe></iframe>" if as_iframe else "<html><head></head>report</html>"


@pytest.fixture(autouse=True)
def in_jupyter(monkeypatch):
    monkeypatch.delenv("DRIFTBOOK_RUN", raising=False)


@pytest.fixture
def in_run(database, monkeypatch, tmp_path):
    """Make this process look like a kernel that papermill started; return the run's id."""
    run = store.open_run("monitor", "m", DAY, str(DAY), {}, "papermill", "n1", "c1")
    monkeypatch.setenv("DRIFTBOOK_RUN", run)
    monkeypatch.setenv("DRIFTBOOK_RUN_FOLDER", str(tmp_path / "a" / "b"))
    return run


def stored():
    return [(row.rows, row.verdict) for row in store.daily_overview().itertuples()]


def test_a_run_always_stores(in_run):
    assert in_notebook.save_day(RESULT, notebook="monitor") == "Stored as revision 1, the current one."
    again = in_notebook.save_day(RESULT, notebook="monitor")
    assert again == "Already in the database with the same input: revision 1 stays as it is."
    assert stored() == [(3, "ok")]
    assert list(store.runs()["run_id"]) == [in_run]


def test_jupyter_stores_only_when_asked(database):
    said = in_notebook.save_day(RESULT, notebook="monitor")
    assert said == "Not stored: this is no papermill run. Set store = True to store an interactive one."
    assert (stored(), len(store.runs())) == ([], 0)
    assert in_notebook.save_day(RESULT, notebook="monitor", ask=True) == "Stored as revision 1, the current one."
    (run,) = store.runs().to_dict("records")
    assert (run["kind"], run["notebook"], run["model"], run["day"]) == ("interactive", "monitor", "m", DAY)
    assert (run["status"], run["page"], stored()) == ("succeeded", "", [(3, "ok")])


def test_jupyter_never_replaces_a_run(in_run, monkeypatch):
    in_notebook.save_day(RESULT, notebook="monitor")
    monkeypatch.delenv("DRIFTBOOK_RUN")
    said = in_notebook.save_day(OTHER, notebook="monitor", ask=True)
    assert said == "Stored as revision 2, kept beside the current one of a papermill run."
    assert stored() == [(3, "ok")]


def test_a_detectability_report_is_stored_in_runs_only(in_run, monkeypatch):
    found = (Detectability("rows lost", "", "share of the rows", (0.1, 0.5), (0.0, 1.0), 0.5, "50%"),)
    report = DetectabilityReport("m", "v1", 1.0, 23, (DAY,), (), found)
    assert in_notebook.save_detectability(report) == "Stored: 1 rows, the current ones of model m."
    assert in_notebook.save_detectability(report) == "Already in the database: the report is the one stored before."
    monkeypatch.delenv("DRIFTBOOK_RUN")
    assert in_notebook.save_detectability(report) == "Not stored: this is no papermill run."
    assert list(store.detectability("m")["run_id"]) == [in_run]


def test_a_report_that_is_left_out_leaves_none_current(in_run):
    found = (Detectability("rows lost", "", "share of the rows", (0.1, 0.5), (0.0, 1.0), 0.5, "50%"),)
    in_notebook.save_detectability(DetectabilityReport("m", "v1", 1.0, 23, (DAY,), (), found))
    said = in_notebook.save_detectability(DetectabilityReport("m", "v1", 1.0, 31, (), (), ()))
    assert said == "The params file leaves the report out: model m has no current one."
    assert store.detectability("m").empty
    assert store.run(in_run)["stored_at"] is not None


def test_there_is_no_report_of_nothing():
    assert "nothing to compare" in in_notebook.show_report(None).data


def test_the_report_in_a_run_is_a_file_beside_the_page(in_run, tmp_path):
    shown = in_notebook.show_report(Snapshot()).data
    assert '<a href="evidently.html">' in shown
    page = (tmp_path / "a" / "b" / "evidently.html").read_text()
    assert page.endswith('<link rel="icon" href="data:,"></head>report</html>')
    assert page.startswith('<html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"')


def test_the_report_in_jupyter_is_shown():
    assert "<iframe></iframe>" in in_notebook.show_report(Snapshot()).data


def test_links_of_days(monkeypatch):
    assert in_notebook.day_link("monitor", DAY) == "2022-02-05"
    monkeypatch.setenv("DRIFTBOOK_RUN", "r1")
    link = '<a href="../../../monitor/2022-02-05/index.html">2022-02-05</a>'
    assert html.unescape(in_notebook.day_link("monitor", DAY)) == link
    assert in_notebook.day_link("debug", DAY) == '<a href="../../../debug/2022-02-05/index.html">why</a>'


def test_the_days_that_are_there_are_named_in_jupyter(database, monkeypatch):
    assert in_notebook.known_days(DEMO) == "Days stored: none. Alarms among them: none."
    for day, verdict in (("2022-02-05", "ok"), ("2022-02-06", "alarm")):
        found = Measure("rows", 3.0, verdict=verdict)
        result = DayResult("demo", dt.date.fromisoformat(day), 3, (found,), {}, "d1", "v1")
        in_notebook.save_day(result, notebook="monitor", ask=True)
    said = "Days stored: 2022-02-05 to 2022-02-06. Alarms among them: 2022-02-06."
    assert in_notebook.known_days(DEMO) == said
    monkeypatch.setenv("DRIFTBOOK_RUN", "r1")
    assert in_notebook.known_days(DEMO) == ""


def test_what_takes_its_time_is_said_until_it_is_done(monkeypatch):
    shown = []
    monkeypatch.setattr(in_notebook, "display", lambda words: shown.append(words.data))
    monkeypatch.setattr(in_notebook, "clear_output", shown.clear)
    with in_notebook.patience("days are read"):
        assert shown == ["<em>days are read …</em>"]
    assert shown == []
    monkeypatch.setenv("DRIFTBOOK_RUN", "r1")
    with in_notebook.patience("days are read"):
        assert shown == []


def test_a_day_that_alarms_is_taken_apart_if_asked(monkeypatch):
    asked = []
    monkeypatch.setattr(in_notebook.papermill, "execute_notebook", lambda *given, **_: asked.append(given[2]))
    alarm = DayResult("m", DAY, 3, (Measure("rows", 3.0, verdict="alarm"),), {}, "d1", "v1")
    assert in_notebook.take_apart(RESULT, "m", ask=True) == "No alarm: there is nothing to take apart."
    said = in_notebook.take_apart(alarm, "m", ask=False)
    assert said == "To take the day apart: papermill debug.ipynb /dev/null -p params m -p day 2022-02-05"
    assert asked == []
    assert in_notebook.take_apart(alarm, "m", ask=True).endswith("m/debug/2022-02-05/index.html")
    assert asked == [{"params": "m", "day": "2022-02-05"}]


@pytest.mark.parametrize("kind", ["papermill", "interactive"])
def test_smoke(kind, request, database):
    run = request.getfixturevalue("in_run") if kind == "papermill" else None
    sent, arrived = in_notebook.send_smoke(3, 0.0)
    assert (len(sent), sent) == (3, arrived)
    (record,) = store.runs().to_dict("records")
    assert (record["kind"], record["stored_at"] is None) == (kind, False)
    assert record["status"] == ("running" if run else "succeeded")  # the engine closes a papermill run


@pytest.mark.parametrize(("rows", "pace"), [(0, 0.0), (-1, 0.0), (1, -0.5)])
def test_bad_smoke(database, rows, pace):
    with pytest.raises(BadInput, match=rf"rows is {rows} and pace {pace}: expected at least 1 row"):
        in_notebook.send_smoke(rows, pace)
    assert len(store.runs()) == 0
