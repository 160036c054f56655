import numpy as np
import pandas as pd
import pytest
from driftbook.measures import curves
from sklearn import metrics
from sklearn.calibration import calibration_curve

from tests import trade

BINARY = trade.settings("binary", model={"kind": "delivered", "column": "p"})
SEVERAL = trade.settings("multiclass", model={"kind": "delivered", "column": "outcome"})


@pytest.fixture(scope="module")
def rows():
    found = trade.frame(days=10)
    return found.assign(prediction=found["p"])


def test_the_calibration_agrees_with_scikit_learn(rows):
    found = curves.calibration(BINARY, rows)
    observed, predicted = calibration_curve(rows["late"], rows["prediction"], n_bins=10, strategy="quantile")
    assert found["rows"].tolist() == [200] * 10
    assert np.allclose(found[["predicted", "observed"]], np.column_stack([predicted, observed]), atol=0.01)


@pytest.mark.parametrize(("take", "groups"), [(0, 0), (1, 1), (3, 3), (40, 10)])
def test_few_rows_make_few_groups(rows, take, groups):
    assert len(curves.calibration(BINARY, rows.head(take))) == groups


def test_equal_probabilities_are_groups_all_the_same(rows):
    assert curves.calibration(BINARY, rows.assign(prediction=0.5))["predicted"].tolist() == [0.5] * 10


def test_the_roc_curve_has_the_area_of_scikit_learn(rows):
    found = curves.roc(BINARY, rows)
    area = metrics.auc(found["false positives"], found["true positives"])
    assert area == pytest.approx(metrics.roc_auc_score(rows["late"], rows["prediction"]))
    assert curves.roc(BINARY, rows[rows["late"] == 0]).empty


def test_the_confusion_agrees_with_scikit_learn(rows):
    frame = rows.assign(prediction=rows["outcome"].sample(frac=1, random_state=1).to_numpy())
    found = curves.confusion(SEVERAL, frame)
    labels = found.index.tolist()
    assert labels == found.columns.tolist() == ["in time", "late", "lost"]
    assert (
        found.to_numpy().tolist()
        == metrics.confusion_matrix(frame["outcome"], frame["prediction"], labels=labels).tolist()
    )


def test_two_classes_are_cut(rows):
    found = curves.confusion(BINARY, rows)
    expected = metrics.confusion_matrix(rows["late"], rows["prediction"] >= 0.5)
    assert found.loc[["0", "1"], ["0", "1"]].to_numpy().tolist() == expected.tolist()


def test_many_classes_are_gathered():
    labels = [f"c{number:02}" for number in range(30)]
    frame = pd.DataFrame({"outcome": labels * 2, "prediction": labels + labels[::-1]})
    found = curves.confusion(SEVERAL, frame)
    assert (len(found), found.index[-1]) == (13, "all others")
    assert found.to_numpy().sum() == 60
