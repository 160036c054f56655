import numpy as np
import pandas as pd
import pytest
from driftbook.causes import inputs

from tests import trade


def test_categories_by_their_frequency(parcels):
    settings = trade.settings()
    reference = pd.DataFrame({"carrier": ["fox"] * 6 + ["hare", "snail"] * 2, "weight": 1.0})
    frame = pd.DataFrame({"carrier": ["fox", "hare", "snail", None, "tortoise"], "weight": [1, 2, np.nan, 4, 5.0]})
    found = inputs.numbers(settings, reference, frame, ["carrier", "weight"])
    assert found[:, 0] == pytest.approx(np.log([0.6, 0.2, 0.2, np.nan, 0.05]), abs=1e-5, nan_ok=True)
    assert len(set(found[~np.isnan(found[:, 0]), 0])) == 4  # equally frequent values stay apart
    assert found[:, 1].tolist()[:2] == [1.0, 2.0] and np.isnan(found[2, 1])


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ([1.0, 2.0, 9.0], "weight", 2.0),
        (["fox", "fox", "hare"], "carrier", "fox"),
        ([3.0, 3.0, 8.0], "rack", 3.0),
        ([np.nan], "weight", np.nan),
    ],
)
def test_what_is_usual(values, name, expected):
    found = inputs.usual(trade.settings(), pd.DataFrame({name: values}), name)
    assert found == expected or (pd.isna(found) and pd.isna(expected))


def test_what_is_known_before_the_true_value(parcels):
    assert inputs.columns(parcels()[0].settings) == ["weight", "distance", "carrier", "depot", "rack", "hour"]
