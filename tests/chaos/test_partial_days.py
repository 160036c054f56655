"""Generated contents of a day's file: its numbers are stored whole or, with a sentence why, not at all."""

import datetime as dt
import math
import warnings

import numpy as np
import pandas as pd
import papermill
import pytest
from driftbook import config, model, monitoring, paths, store, training
from driftbook.errors import DriftbookError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from papermill.exceptions import PapermillExecutionError

from tests import trade

DAY = dt.date(2022, 2, 3)
NUMBERS = ("weight", "distance", "rack", "hours", "expected")
NAMES = ("carrier", "depot")
ODD_NUMBERS = st.sampled_from(
    [*(math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, -0.0, 0.0, -1.0, 2.0**63, 1e19, 999.0)]
) | st.floats(width=64)
ODD_NAMES = st.sampled_from(
    [None, "", " ", "\0", "missing", "other", "NaN", "$\\bad$", "<b>", "é" * 300, "fox "]
) | st.text(max_size=5, alphabet=st.characters(exclude_categories=["Cs"]))
ODD_TIMES = st.sampled_from(
    ["2022-02-02", "2022-02-03 23:59:59.999999", "2022-02-04", "1700-01-01", "2262-01-01", None]
)
SHARE = st.sampled_from([0.0, 0.004, 0.05, 0.6, 1.0])  # at least one row
CHANGE = st.one_of(
    st.tuples(st.just("number"), st.sampled_from(NUMBERS), ODD_NUMBERS, SHARE),
    st.tuples(st.just("name"), st.sampled_from(NAMES), ODD_NAMES, SHARE),
    st.tuples(st.just("time"), st.just("sent"), ODD_TIMES, SHARE),
    st.tuples(st.just("as text"), st.sampled_from((*NUMBERS, *NAMES, "sent"))),
    st.tuples(st.just("gone"), st.sampled_from((*NUMBERS, *NAMES, "sent"))),
    st.tuples(st.just("rows"), st.sampled_from([0, 1, 2, 3, 30, 99, 100])),
    st.tuples(st.just("twice"), SHARE),
)


def changed(frame, changes):
    """Return a day's rows after changes."""
    for kind, *rest in changes:
        if kind == "rows":
            frame = frame.head(rest[0])
        elif kind == "twice":
            frame = pd.concat([frame, frame.head(math.ceil(rest[0] * len(frame)))], ignore_index=True)
        elif rest[0] not in frame.columns:
            continue
        elif kind == "gone":
            frame = frame.drop(columns=rest[0])
        elif kind == "as text":
            frame = frame.assign(**{rest[0]: frame[rest[0]].astype(str)})
        else:
            column, value, share = rest
            values = frame[column].astype(object)
            values.iloc[: max(1, math.ceil(share * len(frame)))] = pd.Timestamp(value) if kind == "time" else value
            frame = frame.assign(**{column: values if kind == "name" else of_type(values, frame[column].dtype)})
    return frame


def of_type(values, dtype):
    if not isinstance(dtype, np.dtype) or dtype.kind == "O":
        return values.astype(str)
    try:
        return values.astype(dtype)
    except (ValueError, TypeError, OverflowError, pd.errors.OutOfBoundsDatetime):
        return values.astype(str)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder of deliveries, a file for each day, and the model trained on January's; its params."""
    folder = tmp_path_factory.mktemp("parcels")
    frame = trade.frame(days=35, seed=3).drop(columns=["hour", "late", "outcome"])
    for day, rows in frame.groupby(frame["sent"].dt.date):
        rows.to_parquet(folder / f"{day}.parquet")
    params = trade.params(
        name="parcels",
        source={"kind": "table", "path": str(folder / "*.parquet")},
        model={"kind": "delivered", "column": "expected"},
        detectability=False,
    )
    trained = training.train(config.load(params), training.reference(config.load(params)))[0]
    models = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRIFTBOOK_MODELS_DIR", str(models))
        patch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(tmp_path_factory.mktemp("archive")))
        model.save(trained)
        yield folder / f"{DAY}.parquet", params, trained, frame[frame["sent"].dt.date == DAY]


def tried(attempt, examples):
    profile = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],  # a run takes a second: making an example smaller took minutes
        suppress_health_check=list(HealthCheck),
    )
    profile(given(st.lists(CHANGE, max_size=4))(attempt))()


def stored(run_id):
    """Return how many measures and judgements a run wrote, how many of them are current, and its revision."""
    query = """
        select (select count(*) from driftbook.measure m where m.run_id = r.run_id),
            (select count(*) from driftbook.judgement j where j.run_id = r.run_id),
            (select count(*) from driftbook.measure m where m.run_id = r.run_id and m.current),
            r.stored_at is not null
        from driftbook.run r where run_id = %s
    """
    with store.connect() as connection:
        return connection.execute(query, [run_id]).fetchone()


def forget():
    with store.connect() as connection:
        connection.execute("truncate driftbook.run cascade")


def test_a_day_is_computed_and_written_whole_or_refused(place, database, pytestconfig):
    file, _, trained, rows = place

    def attempt(changes):
        changed(rows, changes).to_parquet(file)
        run_id = store.open_run("monitor", "parcels", DAY, "", {}, "papermill", "n", "c")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                result = monitoring.monitor(trained, DAY).result
                store.write_day(run_id, result)
        except DriftbookError as error:
            assert 20 < len(str(error)) < 5000 and "Traceback" not in str(error)
            assert stored(run_id) == (0, 0, 0, False)
        else:
            size = len(result.measures)
            assert stored(run_id) == (size, 1, size, True)
        forget()

    tried(attempt, 1000 if pytestconfig.getoption("whole") else 25)


def test_a_run_writes_its_day_whole_or_not_at_all(place, database, pytestconfig, tmp_path):
    file, params, _, rows = place
    output = tmp_path / "out.ipynb"

    def attempt(changes):
        changed(rows, changes).to_parquet(file)
        notebook = paths.notebooks_dir() / "monitor.ipynb"
        parameters = {"params": params, "day": str(DAY)}
        try:
            papermill.execute_notebook(notebook, output, parameters, progress_bar=False)
        except PapermillExecutionError as error:
            assert error.ename in ("BadData", "BadInput"), error
        (run,) = store.runs().to_dict("records")
        measures, judgements, current, is_stored = stored(run["run_id"])
        if run["status"] == "succeeded":
            assert measures == current > 0 and judgements == 1 and is_stored
            expected = file_rows(file)
            (found,) = store.measures("parcels", DAY, DAY + dt.timedelta(1), "rows")["value"]
            assert expected is None or found == expected
        else:
            assert (measures, judgements, is_stored) == (0, 0, False)
            assert run["error"].startswith(("BadData: ", "BadInput: "))
        forget()

    tried(attempt, 150 if pytestconfig.getoption("whole") else 3)


def file_rows(file):
    """Return how many rows of the file lie in the day, None where its times are no times."""
    sent = pd.read_parquet(file)["sent"]
    if not np.issubdtype(sent.dtype, np.datetime64):
        return None
    return float((sent.dt.date == DAY).sum())
