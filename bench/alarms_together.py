"""Faults that no column shows alone, on every day of every month that is there, and what looking for them costs."""

import time

import numpy as np
from alarms_days import Pair
from alarms_faults import RELATIONS, faulty
from alarms_work import in_processes, met, table
from driftbook import relations
from driftbook.alarms.measurement import TOGETHER

#: On which share of days each of the faults must be caught by the columns together alone; None where nothing is asked.
_ASKED = (0.8, None, None, 0.8, None, None)
#: How many seconds a day may take more in a warm process.
_SECONDS = 0.5


def show(pairs: list[Pair]) -> None:
    """Print on how many days each fault is found by the columns together alone, by anything, and by all else."""
    for pair in pairs:
        _ = pair.counts, pair.trained.calibration.fixed  # before the fork
    tasks = [
        (at, day, number) for number in range(-1, len(RELATIONS)) for at, pair in enumerate(pairs) for day in pair.days
    ]
    found = dict(zip(tasks, in_processes(_judged, pairs, tasks), strict=True))
    lines = []
    for number in range(-1, len(RELATIONS)):
        name, asked = (RELATIONS[number].name, _ASKED[number]) if number >= 0 else ("nothing", None)
        by_pair = [[found[at, day, number] for day in pair.days] for at, pair in enumerate(pairs)]
        alone, either, rest = np.array([one for days in by_pair for one in days]).T
        cells = [f"{100 * np.mean([one[0] for one in days]):.0f}" for days in by_pair]
        wanted = ("--", "") if asked is None else (f"{asked:.0%}", met(alone.mean() >= asked))
        lines.append(
            [name, *cells, f"{alone.sum()} of {len(alone)} ({alone.mean():.0%})", either.sum(), rest.sum(), *wanted]
        )
    header = [
        "fault",
        *(f"% {pair.name}" for pair in pairs),
        "columns together",
        "any alarm",
        "without it",
        "asked",
        "",
    ]
    table("What no column shows alone, budget 1: days of alarm", header, lines)


def show_cost(pair: Pair, repeats: int) -> None:
    """Print the seconds that a day's relations take in a warm process, for its own rows and for 2,500."""
    batch = max(pair.days.values(), key=lambda day: len(day.frame))
    many = batch.take(np.arange(2500) % len(batch.frame))
    settings, learnt = pair.trained.settings, pair.trained.calibration.grid.relations
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        relations.sums(settings, learnt, many)
        times.append(time.perf_counter() - start)
    middle = float(np.median(times))
    lines = [[len(many.frame), len(learnt.found), f"{middle:.3f}", f"at most {_SECONDS}", met(middle <= _SECONDS)]]
    table("Seconds that looking at columns together adds to a day", ["rows", "columns", "median", "asked", ""], lines)


def _judged(pairs: list[Pair], at: int, day, number: int) -> tuple[bool, bool, bool]:
    """Return whether a day alarms by its columns together, by anything, and if they are not looked at."""
    pair = pairs[at]
    batch = pair.days[day]
    verdict = pair.judge(faulty(pair.trained, batch, RELATIONS[number]) if number >= 0 else batch)
    others = [name for name, found in verdict.verdicts.items() if found == "alarm" and name != TOGETHER]
    by_check = any(one.verdict == "alarm" for one in verdict.measures if one.metric != "severity")
    return verdict.verdicts.get(TOGETHER) == "alarm", verdict.judgement.verdict == "alarm", bool(others) or by_check
