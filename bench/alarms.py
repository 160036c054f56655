"""Show what the alarms promise, on real months: `python bench/alarms.py`.

Every line states what was asked beside what was found; the exit status is 1 if anything asked is missed. The months lie
in `DRIFTBOOK_DATA_DIR`; nothing is downloaded, nothing is written outside of temporary folders, every seed is fixed.
"""

import argparse
import os
import platform
import sys
import time
from functools import cached_property
from importlib.metadata import version
from itertools import pairwise

import alarms_budget
import alarms_calendar
import alarms_cost
import alarms_days
import alarms_months
import alarms_order
import alarms_resample
import alarms_rivals
import alarms_together
import alarms_wide
import alarms_work
import pyarrow as pa
from alarms_days import Pair
from alarms_months import Day
from driftbook import paths
from threadpoolctl import threadpool_limits


class Bench:
    """The parts of the bench, by name; what several of them need is computed once."""

    def __init__(self, arguments: argparse.Namespace):
        self.arguments = arguments

    @cached_property
    def pairs(self) -> list[Pair]:
        """The pairs of months following each other, the later cut to the number of days asked for."""
        months = self.arguments.months
        found = [alarms_days.pair(first, then) for first, then in pairwise(months)]
        return [alarms_days.cut(pair, self.arguments.days) for pair in found]

    @cached_property
    def wide_pairs(self) -> list[Pair]:
        """The same with fifty columns."""
        return [alarms_days.cut(pair, self.arguments.days) for pair in alarms_wide.pairs(self.arguments.months)]

    @cached_property
    def judged(self) -> dict[str, list[Day]]:
        """Each day's verdict, clean and with each fault."""
        return alarms_months.judged_days(self.pairs)

    def budget(self) -> None:
        """Shuffle days between reference and monitored days: as they are, and as pure sampling noise."""
        pool = alarms_resample.pool(self.pairs)
        for title, variant in (
            ("Budget: days as they are", alarms_resample.as_they_are),
            ("Budget: every column pure sampling noise, no day effect", alarms_resample.pure_noise),
        ):
            alarms_budget.show(title, pool, variant, self.arguments.splits, (0.6, 1.5), pages=True)

    def size(self) -> None:
        """Do the same with a tenth of the rows, and with ten times as many."""
        pool = alarms_resample.pool(self.pairs)
        for title, variant, bounds in (
            ("Size: a tenth of every day's rows", alarms_resample.thinned, (0.5, 1.2)),
            ("Size: every day bootstrapped to ten times its rows", alarms_resample.ten_times, (0.75, 1.25)),
        ):
            alarms_budget.show(title, pool, variant, self.arguments.splits, bounds)

    def wide(self) -> None:
        """Do the same with fifty columns, and plant the faults there."""
        pool = alarms_resample.pool(self.wide_pairs)
        title = f"Size: {alarms_wide.COLUMNS} watched columns"
        alarms_budget.show(title, pool, alarms_resample.as_they_are, self.arguments.splits, (0.75, 1.45))
        judged = alarms_months.judged_days(self.wide_pairs)
        alarms_months.show_faults(f"Faults on each day, {alarms_wide.COLUMNS} watched columns", judged)

    def months(self) -> None:
        """Judge undisturbed months."""
        alarms_months.show_undisturbed(self.pairs)

    def calendar(self) -> None:
        """Judge every month that is there after the one before it, and the flights of 2013, in order."""
        pairs = [alarms_days.cut(pair, self.arguments.days) for pair in alarms_calendar.taxi_pairs()]
        alarms_calendar.show("Calendar: green taxis, budget 1", pairs)
        alarms_calendar.show_slow(pairs)
        alarms_calendar.show("Calendar: flights of 2013, budget 1", alarms_calendar.flight_pairs())

    def faults(self) -> None:
        """Plant each fault into each single day."""
        alarms_months.show_faults("Faults on each day, budget 1", self.judged)

    def together(self) -> None:
        """Plant what no column shows alone into each day of each month that is there."""
        pairs = [alarms_days.cut(pair, self.arguments.days) for pair in alarms_calendar.taxi_pairs()]
        alarms_together.show(pairs)
        alarms_together.show_cost(pairs[0], self.arguments.repeats)

    def repeated(self) -> None:
        """Let each fault last."""
        alarms_months.show_repeated(self.pairs)

    def order(self) -> None:
        """Compute a month in several orders, also through a database."""
        alarms_order.show(self.pairs[0])

    def rivals(self) -> None:
        """Let other tools judge the same days."""
        pairs, python = self.pairs, self.arguments.nannyml_python
        found = [alarms_rivals.ours(self.judged, alarms_cost.seconds_a_day(pairs[0])), alarms_rivals.evidently(pairs)]
        found += alarms_rivals.nannyml(pairs, python) if python else []
        alarms_rivals.show(found, "" if python else "NannyML: not run: give --nannyml-python")

    def cost(self) -> None:
        """Time a day."""
        alarms_cost.show(self.pairs, self.arguments.repeats)


PARTS = ("budget", "months", "calendar", "faults", "together", "repeated", "size", "wide", "order", "rivals", "cost")


def main() -> int:
    """Run the parts asked for; return the exit status."""
    arguments = _arguments()
    files = [f"green_tripdata_{month}.parquet" for month in arguments.months]
    lacking = [name for name in files if not (paths.data_dir() / name).is_file()]
    if lacking:
        print(f"DRIFTBOOK_DATA_DIR lacks {', '.join(lacking)}: put the published months there", file=sys.stderr)
        return 2
    pa.set_cpu_count(1)  # one core a process: times are comparable, and forking is safe
    bench = Bench(arguments)
    named = ", ".join(f"{name} {version(name)}" for name in ("driftbook", "numpy", "pandas", "evidently", "holidays"))
    print(
        f"months {' '.join(arguments.months)}, {arguments.splits} splits; Python {platform.python_version()}, {named}"
    )
    start = time.monotonic()
    with threadpool_limits(1):
        for part in arguments.only or PARTS:
            getattr(bench, part)()
    outcomes = alarms_work.outcomes
    print(f"asked: {len(outcomes)}, met: {sum(outcomes)}, missed: {len(outcomes) - sum(outcomes)}", end="")
    busy = sum(os.times()[:4])  # this process and its children
    print(f"; {time.monotonic() - start:.0f} s on {os.cpu_count()} cores, {busy:.0f} s of computing")
    return 0 if all(outcomes) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--months", nargs="+", default=["2022-01", "2022-02", "2022-03"], metavar="YYYY-MM")
    parser.add_argument("--splits", type=int, default=100, help="shuffled splits of each rate")
    parser.add_argument("--days", type=int, help="only so many days of each monitored month")
    parser.add_argument("--repeats", type=int, default=31, help="how often a day is timed")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="only these parts")
    parser.add_argument("--nannyml-python", help="a Python that has nannyml, for its lines in the comparison")
    arguments = parser.parse_args()
    if len(arguments.months) < 2:
        parser.error("--months needs a reference month and a later one, in order")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
