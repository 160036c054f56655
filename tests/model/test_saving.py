import hashlib
import json
import shutil
import subprocess
import sys
import types
from importlib.metadata import version

import joblib
import numpy as np
import pandas as pd
import pytest
from driftbook import model, monitoring, training
from driftbook.batches import Batch
from driftbook.errors import ModelUnavailable
from sklearn.linear_model import LinearRegression

from tests import trade


@pytest.fixture
def models(tmp_path, monkeypatch):
    """An empty models folder."""
    monkeypatch.setenv("DRIFTBOOK_MODELS_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def saved(demo, models):
    """The folder of the demo model, just saved."""
    model.save(demo[1])
    return models / "demo"


def test_what_is_loaded_is_what_was_saved(demo, saved):
    settings, trained, _ = demo
    loaded = model.load(settings)
    assert (loaded.version, loaded.settings) == (trained.version, settings)
    assert loaded.calibration.to_json() == trained.calibration.to_json()
    assert (loaded.calibration.grid, loaded.calibration.kinds) == (trained.calibration.grid, trained.calibration.kinds)
    assert [day.sha256 for day in loaded.calibration.days] == [day.sha256 for day in trained.calibration.days]
    assert loaded.estimator.coef_.tolist() == trained.estimator.coef_.tolist()
    for name in ("validation", "reference_rows"):
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(trained, name))
    assert (loaded.error_model.inputs, loaded.error_model.spread) == (
        trained.error_model.inputs,
        trained.error_model.spread,
    )


def test_a_model_of_before_there_were_estimates_is_loaded_without_one(demo, saved):
    manifest = json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
    del manifest["sha256"]["error_model.joblib"]
    (saved / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert model.load(demo[0]).error_model is None


def test_a_loaded_model_computes_the_same_day(demo, saved, monitored, before):
    batch, day = monitored("2022-02-05")
    assert monitoring.report(model.load(demo[0]), batch, before(batch.period.start)).result == day.result


def test_another_budget_needs_no_training(demo, saved):
    alarms = demo[0].alarms.model_copy(update={"false_alarms_per_month": 3.0})
    settings = demo[0].model_copy(update={"alarms": alarms})
    model.check_trained(settings)
    assert model.load(settings).settings.alarms.false_alarms_per_month == 3.0


def test_the_manifest(demo, saved):
    settings, trained, _ = demo
    manifest = json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
    assert manifest.pop("params") == settings.of_training()
    assert manifest.pop("versions")["scikit-learn"] == version("scikit-learn")
    files = {"model.joblib", "error_model.joblib", "validation.parquet", "calibration.parquet", "calibration.json"}
    assert {*manifest.pop("sha256")} == files == {path.name for path in (saved / trained.version).iterdir()}
    assert manifest == {
        "name": "demo",
        "version": trained.version,
        "period": ["2022-01-01", "2022-01-31"],
        "rows": {"training": 30_000, "validation": len(trained.validation), "calibration": len(trained.reference_rows)},
        "calibration_days": 31,
    }


def test_saving_twice_leaves_one_model(demo, saved):
    model.save(demo[1])
    assert sorted(path.name for path in saved.iterdir()) == [demo[1].version, "manifest.json"]
    model.load(demo[0])


def test_a_saved_model_is_read_in_another_process(demo, saved):
    script = "from driftbook import config, model; print(model.load(config.load('demo')).version)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"{demo[1].version}\n"


def test_a_model_that_is_not_trained(demo, models):
    for call in (model.load, model.check_trained):
        with pytest.raises(ModelUnavailable, match=r"model 'demo' is not trained yet: train it with: papermill train"):
            call(demo[0])


@pytest.mark.parametrize(
    "name", ["model.joblib", "error_model.joblib", "validation.parquet", "calibration.parquet", "calibration.json"]
)
@pytest.mark.parametrize("change", ["changed", "gone"])
def test_a_file_that_changed_since_the_manifest(demo, saved, name, change):
    file = saved / demo[1].version / name
    if change == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes() + b" ")
    found = {"gone": "no file", "changed": "[0-9a-f]{12}"}[change]
    message = (
        rf"{name} of model 'demo' is not what its manifest names \(SHA-256 [0-9a-f]{{12}}, found {found}\): train it"
    )
    with pytest.raises(ModelUnavailable, match=message):
        model.load(demo[0])


def test_a_folder_that_is_gone(demo, saved):
    shutil.rmtree(saved / demo[1].version)
    with pytest.raises(ModelUnavailable, match="found no file"):
        model.load(demo[0])


@pytest.mark.parametrize(
    ("changes", "keys"),
    [({"fill_missing": 1.0}, "fill_missing"), ({"title": "x", "segments": ("hour",)}, "segments, title")],
)
def test_params_that_changed_since_the_training(demo, saved, changes, keys):
    settings = demo[0].model_copy(update=changes)
    for call in (model.load, model.check_trained):
        with pytest.raises(
            ModelUnavailable, match=rf"the params of model 'demo' changed since its training \({keys}\)"
        ):
            call(settings)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"params": 1}', "WITHOUT version", "WITHOUT sha256", b"\xff"]
)
def test_a_manifest_that_cannot_be_read(demo, saved, content):
    path = saved / "manifest.json"
    if str(content).startswith("WITHOUT"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        del manifest[content.split()[1]]
        content = json.dumps(manifest)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ModelUnavailable, match="the manifest of model 'demo' cannot be read: train it with"):
        model.load(demo[0])


