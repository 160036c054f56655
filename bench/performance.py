"""Show what the intervals and the worst segments promise: `python bench/performance.py`.

Every line states what was asked beside what was found; the exit status is 1 if anything asked is missed. Taxis need
`green_tripdata_2022-01..03` in `DRIFTBOOK_DATA_DIR`, flights come with a package; every seed is fixed, nothing is
written.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import performance_oracle
from alarms_work import in_processes, met, outcomes, table
from driftbook import batches, config, model, monitoring, periods, training
from driftbook.batches import Batch
from driftbook.diagnosis import conditions, worst
from driftbook.diagnosis.scoring import Candidates
from driftbook.measures.performance import losses, performance, scored
from driftbook.measures.segments import aligned
from driftbook.model import TrainedModel
from driftbook.profiles import calendars
from threadpoolctl import threadpool_limits

MODELS = {"green_taxi": ("2022-02-01", "2022-03-31"), "flights": ("2013-02-01", "2013-04-30")}
#: So many days together have about 2,500 rows, in which a search finds 2 %.
TOGETHER = {"green_taxi": 1, "flights": 3}
TENTHS, RUNS, PLANTED = 10, 100, (0.018, 0.022)


@dataclass(frozen=True)
class Days:
    """A trained model and days after its reference, each with its prediction; `large` ones have 2,500 rows or so."""

    trained: TrainedModel
    days: list[Batch]
    large: list[Batch]


def load(name: str, only: int) -> Days:
    """Return a model and its days that are not special and have enough rows, `only` so many where that is not 0."""
    settings = config.load(name)
    trained, _ = training.train(settings, training.reference(settings))
    batch = model.predicted(trained, batches.read(settings, periods.between(*MODELS[name])))
    dates = batch.frame[settings.time_column].dt.date
    days = [
        np.flatnonzero(dates == day)
        for day, rows in dates.value_counts().sort_index().items()
        if rows >= settings.references.min_rows_per_day and not calendars.is_special(settings.calendar, day)
    ][: only or None]
    together = TOGETHER[name]
    large = [np.concatenate(days[at : at + together]) for at in range(0, len(days) - together + 1, together)]
    return Days(trained, [batch.take(rows) for rows in days], [batch.take(rows) for rows in large])


def coverage(loaded: dict[str, Days]) -> None:
    """Print how often the interval from a tenth of a day's rows holds the metric of all of its rows."""
    lines = []
    for name, found in loaded.items():
        held = defaultdict(list)
        for number, day in enumerate(found.days):
            rows = scored(found.trained.settings, day.frame)
            truth = {one.metric: one.value for one in performance(found.trained.settings, day.frame)}
            tenths = np.array_split(np.random.default_rng(number).permutation(len(rows)), TENTHS)
            for tenth in tenths:
                for one in performance(found.trained.settings, day.frame.loc[rows.index[tenth]]):
                    if one.low is not None:
                        held[one.metric].append(one.low <= truth[one.metric] <= one.high)
        for metric, hits in held.items():
            share = np.mean(hits)
            is_error = metric == next(iter(held))
            asked = "85 to 95 %" if is_error else ""
            verdict = met(0.85 <= share <= 0.95) if is_error else ""
            lines.append([name, metric, len(found.days), len(hits), f"{share:.1%}", asked, verdict])
    header = ["model", "metric", "days", "tenths", "hold the day's", "asked", ""]
    table("90 % intervals from a tenth of a day's rows, and the metric of all of them", header, lines)


def planted(loaded: dict[str, Days], runs: int) -> None:
    """Print how often a planted segment is the worst one, and how often there is one where there can be none."""
    for name, found in loaded.items():
        lines = []
        for of, drawn in (("rows of the reference", True), ("later days", False)):
            first = in_processes(_planted, found, [(run, drawn) for run in range(runs)])
            tried, exact, same, sure = (sum(each) for each in zip(*first, strict=True))
            asked = ["95 %", met(same >= 0.95 * tried > 0)] if drawn else ["", ""]
            lines.append([f"2 % of {of}, doubled error", tried, exact, same, sure, *asked])
        for title, with_reference in (("with a reference", True), ("without one", False)):
            chance = sum(in_processes(_permuted, found, [(run, with_reference) for run in range(2 * runs)]))
            bound = met(chance <= 0.05 * 2 * runs)
            lines.append([f"losses permuted, {title}", 2 * runs, "", "", chance, "at most 5 %", bound])
        usual = in_processes(_usual, found, [(run, True) for run in range(2 * runs)])
        lines.append(["rows of the reference as they are", len(usual), "", "", sum(usual), "", ""])
        usual = in_processes(_usual, found, [(day, False) for day in range(len(found.large))])
        lines.append(["later days as they are", len(usual), "", "", sum(usual), "", ""])
        header = ["what", "runs", "first, by name", "first, by its rows", "significant", "asked", ""]
        table(f"Worst segments, {name}", header, lines)


def cost(loaded: dict[str, Days]) -> None:
    """Print what a day of 2,500 rows costs more, on one core."""
    found = loaded["green_taxi"]
    trained = found.trained
    day = found.days[0].take(np.random.default_rng(0).integers(0, len(found.days[0].frame), 2500))
    judgement = monitoring.report(trained, day, ()).verdict.judgement
    parts: dict[str, Callable[[], object]] = {
        "metrics with intervals": lambda: performance(trained.settings, day.frame),
        "segments and groups": lambda: monitoring._by_segment(trained, day, judgement),
        "worst segments": lambda: worst.worst_segments(trained, day),
    }
    seconds = {name: _median(run) for name, run in parts.items()}
    lines = [[name, f"{1000 * taken:.0f}", "", ""] for name, taken in seconds.items()]
    together = sum(seconds.values())
    lines.append(["together", f"{1000 * together:.0f}", "at most 200", met(together <= 0.2)])
    table("Cost of a day of 2,500 rows, median of 15, ms of CPU, one core", ["part", "ms", "asked", ""], lines)


