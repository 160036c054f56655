"""Why the error changed: an input part, a relation part and noise, which add up to the change.

The parts are those of Cai, Namkoong and Yadlowsky (*Diagnosing Model Performance Under Distribution Shift*, 2023). Rows
have the density p in the reference and q on the day; s, proportional to p q / (p + q), is what both share.

- relation: the mean over s of how much higher the loss of such a row is on the day than in the reference.
- input: what it costs that rows lie elsewhere, from p to s by the reference's losses and from s to q by the day's.
  Rows of the day where the reference has none are no part of s, so that what they cost is of the input.

The mean over s of a difference is what Li, Morgan and Zaslavsky (2018) call the effect in the overlap population. It is
estimated as by Robinson (1988), by residuals upon residuals: with e the probability of a row to be of the day and m the
loss to expect of it, both from models that have not seen it,

    relation = sum (day - e) (loss - m) / sum (day - e)²

An error of one of the two models alone does not move it (Chernozhukov et al., 2018, *Double/debiased machine
learning*). The input is the rest of the change. A column in another unit is undone first, and what it costs is of the
input: see `recoding`. It is undone where reference and day lie at most half as far apart then, and the relation is less
changed.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from driftbook.causes import crossfit, inputs, recoding, walk
from driftbook.causes.parts import LEAST, Part, Split
from driftbook.measures.performance import losses
from driftbook.model import TrainedModel

#: An interval goes so many standard errors to both sides: 95 %.
_SIDES = 1.959964
#: From this probability to be of the day on, the reference has next to no such row, and they count as not shared
#: (Crump and others, 2009, leave out what lies beyond 0.9); as do those of the reference which the day lacks.
_ELSEWHERE = 0.95
#: With less in common than this (0: no row, 1: alike) nothing is said of the relation.
_SHARED = 0.02
#: Reference and day that lie no farther apart (0: alike, 1: no row in common) hold no column in another unit.
_APART = 0.1


def split(trained: TrainedModel, frame: pd.DataFrame, seed: int = 0) -> Split:
    """Return the change of a day's error since the validation reference, split; deterministic for a seed.

    `frame` holds the day's rows with the prediction. Rows without a usable label are left out, which is right if they
    are like the others.
    """
    settings = trained.settings
    (before, reference), after = inputs.of_reference(trained), losses(settings, frame)
    both = pd.concat([before, after], keys=["reference", "day"], names=["of", "row"])
    is_day = np.arange(len(both)) >= len(before)
    total = _total(both.to_numpy(), is_day)
    if min(len(before), len(after)) < LEAST:
        return _whole(before, after, pd.DataFrame({"total": total}, index=both.index))
    rows = reference, frame.loc[after.index]
    with crossfit.one_thread():
        return _split(_found(trained, rows, both, seed), both, total, seed)


def _found(trained: TrainedModel, rows: tuple, both: pd.Series, seed: int) -> "_ToldApart":
    """Return what the rows say, a column in another unit undone."""
    found = _told_apart(trained, rows, both, seed)
    tried = recoding.factors(trained, rows[1]) if found.apart > _APART else {}
    for column, factor in tried.items():
        other = _told_apart(trained, (rows[0], recoding.undone(trained, rows[1], column, factor)), both, seed)
        if other.apart <= found.apart / 2 and abs(other.relation.sum()) < abs(found.relation.sum()):
            return replace(other, recoded={column: factor})
    return found


@dataclass(frozen=True)
class _ToldApart:
    """What the rows say, in the units of the reference."""

    losses: np.ndarray
    relation: np.ndarray
    influence: np.ndarray
    inputs: pd.DataFrame
    fitted: crossfit.Fitted
    apart: float
    recoded: dict[str, float]


def _told_apart(trained: TrainedModel, rows: tuple, both: pd.Series, seed: int) -> _ToldApart:
    settings = trained.settings
    names = [*inputs.columns(settings), *([] if settings.task == "multiclass" else [settings.prediction])]
    x = np.vstack([inputs.numbers(settings, rows[0], one, names) for one in rows])
    is_day = _is_day(both)
    loss = both.to_numpy().copy()  # a row that the filters leave out once a column is undone keeps its loss
    loss[is_day] = losses(settings, rows[1]).reindex(rows[1].index).fillna(both["day"]).to_numpy()
    fitted = crossfit.fit(x, loss, is_day, seed)
    added, influence = _relation(loss, is_day, fitted)
    apart = 1 - 4 * float(np.abs(_sign(is_day) / 2 * fitted.day * (1 - fitted.day)).sum())
    return _ToldApart(loss, added, influence, pd.DataFrame(x, columns=names), fitted, apart, {})


def _split(found: _ToldApart, both: pd.Series, total: np.ndarray, seed: int) -> Split:
    is_day, loss = _is_day(both), both.to_numpy()
    rest = total - found.relation
    parts = {
        "input": _part(rest, _influence(loss, is_day) - found.influence, is_day),
        "relation": _part(found.relation, found.influence, is_day),
    }
    kept = {name: part.value / part.estimate if part.estimate else 0.0 for name, part in parts.items()}
    table = pd.DataFrame(
        {"total": total, "input": rest * kept["input"], "relation": found.relation * kept["relation"]}, both.index
    )
    table["noise"] = table["total"] - table["input"] - table["relation"]
    columns = walk.columns(found.fitted, found.inputs.to_numpy(), is_day, [*found.inputs], seed)
    for column in found.recoded:
        columns[column] += (loss - found.losses)[is_day].mean()
    day, before = loss[is_day], loss[~is_day]
    change = float(day.mean() - before.mean())
    return Split(
        *(len(day), len(before), float(day.mean()), float(before.mean()), change),
        **parts,
        noise=change - parts["input"].value - parts["relation"].value,
        elsewhere=float((found.fitted.day[is_day] >= _ELSEWHERE).mean()),
        recoded=found.recoded,
        undone_error=float(found.losses[is_day].mean()),
        columns=walk.with_rest(columns * kept["input"], parts["input"].value),
        by_row=table,
    )


def _is_day(both: pd.Series) -> np.ndarray:
    return both.index.get_level_values("of").to_numpy() == "day"


def _whole(before: pd.Series, after: pd.Series, table: pd.DataFrame) -> Split:
    """Return a change of which nothing can be told apart."""
    means = [float(one.mean()) if len(one) else float("nan") for one in (after, before)]
    total = means[0] - means[1]
    table = table.assign(input=0.0, relation=0.0, noise=table["total"])
    known = {"recoded": {}, "undone_error": means[0], "columns": pd.Series(dtype=float), "by_row": table}
    return Split(len(after), len(before), *means, total, None, None, total, float("nan"), **known)


def _total(loss: np.ndarray, is_day: np.ndarray) -> np.ndarray:
    """Return what each row adds to the change: how far its loss lies from the reference's mean, over the rows."""
    middle = loss[~is_day].mean() if (~is_day).any() else 0.0
    return (loss - middle) * _sign(is_day)


