"""Trees as plain numbers give what scikit-learn's own give."""

import numpy as np
import pytest
from driftbook.relations.trees import Tree, follow, grow
from sklearn.tree import DecisionTreeClassifier


@pytest.fixture(scope="module")
def cells():
    rng = np.random.default_rng(0)
    found = rng.integers(-1, 6, (3000, 4)).astype(np.int16)
    return found, (found[:, 0] + (found[:, 1] > 2) + rng.integers(0, 2, 3000)) % 5


def test_every_row_lies_in_the_leaf_that_scikit_learn_gives(cells):
    table, classes = cells
    theirs = DecisionTreeClassifier(max_leaf_nodes=20, min_samples_leaf=30, random_state=0).fit(table, classes)
    tree = grow(table, classes, leaves=20, rows=30)
    assert follow(tree, table).tolist() == theirs.apply(table).tolist()
    assert len(np.unique(follow(tree, table))) == 20


def test_a_tree_is_the_same_each_time_and_after_a_journey(cells):
    table, classes = cells
    tree = grow(table, classes, leaves=20, rows=30)
    assert tree == grow(table, classes, leaves=20, rows=30)
    again = Tree.model_validate_json(tree.model_dump_json())
    assert follow(again, table).tolist() == follow(tree, table).tolist()


def test_what_cannot_be_told_apart_is_one_leaf(cells):
    table, _ = cells
    tree = grow(table, np.zeros(len(table), dtype=int), leaves=20, rows=30)
    assert tree.size == 1
    assert follow(tree, table[:3]).tolist() == [0, 0, 0]