def oracle(found: Days, runs: int) -> None:
    """Print how often an oracle ranks a planted segment of a table of two classes first, and how often the search does.

    Of labels that are flipped so that its expected log loss doubles, in days of more and more rows.
    """
    settings, reference = found.trained.settings, found.trained.validation
    given, _, usual = _of_day(found, 0)
    is_known = ~np.isnan(aligned(losses(settings, reference), reference))
    predicted, label = (
        reference[name].to_numpy(float)[is_known] for name in (settings.prediction, settings.target.name)
    )
    rows = performance_oracle.Rows.of(given, predicted, label, usual)
    lines = []
    for size in (2_500, 5_000, 10_000):
        all_runs = in_processes(performance_oracle.run, rows, [(run, size, PLANTED) for run in range(runs)])
        known = [one for one in all_runs if one]
        lines.append([f"{size:,}", len(known), *(sum(each) for each in zip(*known, strict=True))])
    header = ["rows", "runs", "segment known: p at most 5 %", "oracle: first", "search: first"]
    table("Flights, 2 % of the rows, labels flipped until the expected log loss doubles", header, lines)


def _planted(found: Days, run: int, drawn: bool) -> tuple[bool, bool, bool, bool]:
    """Return whether a segment could be planted, and whether it is first by name, and by its rows, and no chance."""
    rng = np.random.default_rng(run)
    given, loss, usual = _drawn(found, rng) if drawn else _of_day(found, int(rng.integers(len(found.large))))
    candidates = Candidates.of(given, worst.LEAST_ROWS)
    sizes = np.array([candidates.rows(given.day, at).mean() for at in range(len(candidates.one))])
    fitting = np.flatnonzero((sizes >= PLANTED[0]) & (sizes <= PLANTED[1]))
    if not len(fitting):
        return False, False, False, False
    chosen = int(rng.choice(fitting))
    inside = candidates.rows(given.day, chosen)
    table = worst.search(given, np.where(inside, 2 * loss, loss), usual)
    if table.empty:
        return True, False, False, False
    names = [*given.names]
    named = np.logical_and.reduce([given.day[:, names.index(one)] for one in table.index[0].split(" and ")])
    overlap = (named & inside).sum() / (named | inside).sum()
    return True, table.index[0] == candidates.name(given, chosen), overlap >= 0.8, _is_found(table)


def _permuted(found: Days, run: int, with_reference: bool) -> bool:
    """Return whether a segment is found where how wrong a row is has nothing to do with its columns."""
    rng = np.random.default_rng(run)
    given, loss, usual = _of_day(found, int(rng.integers(len(found.large))))
    usual = rng.permutation(usual)
    if not with_reference:
        given, usual = replace(given, reference=given.reference[:0]), usual[:0]
    return _is_found(worst.search(given, rng.permutation(loss), usual))


def _usual(found: Days, run: int, drawn: bool) -> bool:
    given = _drawn(found, np.random.default_rng(run)) if drawn else _of_day(found, run)
    return _is_found(worst.search(*given))


def _is_found(table: pd.DataFrame) -> bool:
    return bool(len(table)) and table["p"].iloc[0] <= worst.LEVEL


def _of_day(found: Days, day: int) -> tuple[conditions.Conditions, np.ndarray, np.ndarray]:
    settings, batch, reference = found.trained.settings, found.large[day], found.trained.validation
    holds = conditions.conditions(found.trained, batch)
    loss = aligned(losses(settings, batch.frame), batch.frame)
    usual = aligned(losses(settings, reference), reference)
    rows, others = np.flatnonzero(~np.isnan(loss)), np.flatnonzero(~np.isnan(usual))
    return replace(holds, day=holds.day[rows], reference=holds.reference[others]), loss[rows], usual[others]


def _drawn(found: Days, rng: np.random.Generator) -> tuple[conditions.Conditions, np.ndarray, np.ndarray]:
    """Return 2,500 rows of the validation reference as if they were a day, and the others as its reference."""
    given, _, usual = _of_day(found, 0)
    order = rng.permutation(len(usual))
    rows, others = np.sort(order[:2500]), np.sort(order[2500:])
    return replace(given, day=given.reference[rows], reference=given.reference[others]), usual[rows], usual[others]


def _median(run: Callable[[], object], repeats: int = 15) -> float:
    run()
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return float(np.median(taken))


def main() -> int:
    """Run the parts asked for and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parts = ["coverage", "worst", "oracle", "cost"]
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    parser.add_argument("--models", nargs="+", choices=[*MODELS], default=[*MODELS])
    parser.add_argument("--days", type=int, default=0, help="so many days of each model; 0 for all")
    parser.add_argument("--runs", type=int, default=RUNS)
    given = parser.parse_args()
    with threadpool_limits(1):
        loaded = {name: load(name, given.days) for name in given.models}
        if "coverage" in given.only:
            coverage(loaded)
        if "worst" in given.only:
            planted(loaded, given.runs)
        if "oracle" in given.only and "flights" in loaded:
            oracle(loaded["flights"], given.runs)
        if "cost" in given.only and "green_taxi" in loaded:
            cost(loaded)
    print(f"asked: {len(outcomes)}, met: {sum(outcomes)}, missed: {len(outcomes) - sum(outcomes)}")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
