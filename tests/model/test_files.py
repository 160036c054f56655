import hashlib
import io
import pickle
import sys
import types

import joblib
import numpy as np
import pandas as pd
import pytest
from driftbook import model, paths, training
from driftbook.errors import ModelUnavailable
from driftbook.measures import performance
from driftbook.model import files
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from tests import trade

FEATURES = ["weight", "distance", "carrier", "depot", "rack"]


@pytest.fixture(scope="module")
def rows():
    return trade.frame(days=10)


@pytest.fixture(scope="module")
def pipeline(rows):
    """A team's own pipeline, fitted on its own frame, text categories in it."""
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    encode = make_column_transformer((encoder, ["carrier", "depot"]), remainder="passthrough")
    boosting = HistGradientBoostingRegressor(max_iter=10, random_state=0)
    return make_pipeline(encode, boosting).fit(rows[FEATURES], rows["hours"])


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTBOOK_MODELS_DIR", str(tmp_path))
    return tmp_path


def written(path, content):
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def dumped(path, fitted):
    joblib.dump(fitted, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def of_file(path, sha256):
    return trade.settings(model={"kind": "file", "path": str(path), "sha256": sha256})


@pytest.mark.parametrize("where", ["an absolute path", "the models folder", "the project's root"])
def test_a_pipeline_gets_the_frame_it_was_fitted_on(models, monkeypatch, pipeline, rows, where):
    sha256 = dumped(models / "team.joblib", pipeline)
    if where == "the project's root":
        monkeypatch.setattr(paths, "ROOT", models)
        monkeypatch.setenv("DRIFTBOOK_MODELS_DIR", "elsewhere")
    settings = of_file(models / "team.joblib" if where == "an absolute path" else "team.joblib", sha256)
    loaded = model.fit(settings, rows.head(0))
    assert model.predict(settings, loaded, rows).tolist() == pipeline.predict(rows[FEATURES]).tolist()


def test_a_model_fitted_on_a_matrix(models, rows):
    given = {"numeric": ["weight", "distance"]}
    fitted = LinearRegression().fit(rows[["weight", "distance"]].to_numpy(), rows["hours"])
    chosen = {"kind": "file", "path": "m.joblib", "sha256": dumped(models / "m.joblib", fitted)}
    settings = trade.settings(model=chosen, features=given)
    answers = model.predict(settings, model.fit(settings, rows), rows)
    assert answers.tolist() == fitted.predict(rows[["weight", "distance"]].to_numpy()).tolist()


def test_a_file_that_is_not_there(models):
    with pytest.raises(ModelUnavailable, match=rf"model.path is 'm.joblib': there is no file .*or {models}/m.joblib$"):
        files.load(of_file("m.joblib", "0" * 64))


class Bomb:
    """Loading it writes a file: a pickle is code."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_a_changed_file_is_not_loaded(models):
    found = written(models / "m.joblib", pickle.dumps(Bomb(models / "fired")))
    message = (
        rf"{models}/m.joblib is not the model of the params file \(SHA-256 000000000000…, found {found}\): "
        "it is not loaded; if you trust it, write its hash to model.sha256 and train again"
    )
    with pytest.raises(ModelUnavailable, match=message):
        files.load(of_file("m.joblib", "0" * 64))
    assert not (models / "fired").exists()


def absent(name="absent_package", attribute="Model"):
    """Return the pickle of an object whose package goes away afterwards."""
    module = types.ModuleType(name)
    kind = type(attribute, (), {"__module__": name})
    setattr(module, attribute, kind)
    sys.modules[name] = module
    try:
        return pickle.dumps(kind())
    finally:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("m.joblib", absent(), "needs the package 'absent_package', which is not there or of another version"),
        ("m.joblib", absent("json", "Gone"), "cannot be loaded .AttributeError: .*Gone.*: expected a file of joblib"),
        ("m.joblib", b"no pickle", "m.joblib cannot be loaded"),
        ("m.joblib", b"", "m.joblib cannot be loaded .EOFError"),
    ],
)
def test_files_that_cannot_be_loaded(models, name, content, message):
    import json  # `absent` took the module's place

    sys.modules["json"] = json
    with pytest.raises(ModelUnavailable, match=message) as caught:
        files.load(of_file(name, written(models / name, content)))
    assert "\n" not in str(caught.value)


def test_a_file_that_holds_no_estimator(models, rows):
    settings = of_file("m.joblib", dumped(models / "m.joblib", {"coef": [1]}))
    with pytest.raises(Exception, match=r"m.joblib' is a dict, which has no predict: expected an estimator"):
        model.fit(settings, rows)


def test_a_file_of_skops_is_read_by_skops(models, monkeypatch, pipeline):
    calls = []
    skops = types.ModuleType("skops")
    skops.io = types.ModuleType("skops.io")
    skops.io.get_untrusted_types = lambda data: ["tests.Own"]
    skops.io.loads = lambda data, trusted: calls.append((data, trusted)) or pipeline
    monkeypatch.setitem(sys.modules, "skops", skops)
    monkeypatch.setitem(sys.modules, "skops.io", skops.io)
    assert files.load(of_file("m.skops", written(models / "m.skops", b"zip"))) is pipeline
    assert calls == [(b"zip", ["tests.Own"])]


def test_skops_that_is_not_there(models, monkeypatch):
    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.setitem(sys.modules, "skops.io", None)
    with pytest.raises(ModelUnavailable, match=r"m\.skops needs the package 'skops', which is not there"):
        files.load(of_file("m.skops", written(models / "m.skops", b"zip")))


def test_a_compressed_file(models, pipeline, rows):
    content = io.BytesIO()
    joblib.dump(pipeline, content, compress=3)
    settings = of_file("m.joblib", written(models / "m.joblib", content.getvalue()))
    assert model.predict(settings, files.load(settings), rows).shape == (len(rows),)


def test_a_file_and_its_delivered_predictions_are_identical_rows(models, pipeline):
    rows = trade.frame()
    brought = of_file("m.joblib", dumped(models / "m.joblib", pipeline))
    stored = trade.settings(model={"kind": "delivered", "column": "stored"})
    found = [
        training.train(settings, trade.batch(rows.assign(stored=pipeline.predict(rows[FEATURES]))))[0]
        for settings in (brought, stored)
    ]
    one, other = (each.reference_rows for each in found)
    pd.testing.assert_frame_equal(one, other[one.columns])
    days = [each.calibration.days for each in found]
    assert [day.sha256 for day in days[0]] == [day.sha256 for day in days[1]]
    errors = [performance.values(each.settings, each.validation) for each in found]
    assert errors[0] == errors[1]
