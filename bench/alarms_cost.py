"""What a day costs: counted, scored against both references, judged, on one core."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from alarms_days import Pair, comparable, joined
from alarms_faults import rows_of
from alarms_work import met, table
from driftbook.alarms import judge, trailing
from driftbook.alarms.calibration import Calibration
from driftbook.batches import Batch
from driftbook.periods import one_day
from driftbook.profiles.profile import Profile

#: The rows of the day that is timed, and reference days to the milliseconds asked.
ROWS, ASKED = 2500, {28: 50.0, 56: 120.0}


def show(pairs: list[Pair], repeats: int) -> None:
    """Print the median milliseconds of a day's steps with 28 and 56 reference days."""
    days = comparable(pairs)
    counts = [pairs[0].count(day) for day in days]
    batch = _day(days)
    lines = [line for size in ASKED if size < len(days) for line in _lines(pairs[0], batch, counts, size, repeats)]
    watched = len(pairs[0].trained.settings.watched.all)
    title = f"Cost of a day of {ROWS} rows, {watched} columns: median of {repeats}, one core"
    table(title, ["reference days", "step", "ms", "asked", ""], lines)


def seconds_a_day(pair: Pair) -> float:
    """Return the seconds of one core that counting and judging a day takes, the mean over the pair's days."""
    _ = pair.counts, pair.trained.calibration.fixed
    start = time.process_time()
    for batch in pair.days.values():
        pair.judge(batch)
    return (time.process_time() - start) / len(pair.days)


def _lines(pair: Pair, batch: Batch, counts: list[Profile], size: int, repeats: int) -> list[list]:
    settings, calibrated = pair.trained.settings, pair.trained.calibration
    calibration = replace(calibrated, days=tuple(counts[:size]))
    before, day = counts[-size:], pair.count(batch)

    def judged(of: Calibration) -> None:
        judge.judge(of, settings.alarms, day, before)

    _ = calibration.fixed
    counted = _milliseconds(lambda: pair.count(batch), repeats)
    judging = _milliseconds(lambda: judged(calibration), repeats)
    choosing = _milliseconds(lambda: trailing.usable(calibration, settings.alarms, counts[-size:]), repeats)
    both = _milliseconds(lambda: judged(replace(calibration)), repeats)
    asked = f"under {ASKED[size]:.0f}"
    total = counted + judging
    return [
        [size, "histogram", f"{counted:.1f}", "", ""],
        [size, "scores and verdict, trailing reference fitted", f"{judging:.1f}", "", ""],
        [size, "together", f"{total:.1f}", asked, met(total < ASKED[size])],
        [size, "beside it: choosing the trailing days", f"{choosing:.1f}", "", ""],
        [size, "a process's first day: fixed reference fitted too", f"{counted + both:.1f}", "", ""],
    ]


def _day(days: list[Batch]) -> Batch:
    """Return a day of exactly so many rows, drawn from the last seven days."""
    rows = joined(days[-1].period, days[-7:])
    drawn = np.random.default_rng(0).choice(len(rows.frame), ROWS, replace=False)
    return replace(rows_of(rows, drawn), period=one_day(days[-1].period.start))


def _milliseconds(call: Callable[[], object], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return 1000 * float(np.median(taken))