def _relation(loss: np.ndarray, is_day: np.ndarray, fitted: crossfit.Fitted) -> tuple[np.ndarray, np.ndarray]:
    """Return what each row adds to the relation, and its influence on it; nothing where next to no row is shared."""
    shared = np.minimum(fitted.day, 1 - fitted.day) > 1 - _ELSEWHERE  # a quotient of two nothings may be anything
    of_day, beyond = np.where(shared, is_day - fitted.day, 0.0), loss - fitted.loss
    weight = np.abs(_sign(is_day)) / 2
    spread = (weight * of_day**2).sum()
    if spread < _SHARED / 4:
        return np.zeros(len(loss)), np.zeros(len(loss))
    added = weight * of_day * beyond / spread
    return added, of_day * (beyond - added.sum() * of_day) / (2 * spread)


def _influence(loss: np.ndarray, is_day: np.ndarray) -> np.ndarray:
    """Return each row's influence on the change."""
    return np.where(is_day, loss - loss[is_day].mean(), loss[~is_day].mean() - loss)


def _sign(is_day: np.ndarray) -> np.ndarray:
    """Return 1 over the number of the day's rows for these, -1 over the reference's for those."""
    return np.where(is_day, 1 / max(is_day.sum(), 1), -1 / max((~is_day).sum(), 1))


def _part(added: np.ndarray, influence: np.ndarray, is_day: np.ndarray) -> Part:
    estimate = float(added.sum())
    error = float(np.sqrt(sum(influence[rows].var(ddof=1) / rows.sum() for rows in (is_day, ~is_day))))
    kept = max(0.0, 1 - (error / estimate) ** 2) if estimate else 0.0
    return Part(estimate * kept + 0.0, estimate, estimate - _SIDES * error, estimate + _SIDES * error)
