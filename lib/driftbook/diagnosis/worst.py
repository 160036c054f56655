"""Where the model errs more than it should: the worst segments of a day, of one condition or two, found by search.

A row's loss is taken over what the reference errs on rows like it, at most `_MOST_TIMES` of that, so that a few absurd
errors make no segment. The mean of every segment with enough rows is compared with the reference's in the same segment,
times as many as the day's other rows err more than theirs; without a reference, with the day's other rows. How far the
farthest of so many segments lies by chance is told by permutations among the rows (the single-step maxT of Westfall and
Young 1993): a segment's `p` is adjusted for having been selected.
"""

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from driftbook.batches import Batch
from driftbook.diagnosis.conditions import Conditions, conditions
from driftbook.diagnosis.scoring import Candidates, Sums, by_chance, of_like_rows, ranked, scores
from driftbook.measures import intervals
from driftbook.measures.performance import losses
from driftbook.measures.segments import aligned
from driftbook.model import TrainedModel

#: The least rows of a segment, alone and as a share of the day's.
LEAST_ROWS, LEAST_SHARE = 30, 0.01
#: A segment whose adjusted p is at most this is no chance.
LEVEL = 0.05
_SEED = 20130208
#: More rows are drawn from: of the day, and of the reference.
_MOST_ROWS, _MOST_REFERENCE = 5_000, 20_000
#: A row counts at most so many times what is usual.
_MOST_TIMES = 4.0
_COLUMNS = ("rows", "share", "error", "low", "high", "usual", "p")


def worst_segments(trained: TrainedModel, batch: Batch, most: int = 5) -> pd.DataFrame:
    """Return the segments of a day whose error is farthest above what it should be, the worst first.

    One line per segment, named by its conditions: its labelled `rows` and their `share`, the `error` with the ends of
    its interval, the error that is `usual` there, and `p`, the chance of such a segment where losses have nothing to do
    with columns. Each line is found among the rows that no line above it holds. Empty without enough labelled rows.

    Parameters
    ----------
    batch
        The day's rows, with the prediction; of more than 5,000 labelled ones as many are drawn with a fixed seed.
    """
    settings, reference = trained.settings, trained.validation
    found = conditions(trained, batch)
    loss, usual = aligned(losses(settings, batch.frame), batch.frame), aligned(losses(settings, reference), reference)
    rows, usual_rows = _drawn(~np.isnan(loss), _MOST_ROWS), _drawn(~np.isnan(usual), _MOST_REFERENCE)
    of_rows = (holds.T.take(at, axis=1).T for holds, at in ((found.day, rows), (found.reference, usual_rows)))
    with threadpool_limits(1, user_api="blas"):  # threads that wait for each other's next product cost more than it
        return search(Conditions(found.names, found.columns, *of_rows), loss[rows], usual[usual_rows], most)


def search(given: Conditions, loss: np.ndarray, usual: np.ndarray, most: int = 5) -> pd.DataFrame:
    """Return what `worst_segments` does, from conditions and losses, NaN in none; `usual` are the reference's losses.

    Without rows in the reference a segment is compared with the day's other rows.
    """
    least = max(LEAST_ROWS, int(np.ceil(LEAST_SHARE * len(loss))))
    if len(loss) < 2 * least or not np.ptp(loss) > 0:
        return _table([])
    candidates = Candidates.of(given, least)
    like, usual_like = of_like_rows(given, loss, usual)
    times, usual_times = np.minimum(loss / like, _MOST_TIMES), np.minimum(usual / usual_like, _MOST_TIMES)
    if not len(candidates.one) or not np.ptp(times) > 0:
        return _table([])
    farthest = by_chance(candidates, given.day, times, _SEED)
    before, left, lines = Sums.of(given.reference, usual_times), np.ones(len(loss), dtype=bool), []
    while len(lines) < most:
        score, error, expected = scores(candidates, Sums.of(given.day[left], times[left]), before, least)
        best = int(np.argmax(ranked(score, error, np.quantile(farthest, 1 - LEVEL))))
        if not score[best] > 0:
            break
        inside = candidates.rows(given.day, best) & left
        p = (1 + (farthest >= score[best]).sum()) / (1 + len(farthest))
        lines.append((candidates.name(given, best), loss[inside], len(loss), expected[best] * like[inside].mean(), p))
        if p > LEVEL:
            break
        left &= ~inside
    return _table(lines)


def _drawn(usable: np.ndarray, most: int) -> np.ndarray:
    """Return the positions of usable rows, of more than `most` so many."""
    rows = np.flatnonzero(usable)
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(_SEED).choice(rows, most, replace=False))


def _table(lines: list[tuple[str, np.ndarray, int, float, float]]) -> pd.DataFrame:
    found = {}
    for name, loss, size, expected, p in lines:
        low, high = intervals.of_loss(len(loss), loss.sum(), (loss**2).sum())
        found[name] = (len(loss), len(loss) / size, loss.mean(), float(low), float(high), expected, p)
    table = pd.DataFrame.from_dict(found, orient="index", columns=[*_COLUMNS])
    return table.astype({"rows": int}).rename_axis("segment") if len(table) else table.rename_axis("segment")
