"""How much a day of two classes can tell of a planted segment at all: an oracle beside the search.

Labels are drawn anew by the reference's own calibrated probabilities, and within a segment of 2 % of the rows flipped
as often as doubles its expected log loss. The oracle knows these probabilities and how often is flipped, all but the
segment: its statistic is the likelihood ratio of each segment's labels (Neyman and Pearson's most powerful test).
"""

from dataclasses import dataclass, replace

import numpy as np
from driftbook.diagnosis import conditions, worst
from driftbook.diagnosis.scoring import Candidates

#: Draws that tell how far the known segment's ratio lies by chance.
_DRAWS = 200
#: Segments that share so much of the rows of both are the same.
ALIKE = 0.8


@dataclass(frozen=True)
class Rows:
    """The validation reference's rows: their conditions, the predicted probability, the calibrated one and the loss."""

    given: conditions.Conditions
    predicted: np.ndarray
    true: np.ndarray
    usual: np.ndarray

    @classmethod
    def of(cls, given: conditions.Conditions, predicted: np.ndarray, label: np.ndarray, usual: np.ndarray) -> "Rows":
        """Return them, calibrated by isotonic regression."""
        from sklearn.isotonic import IsotonicRegression

        fitted = IsotonicRegression(y_min=0.005, y_max=0.995, out_of_bounds="clip").fit(predicted, label)
        return cls(given, np.clip(predicted, 1e-6, 1 - 1e-6), fitted.predict(predicted), usual)


def run(rows: Rows, seed: int, size: int, planted: tuple[float, float]) -> tuple[bool, bool, bool] | None:
    """Return whether the segment is no chance to who knows it, and first for the oracle and for the search.

    None where no segment has the size that is to be planted.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(rows.usual))
    day, others = np.sort(order[:size]), np.sort(order[size:])
    given = replace(rows.given, day=rows.given.reference[day], reference=rows.given.reference[others])
    candidates = Candidates.of(given, worst.LEAST_ROWS)
    holds = given.day[:, candidates.one] & given.day[:, candidates.other]
    fitting = np.flatnonzero((holds.mean(axis=0) >= planted[0]) & (holds.mean(axis=0) <= planted[1]))
    if not len(fitting):
        return None
    chosen = int(rng.choice(fitting))
    inside, true = holds[:, chosen], rows.true[day]
    of_one, of_none = -np.log(rows.predicted[day]), -np.log(1 - rows.predicted[day])
    more = ((1 - 2 * true) * (of_one - of_none))[inside].sum()  # what flipping every label would add
    usual = (true * of_one + (1 - true) * of_none)[inside].sum()
    share = float(np.clip(usual / more, 0, 0.5)) if more > 0 else 0.5
    label = rng.random(size) < true
    label ^= inside & (rng.random(size) < share)
    flipped = true * (1 - share) + (1 - true) * share
    ratios = np.log(flipped / true), np.log((1 - flipped) / (1 - true))
    found = np.where(label, *ratios) @ holds
    drawn = rng.random((_DRAWS, inside.sum())) < true[inside]
    chance = np.where(drawn, *(ratio[inside] for ratio in ratios)).sum(axis=1)
    overlap = (inside @ holds.astype(float)) / (holds | inside[:, None]).sum(axis=0)
    table = worst.search(given, np.where(label, of_one, of_none), rows.usual[others], most=1)
    names = [[*given.names].index(one) for name in table.index for one in name.split(" and ")]
    named = given.day[:, names].all(axis=1) & bool(names)
    is_known = (chance >= found[chosen]).mean() <= worst.LEVEL
    is_first = found[chosen] >= found[overlap < ALIKE].max()
    return bool(is_known), bool(is_first), bool((named & inside).sum() >= ALIKE * (named | inside).sum())
