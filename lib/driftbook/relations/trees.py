"""Decision trees as plain numbers: grown by scikit-learn at training, followed without it on any day."""

from functools import cached_property

import numpy as np
from pydantic import BaseModel, ConfigDict

#: So many rows at a time fit into the processor's caches.
_BLOCK = 1 << 14


class Tree(BaseModel):
    """A binary tree over the columns of a table of cells; node 0 is its root.

    Attributes
    ----------
    column, cut
        Of each node: rows whose cell in that column is at most the cut go to the left.
    left, right
        Of each node its children; a leaf is its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: tuple[int, ...]
    cut: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]

    @property
    def size(self) -> int:
        """The number of nodes."""
        return len(self.left)

    @cached_property
    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The nodes as arrays: column, cut, and both children in turn."""
        return np.array(self.column), np.array(self.cut), np.column_stack([self.left, self.right]).ravel()


def grow(cells: np.ndarray, classes: np.ndarray, leaves: int, rows: int) -> Tree:
    """Return a tree that tells classes apart by a table of cells (rows by columns).

    It has some leaves at most, each of some rows at least.
    """
    from sklearn.tree import DecisionTreeClassifier  # at training only: a monitored day does without

    grown = DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=rows, random_state=0)
    nodes = grown.fit(cells, classes).tree_
    is_leaf, own = nodes.children_left < 0, np.arange(nodes.node_count)
    return Tree(
        column=np.where(is_leaf, 0, nodes.feature).tolist(),
        cut=np.where(is_leaf, 0.0, nodes.threshold).tolist(),
        left=np.where(is_leaf, own, nodes.children_left).tolist(),
        right=np.where(is_leaf, own, nodes.children_right).tolist(),
    )


def follow(tree: Tree, cells: np.ndarray) -> np.ndarray:
    """Return the leaf of each row of a table of cells."""
    (column, cut, children), found = tree.arrays, []
    for block in np.split(cells, range(_BLOCK, len(cells), _BLOCK)):
        flat, starts = block.ravel(), np.arange(len(block)) * cells.shape[1]
        node, below = None, np.zeros(len(block), dtype=int)
        while not np.array_equal(node, below):
            node = below
            below = children.take(2 * node + (flat.take(starts + column.take(node)) > cut.take(node)))
        found.append(node)
    return np.concatenate(found)
