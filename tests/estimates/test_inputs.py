import numpy as np
import pandas as pd
import pytest
from driftbook.estimates import inputs

from tests import trade


@pytest.fixture
def rows():
    return trade.frame(days=3).assign(prediction=lambda rows: rows["expected"])


def test_the_columns_are_those_there_before_labels_come(rows):
    settings = trade.settings(watch={"numeric": ["arrived"]}, labels={"columns": ["arrived"]})
    found = inputs.fit(settings, rows.assign(arrived=1.0), pd.Series(True, index=rows.index))
    assert found.numeric == ("weight", "distance", "arrived", "hour", "prediction")
    assert [*found.values] == ["carrier", "depot", "rack"]


def test_categories_are_their_rank_by_frequency_whatever_their_type(rows):
    settings = trade.settings()
    found = inputs.fit(settings, rows, pd.Series(True, index=rows.index))
    assert [*found.values["depot"]] == ["east", "north", "south", "west"]
    texts = rows.assign(rack=rows["rack"].astype(int).astype(str).astype(object))
    given = inputs.matrix(found, settings, rows, 0.0)
    np.testing.assert_array_equal(inputs.matrix(found, settings, texts, 0.0), given)
    strange = rows.head(2).assign(depot=["moon", None])
    at = 1 + len(found.numeric)
    assert np.isnan(inputs.matrix(found, settings, strange, 0.0)[:, at]).all()


def test_classes_are_seen_with_their_probabilities(rows):
    settings = trade.settings("multiclass")
    rows = rows.assign(prediction=rows["outcome"], **{"p(late)": 0.5, "p(moon)": 0.1})
    found = inputs.fit(settings, rows, pd.Series(True, index=rows.index))
    assert "p(late)" in found.numeric and "p(moon)" not in found.numeric  # a class that never occurs tells nothing
    assert ("prediction" in found.values, found.bounds) == (True, None)


@pytest.mark.parametrize(
    ("prediction", "seen", "certain"), [(5.0, 5.0, 0.0), (2.0, 2.0, 0.0), (90.0, 9.0, 81.0), (-1e6, 2.0, 1_000_002.0)]
)
def test_a_prediction_beyond_every_true_value_errs_for_certain(prediction, seen, certain):
    columns = inputs.Inputs((), {}, (2.0, 9.0))
    given = pd.Series([prediction])
    assert inputs.clipped(columns, given.to_numpy()).tolist() == [seen]
    assert inputs.excess(columns, given).tolist() == [certain]


def test_rows_are_countable_by_what_is_known_before_labels_come(rows):
    settings = trade.settings(filters={"hours": {"max": 10}, "weight": {"above": 2}})
    rows = rows.assign(prediction=rows["prediction"].mask(rows.index < 100))
    known = inputs.countable(settings, rows)
    assert known.tolist() == ((rows["weight"] > 2) & (rows.index >= 100)).tolist()
    assert inputs.countable(settings, rows.assign(hours=np.nan)).tolist() == known.tolist()
