"""Counts by value stay small, whatever a column holds."""

import numpy as np
import pandas as pd
from driftbook.profiles import grid


def test_a_category_of_a_million_values_is_counted_in_few_lines():
    rng = np.random.default_rng(0)
    ids = pd.Series([f"id {number}" for number in range(1_000_000)], name="id")
    values = pd.concat([ids, pd.Series(["id 7"] * 50 + ["id 9"] * 20)]).sample(frac=1, random_state=rng)
    counted = grid.value_counts(values)
    assert len(counted) == grid.MOST_VALUES + 1
    assert (counted["id 7"], counted["id 9"]) == (51, 21)
    assert sum(counted.values()) == len(values)
    assert counted[grid.REST] == len(values) - 51 - 21 - (grid.MOST_VALUES - 2)
