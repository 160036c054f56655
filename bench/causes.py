"""Are the parts of a change of error the right ones? Data with a known split, and faults planted into a taxi month.

DRIFTBOOK_DATA_DIR=<folder of green_tripdata_2022-01 and -02> python bench/causes.py [--cases 200] [--only known month]
"""

import argparse
import sys
import time

import numpy as np
from alarms_days import pair, paired, settings_of
from alarms_work import in_processes, met, outcomes, table
from causes_known import case
from driftbook import batches, model, training
from driftbook.causes import split
from driftbook.causes.parts import Split
from driftbook.config.model import TrainModel
from driftbook.periods import between

#: A linear model of January gives distances no weight (one trip has 90,421 miles), so that they cannot hurt it.
_TREES = TrainModel(
    kind="train", estimator="sklearn.ensemble:HistGradientBoostingRegressor", arguments={"max_iter": 60}
)


def known(cases: int) -> None:
    """Print how often the intervals hold the true parts."""
    found = np.array(in_processes(_known, None, [(seed,) for seed in range(cases)]))
    lines = [
        (name, f"{found[:, at].mean():.1%}", "at least 90%", met(found[:, at].mean() >= 0.9))
        for at, name in enumerate(("input", "relation"))
    ]
    lines.append(("parts add up to", f"{found[:, 2].max():.1e}", "1e-9", met(found[:, 2].max() < 1e-9)))
    seconds = found[:, 3].mean()
    table(f"Known splits ({cases} cases, {seconds:.2f} s of a core each)", ("", "found", "asked", ""), lines)


def _known(_, seed: int) -> tuple[bool, bool, float, float]:
    """Return whether the intervals hold the true parts of a case, by how much the sum is off, and the seconds."""
    truth, begun = case(seed), time.process_time()
    found = split(truth.trained, truth.day)
    parts = ((found.input, truth.input), (found.relation, truth.relation))
    off = abs(found.input.value + found.relation.value + found.noise - found.total)
    return *(part.low <= true <= part.high for part, true in parts), off, time.process_time() - begun


def month(days: int | None, *, trees: bool) -> None:
    """Print which part of the change that a fault causes is called input and relation."""
    months = _of_trees() if trees else pair("2022-01", "2022-02")
    trained, sums, seconds = months.trained, {}, time.process_time()
    for batch in list(months.days.values())[:days]:
        usual = split(trained, batch.frame)
        for name, changed in _faulty(trained, batch.frame).items():
            sums.setdefault(name, []).append(_caused(usual, split(trained, changed)))
    seconds = (time.process_time() - seconds) / len(sums["durations x1.3"]) / 3
    lines = []
    for name, part in (("durations x1.3", 2), ("distances x1.6", 1)):
        caused = np.array(sums[name])
        change, share = caused[:, 0].mean(), caused[:, part].sum() / caused[:, 0].sum()
        tells = abs(change) > 0.05
        every = f"{(caused[:, part] >= 0.9 * caused[:, 0]).sum()} of {len(caused)}"
        asked = ("at least 90%", met(share >= 0.9)) if tells else ("nothing changed", "")
        lines.append((name, f"{change:+.2f}", ("", "input", "relation")[part], f"{share:.1%}", every, *asked))
    kind = trained.settings.model.estimator.partition(":")[2]
    head = ("fault", "change it causes (minutes)", "part", "of the month's change", "days of 90%", "asked", "")
    table(f"February 2022, {kind} of January ({seconds:.2f} s of a core a split)", head, lines)


def _of_trees():
    settings = settings_of("2022-01").model_copy(update={"model": _TREES})
    reference = training.reference(settings)
    trained, _ = training.train(settings, reference)
    return paired(trained, reference, batches.read(settings, between("2022-02-01", "2022-02-28")))


def _faulty(trained, frame):
    far = frame.assign(trip_distance=1.6 * frame["trip_distance"])
    return {
        "durations x1.3": frame.assign(duration_min=1.3 * frame["duration_min"]),
        "distances x1.6": model.with_prediction(trained.settings, trained.estimator, far),
    }


def _caused(usual: Split, found: Split) -> tuple[float, float, float]:
    parts = [getattr(found, name).value - getattr(usual, name).value for name in ("input", "relation")]
    return found.total - usual.total, *parts


def main() -> None:
    """Print the tables; the exit status is 1 if anything asked is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--days", type=int, help="of the month; all if not given")
    parser.add_argument("--only", nargs="+", choices=("known", "month"), default=["known", "month"])
    given = parser.parse_args()
    if "known" in given.only:
        known(given.cases)
    if "month" in given.only:
        month(given.days, trees=True)
        month(given.days, trees=False)
    print(f"asked: {len(outcomes)}, met: {sum(outcomes)}, missed: {len(outcomes) - sum(outcomes)}")
    sys.exit(0 if all(outcomes) else 1)


if __name__ == "__main__":
    main()
