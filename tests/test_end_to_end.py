"""Train, monitor, backfill, debug and smoke as a person runs them: papermill in processes, whole rows compared."""

import datetime as dt
import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml
from driftbook import batches, config, history, model, monitoring, paths, periods, store, training
from driftbook.runs.kernels import private_kernel
from driftbook.sources import simulated
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from pandas.testing import assert_frame_equal

ALARM, EMPTY, QUIET = "2022-02-10", "2022-02-20", "2022-02-08"
OVERVIEW = [
    *("rows", "prediction_drift", "num_drifted_columns", "share_missing_values"),
    *("labelled_rows", "mean_absolute_error"),
]


def papermill(notebook, *arguments):
    """Run papermill as cron does: in the notebooks' folder, stdin not a pipe."""
    command = [sys.executable, "-m", "papermill", f"{notebook}.ipynb", *arguments]
    return subprocess.run(
        command, cwd=paths.notebooks_dir(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def in_process(trained, day):
    """Return what the library computes of a day, in this process."""
    batch = model.predicted(trained, batches.read(trained.settings, periods.one_day(day)))
    past = history.Past(trained, periods.parse_day(day))
    return monitoring.report(trained, batch, past.before(periods.parse_day(day)), past).result


def measures(day, name="demo"):
    """Return a day's current measures as a dictionary from (metric, feature, segment) to what is stored of each."""
    period = periods.one_day(day)
    rows = store.measures(name, period.start, period.end).astype(object)
    rows = rows.where(rows.notna(), None)
    return {
        (row.metric, row.feature, row.segment): (row.value, row.lower, row.upper, row.verdict or "", row.reference)
        for row in rows.itertuples()
    }


def intervals(day, name="demo"):
    """Return the ends of a day's current intervals, as a dictionary from (metric, feature, segment, end)."""
    with store.connect() as connection:
        query = (
            "select metric, feature, segment, low, high from driftbook.measure_interval where model = %s and day = %s"
        )
        rows = connection.execute(query, [name, day]).fetchall()
    return {(*key, end): value for *key, low, high in rows for end, value in (("low", low), ("high", high))}


def _key(attributes):
    return attributes | {"data-value": "", "value": ""}


def numbers(text):
    """Return the `data-value` attributes of a page as a dictionary from (metric, feature, segment) to the value."""
    found = re.findall(r"<data ([^>]*data-metric=[^>]*)>", text)
    attributes = [
        {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)} for tag in found
    ]
    found = {
        (a["data-metric"], a["data-feature"], a["data-segment"], *([a["data-part"]] if "data-part" in a else [])): {
            other["data-value"] for other in attributes if _key(other) == _key(a)
        }
        for a in attributes
    }
    assert all(len(values) == 1 for values in found.values()), "a number is said in two ways"
    return {key: float(value) if value else None for key, (value,) in found.items()}


def latest(notebook, **wanted):
    """Return the newest run record of a notebook."""
    runs = store.runs()
    for name, value in {"notebook": notebook, **wanted}.items():
        runs = runs[runs[name] == value]
    return store.run(runs["run_id"].iloc[0])


def everything():
    """Return the rows of measures and judgements, whole."""
    with store.connect() as connection:
        return [
            connection.execute(f"select * from driftbook.{table} order by 1, 2, 3, 4, 5, 6, 7").fetchall()
            for table in ("measure", "judgement")
        ]


@pytest.fixture(scope="module")
def trained(place, tmp_path_factory):
    """The demo model as `papermill train.ipynb` saves it, in a models folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRIFTBOOK_MODELS_DIR", str(tmp_path_factory.mktemp("models")))
        done = papermill("train", os.devnull)
        assert done.returncode == 0, done.stderr
        yield model.load(config.load("demo"))


@pytest.fixture(scope="module")
def days(trained):
    """Three days run by papermill: one through `backfill`, two by `monitor` itself."""
    done = papermill("backfill", os.devnull, "-p", "start", ALARM, "-p", "end", ALARM)
    assert done.returncode == 0, done.stderr
    for day in (EMPTY, QUIET):
        done = papermill("monitor", os.devnull, "-p", "day", day)
        assert done.returncode == 0, done.stderr
    return (QUIET, ALARM, EMPTY)


def test_train_saves_what_the_library_computes(trained, prepared):
    run = latest("train")
    assert (run["status"], run["model"], run["label"], run["day"]) == (
        "succeeded",
        "demo",
        "2022-01-01_2022-01-31",
        None,
    )
    manifest = json.loads((paths.models_dir() / "demo" / "manifest.json").read_text())
    library = json.loads((Path(prepared["DRIFTBOOK_MODELS_DIR"]) / "demo" / "manifest.json").read_text())
    assert manifest["version"] == library["version"] == trained.version
    assert manifest["rows"] == library["rows"]


def test_overview_rows_equal_the_librarys(trained, days):
    overview = store.daily_overview("demo")
    expected = []
    for day in days:
        result = in_process(trained, day)
        values = {m.metric: m.value for m in result.measures if not m.feature and not m.segment}
        page = latest("monitor", day=dt.date.fromisoformat(day))["page"]
        error = values.get("mean_absolute_error"), "mean_absolute_error" if "mean_absolute_error" in values else None
        expected.append(["demo", result.day, *(values.get(name) for name in OVERVIEW), result.verdict, page, *error])
    columns = ["model", "day", *OVERVIEW, "verdict", "page", "error", "error_metric"]
    expected = pd.DataFrame(expected, columns=columns).astype(overview.dtypes)
    assert_frame_equal(overview, expected, check_exact=True)
    assert list(overview["verdict"]) == ["ok", "alarm", "no data"]


def test_each_measure_is_stored_as_computed(trained, days):
    for day in days:
        result = in_process(trained, day)
        assert measures(day) == {
            (m.metric, m.feature, m.segment): (m.value, m.lower, m.upper, m.verdict, m.reference)
            for m in result.measures
        }


def test_the_numbers_of_a_page_are_the_rows(place, days):
    for day in days:
        page = place / latest("monitor", day=dt.date.fromisoformat(day))["page"]
        shown = numbers(page.read_text(encoding="utf-8"))
        rows = measures(day)
        bounds = {key: shown.pop(key) for key in [*shown] if len(key) == 4}
        ends = {key: bounds.pop(key) for key in [*bounds] if key[3] in ("low", "high")}
        assert ends == intervals(day)
        assert {key: shown[key] for key in shown if len(key) == 3} == {key: value for key, (value, *_) in rows.items()}
        assert bounds == {(*key, part): rows[*key][("lower", "upper").index(part) + 1] for *key, part in bounds}
        assert bool(bounds) is (len(rows) > 1)


def test_the_run_record_of_a_day(days):
    run = latest("monitor", day=dt.date.fromisoformat(QUIET))
    assert run["parameters"] == {"params": "demo", "day": QUIET, "store": False, "debug": False}
    assert (run["kind"], run["status"], run["error"], run["revision"], run["label"]) == (
        "papermill",
        "succeeded",
        "",
        1,
        QUIET,
    )
    assert run["page"] == f"demo/monitor/{QUIET}/{run['run_id']}/monitor.html"


def test_again_to_a_file_changes_nothing(days, tmp_path):
    before = everything()
    done = papermill("monitor", str(tmp_path / "out.ipynb"), "-p", "day", QUIET, "-p", "params", "demo")
    assert done.returncode == 0, done.stderr
    assert everything() == before
    assert latest("monitor")["revision"] == 1
    nb = nbformat.read(tmp_path / "out.ipynb", 4)
    assert nb.cells[-1].outputs[0].text.startswith("Already in the database with the same input: revision 1")


def test_pages_hold_their_figures_and_say_simulated(place, days):
    for day in (QUIET, ALARM):
        text = (place / latest("monitor", day=dt.date.fromisoformat(day))["page"]).read_text(encoding="utf-8")
        assert (text.count("<svg "), text.count("<img ")) == (8, 0)
        assert "Simulated data" in text
        assert len(text.encode()) < 250_000


def test_debug_takes_an_alarm_apart(place, days):
    done = papermill("debug", os.devnull, "-p", "day", ALARM)
    assert done.returncode == 0, done.stderr
    run = latest("debug")
    folder = (place / run["page"]).parent
    page = (folder / "debug.html").read_text(encoding="utf-8")
    assert "<strong>Next step:</strong> All of trip_distance changed by about the same factor" in page
    assert 'href="evidently.html"' in page
    assert (folder / "evidently.html").stat().st_size > 1_000_000
    assert (folder / "debug.ipynb").stat().st_size < 1_000_000
    assert run["stored_at"] is None


def test_smoke(place, trained):
    done = papermill("smoke", os.devnull, "-p", "rows", "2")
    assert done.returncode == 0, done.stderr
    run = latest("smoke")
    assert (run["status"], run["model"], len(store.smoke_values(run["run_id"]))) == ("succeeded", "", 2)
    assert "2 values arrived, 2 of 2 as they were sent." in (place / run["page"]).read_text(encoding="utf-8")


def test_jupyter_shows_the_same_and_stores_only_when_asked(days):
    nb = nbformat.read(paths.notebooks_dir() / "monitor.ipynb", 4)
    parameters = next(cell for cell in nb.cells if "parameters" in cell.metadata.get("tags", []))
    parameters.source += f'\nday = "{ALARM}"'
    nb.cells.append(new_code_cell(nb.cells[-1].source.replace("ask=store", "ask=True")))
    overview, rows, runs = store.daily_overview(), measures(ALARM), len(store.runs())
    with private_kernel() as options:
        NotebookClient(nb, resources={"metadata": {"path": str(paths.notebooks_dir())}}, **options).execute()
    outputs = [output for cell in nb.cells for output in cell.get("outputs", [])]
    shown = numbers("".join(output["data"].get("text/html", "") for output in outputs if "data" in output))
    assert {key: shown[key] for key in shown if len(key) == 3} == {key: value for key, (value, *_) in rows.items()}
    said = [cell.outputs[0].text for cell in nb.cells[-2:]]
    assert said[0].startswith("Not stored: this is no papermill run")
    assert "kept beside the current one of a papermill run" in said[1]
    assert (len(store.runs()), latest("monitor")["kind"]) == (runs + 1, "interactive")
    assert_frame_equal(store.daily_overview(), overview)


@pytest.fixture(scope="module")
def months(place, tmp_path_factory):
    """A model of published months, the last of which is cut short: its params file."""
    folder = tmp_path_factory.mktemp("months")
    source = config.load("demo").source
    for month in ("2022-01", "2022-02"):
        (folder / f"green_tripdata_{month}.parquet").symlink_to(simulated.file(source, month))
    whole = (folder / "green_tripdata_2022-02.parquet").read_bytes()
    (folder / "green_tripdata_2022-03.parquet").write_bytes(whole[: len(whole) // 2])
    content = yaml.safe_load((paths.params_dir() / "green_taxi.yaml").read_text(encoding="utf-8"))
    content["params"]["name"] = "months"
    params = folder / "months.yaml"
    params.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRIFTBOOK_DATA_DIR", str(folder))
        patch.setenv("DRIFTBOOK_MODELS_DIR", str(folder / "models"))
        settings = config.load(str(params))
        model.save(training.train(settings, training.reference(settings))[0])
        yield params


def test_backfill_goes_on_after_a_bad_day(months, place):
    given = ["-p", "params", str(months), "-p", "start", "2022-02-28", "-p", "end", "2022-03-01"]
    done = papermill("backfill", os.devnull, *given)
    assert done.returncode == 1
    named = "RunFailed: 1 days failed, the others are in the database: 2022-03-01: BadData: "
    last = done.stderr.rstrip().splitlines()[-1]
    assert named in last
    assert "green_tripdata_2022-03.parquet" in last
    overview = store.daily_overview("months")
    assert list(overview["day"]) == [dt.date(2022, 2, 28), dt.date(2022, 3, 1)]
    assert overview["verdict"].iloc[1] == "failed"
    assert overview["rows"].iloc[0] > 0
    run = latest("backfill", model="months")
    page = (place / run["page"]).read_text(encoding="utf-8")
    assert (run["status"], named in run["error"]) == ("failed", True)
    assert "2022-03-01 failed: BadData: " in page
    assert (page.count("<svg "), page.count("<img ")) == (5, 0)
    failed = (place / latest("monitor", model="months", day=dt.date(2022, 3, 1))["page"]).read_text(encoding="utf-8")
    assert failed.index('class="failure"') < failed.index("BadData") < failed.index('class="unrun"')
    index = (place / "index.html").read_text(encoding="utf-8")
    assert 'title="2022-03-01: failed"' in index
