"""A table nobody here has seen becomes a monitored month by three commands: adopt, train, backfill; no Python."""

import datetime as dt
import os
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import yaml
from driftbook import paths, store
from sklearn.datasets import load_wine

START = dt.date(2024, 3, 1)


@pytest.fixture(scope="module")
def project(place, tmp_path_factory):
    """A copy of the project as a user has it: what the commands write into it is seen; database and archive beside."""
    home, produced = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("produced")
    for folder in ("docs", "lib", "notebooks", "params"):
        shutil.copytree(paths.ROOT / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(home / "lib"))
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        patch.setenv("DRIFTBOOK_MODELS_DIR", str(produced / "models"))
        patch.setenv("DRIFTBOOK_DATA_DIR", str(produced / "data"))
        (produced / "data").mkdir()
        yield home


def papermill(project, notebook, **parameters):
    """Run papermill as a user does, and return what it said; parameters go as they are typed."""
    given = [text for name, value in parameters.items() for text in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", f"{notebook}.ipynb", os.devnull, *given]
    return subprocess.run(
        command, cwd=project / "notebooks", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def files(project):
    """Return the project's files with their content."""
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def adopt(project, table, name, **parameters):
    """Adopt a table that lies in the data folder as CSV; return the params file, the only file that came."""
    file = f"{name}.csv.gz"
    table.to_csv(f"{os.environ['DRIFTBOOK_DATA_DIR']}/{file}", index=False)
    before = files(project)
    done = papermill(project, "adopt", path=file, name=name, **parameters)
    assert done.returncode == 0, done.stderr
    after = files(project)
    assert {path for path in {*before, *after} if before.get(path) != after.get(path)} == {f"params/{name}.yaml"}
    return yaml.safe_load(after[f"params/{name}.yaml"])["params"]


def train_and_backfill(project, name, start, end):
    """Run the other two commands; return the days' overview."""
    for notebook, parameters in (("train", {}), ("backfill", {"start": start, "end": end})):
        done = papermill(project, notebook, params=name, **parameters)
        assert done.returncode == 0, done.stderr
    return store.daily_overview(name)


def parcels():
    """Return 100 days of parcels whose delivery time was predicted; the last 5 days' are on their way.

    On the day before these weights come in grams.
    """
    rng = np.random.default_rng(7)
    days = np.repeat(np.arange(100), rng.integers(380, 421, 100))
    size = len(days)
    at = pd.Timestamp(START) + pd.to_timedelta(days, unit="D") + pd.to_timedelta(rng.beta(3, 3, size) * 24, unit="h")
    carrier = rng.choice(["Hermod", "Iris", "Pheidippides", "Pony"], size, p=[0.4, 0.3, 0.2, 0.1])
    weight, distance = rng.lognormal(0.7, 0.6, size), rng.gamma(2, 120, size)
    predicted = 12 + distance / 40 + 2 * weight + 6 * (carrier == "Pony")
    hours = predicted + rng.gamma(2, 3, size) - 6
    table = pd.DataFrame(
        {
            "parcel_id": [f"P{number:08d}" for number in rng.permutation(size)],
            "handed_in": at.floor("s").astype(str),
            "carrier": carrier,
            "depot_id": rng.integers(1, 9, size) * 100,
            "weight": np.where(days == 94, weight * 1000, weight).round(3),
            "distance_km": np.where(rng.random(size) < 0.02, np.nan, distance.round(1)),
            "express": rng.random(size) < 0.2,
            "country": "DK",
            "expected_hours": predicted.round(2),
            "hours": hours.round(2),
            "delivered_at": (at + pd.to_timedelta(hours, unit="h")).floor("s").astype(str),
        }
    )
    table.loc[days >= 95, ["hours", "delivered_at"]] = None
    return table


@pytest.fixture(scope="module")
def adopted(project):
    given = {"time": "handed_in", "prediction": "expected_hours", "target": "hours"}
    return adopt(project, parcels(), "parcels", **given)


@pytest.fixture(scope="module")
def overview(project, adopted):
    """The day of the planted fault, which is the last one with labels, and the next one, as stored."""
    fault = START + dt.timedelta(days=94)
    return train_and_backfill(project, "parcels", fault, fault + dt.timedelta(days=1))


def test_what_is_proposed_for_parcels(adopted):
    assert (adopted["task"], adopted["target"]) == ("regression", {"name": "hours"})
    assert adopted["model"] == {"kind": "delivered", "column": "expected_hours"}
    assert adopted["features"] == {
        "numeric": ["weight", "distance_km"], "categorical": ["carrier", "depot_id", "express"]
    }  # fmt: skip
    assert adopted["labels"] == {"delay_days": 5, "columns": ["delivered_at"]}
    assert adopted["references"] == {
        "start": START + dt.timedelta(days=11), "end": START + dt.timedelta(days=66), "min_rows_per_day": 200
    }  # fmt: skip
    assert adopted["segments"] == ["carrier", "depot_id", "express", "hour"]


def test_a_planted_fault_alarms_and_late_labels_do_not(overview):
    assert list(overview["verdict"]) == ["alarm", "labels pending"]
    assert list(overview["labelled_rows"] > 0) == [True, False]


def test_its_days_are_archived(place, overview):
    for page in overview["page"]:
        assert (place / page).read_text(encoding="utf-8").count("<svg ") >= 6
    adopting = store.runs().query("notebook == 'adopt'")
    text = (place / store.run(adopting["run_id"].iloc[0])["page"]).read_text(encoding="utf-8")
    assert "A regression model of hours" in text
    assert "params/parcels.yaml" in text


def test_a_name_that_is_taken_is_refused_before_a_kernel_starts(project, adopted):
    before, runs = files(project), len(store.runs())
    done = papermill(project, "adopt", path="parcels.csv.gz", target="hours", name="parcels")
    assert done.returncode == 1
    assert "params/parcels.yaml is there already: choose another name, or delete that file" in done.stderr
    assert (files(project), len(store.runs())) == (before, runs)


def wines():
    """Return 60 days of wines: scikit-learn's, drawn anew with noise every day; the cultivar is to be predicted."""
    rng, data = np.random.default_rng(3), load_wine(as_frame=True)
    drawn = data.frame.iloc[rng.integers(0, len(data.frame), 60 * 250)].reset_index(drop=True)
    columns = ["alcohol", "malic_acid", "flavanoids", "color_intensity", "proline"]
    noise = rng.normal(0, 0.2, (len(drawn), len(columns))) * data.frame[columns].std().to_numpy()
    table = (drawn[columns] + noise).round(3)
    day = np.repeat(np.arange(60), 250)
    table["alcohol"] += np.where(day == 45, 3.0, 0.0)
    at = pd.Timestamp(START) + pd.to_timedelta(day, unit="D") + pd.to_timedelta(rng.integers(0, 24, len(day)), unit="h")
    names = np.array(["Barolo", "Grignolino", "Barbera"])[drawn["target"]]
    return table.assign(tasted=at.tz_localize("UTC"), cultivar=names).rename(columns={"proline": "rows"})


def test_wines_of_scikit_learn_train_an_estimator_on_a_column_that_collides(project):
    params = adopt(project, wines(), "wines", time="tasted", target="cultivar")
    assert (params["task"], params["model"]["estimator"].rpartition(":")[2]) == (
        "multiclass", "HistGradientBoostingClassifier"
    )  # fmt: skip
    assert params["source"]["derive"] == {"delivered_rows": '"rows"'}
    assert params["features"]["numeric"][-1] == "delivered_rows"
    fault = START + dt.timedelta(days=45)
    overview = train_and_backfill(project, "wines", fault - dt.timedelta(days=1), fault)
    assert list(overview["verdict"]) == ["ok", "alarm"]
    assert (overview["error"] > 0).all()
