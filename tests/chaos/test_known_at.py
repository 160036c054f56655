"""What was known at a moment is what the page of that moment shows: a history of one day by real runs."""

import datetime as dt
import re

import papermill
import pytest
import yaml
from driftbook import model, paths, store, training

from tests import trade
from tests.test_late_labels import DELAY, NEWEST, delivered

DAY = dt.date(2022, 2, 4)
NUMBER = re.compile(r'data-metric="([^"]*)" data-feature="([^"]*)" data-segment="([^"]*)" data-value="([^"]*)"')


@pytest.fixture
def params(place, tmp_path):
    """A params file of deliveries whose labels come late."""
    delivered(tmp_path / "parcels.parquet", NEWEST - dt.timedelta(days=DELAY))
    content = trade.params(
        source={"kind": "table", "path": str(tmp_path / "parcels.parquet")},
        model={"kind": "delivered", "column": "expected"},
        labels={"delay_days": DELAY, "columns": ["arrived"]},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRIFTBOOK_MODELS_DIR", str(tmp_path / "models"))
        file = tmp_path / "parcels.yaml"

        def write(**alarms):
            file.write_text(yaml.safe_dump({"params": {**content, "alarms": alarms}}), encoding="utf-8")
            return file

        settings = trade.config.load(str(write()))
        model.save(training.train(settings, training.reference(settings))[0])
        yield write


def test_what_was_known_is_what_the_archived_page_of_that_time_shows(params, place, tmp_path):
    def monitor(**alarms):
        given = {"params": str(params(**alarms)), "day": str(DAY)}
        papermill.execute_notebook(
            paths.notebooks_dir() / "monitor.ipynb", tmp_path / "out.ipynb", given, progress_bar=False
        )

    name = trade.params()["name"]
    moments = [now()]
    for step in (
        monitor,
        monitor,  # unchanged
        lambda: delivered(tmp_path / "parcels.parquet", NEWEST),  # labels arrive, and nobody has looked yet
        monitor,
        lambda: monitor(false_alarms_per_month=3),
        lambda: monitor(false_alarms_per_month=1),
    ):
        step()
        moments.append(now())
    revisions = []
    for at in moments:
        judged, measures = store.known_at(name, DAY, at)
        if judged is None:
            assert measures.empty
            revisions.append(None)
            continue
        page = (place / judged["page"]).read_text(encoding="utf-8")
        revisions.append(int(measures["revision"].iloc[0]))
        assert f"revision = {revisions[-1]}" in page
        shown = {key[:3]: key[3] for key in NUMBER.findall(page)}
        known = {(m.metric, m.feature, m.segment): m.value for m in measures.itertuples()}
        common = [key for key in shown if key in known and shown[key]]
        assert len(common) > 20
        assert {key: float(shown[key]) for key in common} == {key: known[key] for key in common}
    assert revisions == [None, 1, 1, 1, 2, 3, 4]
    assert len({store.known_at(name, DAY, at)[0]["page"] for at in moments[1:]}) == 4


def now():
    with store.connect() as connection:
        return connection.execute("select clock_timestamp()").fetchone()[0]