@pytest.mark.parametrize(
    "change",
    [
        *({"version": odd} for odd in ("../x", "/etc", "..", ".", "", "a/b", "a\\b", "a\0", 7, None, ["x"], "x" * 65)),
        *({"sha256": odd} for odd in ("x", [1], None, {"model.joblib": 7})),
        {"params": [[["deep"]]]},
    ],
    ids=str,
)
def test_an_odd_manifest_is_refused(demo, saved, change):
    path = saved / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    for call in (model.load, model.check_trained):
        with pytest.raises(ModelUnavailable, match="the manifest of model 'demo' cannot be read: train it with"):
            call(demo[0])


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a": "' + "x" * 2_000_001 + '"}'], ids=["deep", "large"])
def test_a_manifest_is_bounded(demo, saved, content):
    (saved / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="the manifest of model 'demo' cannot be read"):
        model.load(demo[0])


def test_a_hash_that_the_manifest_lacks(demo, saved):
    path = saved / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["sha256"]["model.joblib"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"model.joblib of model 'demo' is not what its manifest names"):
        model.load(demo[0])


def test_missing_features_count_as_the_params_say(demo):
    settings, trained, _ = demo
    frame = trained.reference_rows.head(5)
    missing, filled = (frame.assign(passenger_count=value) for value in (np.nan, 0.0))
    assert (
        model.predict(settings, trained.estimator, missing).tolist()
        == model.predict(settings, trained.estimator, filled).tolist()
    )


def test_no_rows_no_predictions(demo, monitored):
    settings, trained, _ = demo
    assert model.predict(settings, trained.estimator, trained.reference_rows.head(0)).shape == (0,)
    batch, _ = monitored("2022-02-05")
    empty = Batch(batch.period, batch.table.slice(0, 0), batch.frame.head(0).drop(columns="prediction"), 0)
    assert model.predicted(trained, empty).frame["prediction"].dtype == float


BROUGHT = {
    "regression": {"kind": "delivered", "column": "expected"},
    "binary": {"kind": "delivered", "column": "p"},
    "multiclass": {"kind": "delivered", "column": "outcome"},
}


@pytest.mark.parametrize("task", BROUGHT)
def test_a_delivered_model_is_its_references(models, task):
    trained, _ = training.train(trade.settings(task, model=BROUGHT[task]), trade.batch())
    model.save(trained)
    folder = models / trained.settings.name / trained.version
    assert sorted(path.name for path in folder.iterdir()) == [
        *("calibration.json", "calibration.parquet", "error_model.joblib", "validation.parquet")
    ]
    loaded = model.load(trained.settings)
    assert loaded.estimator is None
    assert loaded.calibration.to_json() == trained.calibration.to_json()
    pd.testing.assert_frame_equal(loaded.validation, trained.validation)
    pd.testing.assert_frame_equal(loaded.reference_rows, trained.reference_rows)


def test_a_model_of_text_and_classes_is_loaded_as_it_was_saved(models):
    boosting = {"kind": "train", "estimator": "sklearn.ensemble:HistGradientBoostingClassifier"}
    settings = trade.settings("multiclass", model={**boosting, "arguments": {"max_iter": 5}})
    trained, _ = training.train(settings, trade.batch())
    model.save(trained)
    loaded = model.load(settings)
    pd.testing.assert_frame_equal(loaded.reference_rows, trained.reference_rows)
    rows = trade.frame(days=2, seed=1)
    found, expected = (model.with_prediction(settings, one.estimator, rows) for one in (loaded, trained))
    pd.testing.assert_frame_equal(found, expected)


def test_the_file_of_a_model_is_read_again_and_checked_again(models):
    rows = trade.frame()
    fitted = LinearRegression().fit(rows[["weight", "distance"]].to_numpy(), rows["hours"])
    joblib.dump(fitted, models / "team.joblib")
    sha256 = hashlib.sha256((models / "team.joblib").read_bytes()).hexdigest()
    chosen = {"kind": "file", "path": "team.joblib", "sha256": sha256}
    settings = trade.settings(model=chosen, features={"numeric": ["weight", "distance"]})
    trained, _ = training.train(settings, trade.batch(rows))
    model.save(trained)
    assert model.load(settings).estimator.coef_.tolist() == fitted.coef_.tolist()
    joblib.dump(fitted.set_params(positive=True), models / "team.joblib")
    with pytest.raises(ModelUnavailable, match="is not the model of the params file"):
        model.load(settings)


def test_an_estimator_whose_package_is_gone(models, monkeypatch):
    package = types.ModuleType("team_package")
    package.Model = type("Model", (LinearRegression,), {"__module__": "team_package"})
    monkeypatch.setitem(sys.modules, "team_package", package)
    chosen = {"kind": "train", "estimator": "team_package:Model"}
    settings = trade.settings(model=chosen, features={"numeric": ["weight", "distance"]})
    model.save(training.train(settings, trade.batch())[0])
    monkeypatch.delitem(sys.modules, "team_package")
    with pytest.raises(ModelUnavailable, match="needs the package 'team_package', which is not there"):
        model.load(settings)
