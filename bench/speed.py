"""What a month, a cold day, many rows and many days cost, beside what a user would do instead: `python bench/speed.py`.

Ratios of commands that take turns, repeated, so that other work on the machine hits both sides; also as JSON. The
months 2022-01 and 2022-02 lie in `DRIFTBOOK_DATA_DIR`; everything written goes to a temporary folder.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml
from alarms_work import met, outcomes, table
from driftbook import paths
from driftbook.store.embedded import server
from speed_runs import cost, machine, paired, papermill, ratios, spread, stock

BENCH = Path(__file__).parent
MONTHS = ("2022-01", "2022-02")
FEBRUARY = {"params": "green_taxi", "start": "2022-02-01", "end": "2022-02-28", "days": "all"}
SIZES = (2_500, 100_000, 1_000_000, 10_000_000)


class Bench:
    """The parts of the bench, by name; `found` gathers what the JSON file holds."""

    def __init__(self, options: argparse.Namespace, folder: Path, database: str):
        self.options, self.folder, self.found = options, folder, {}
        places = {name: str(folder / name) for name in ("archive", "models")}
        self.months = paths.data_dir()
        self.environment = {
            "DATABASE_URL": database,
            "DRIFTBOOK_DATA_DIR": str(self.months),
            "DRIFTBOOK_ARCHIVE_DIR": places["archive"],
            "DRIFTBOOK_MODELS_DIR": places["models"],
        }
        papermill(self.environment, "train", params="green_taxi")
        papermill(self.environment, "monitor", params="green_taxi", day="2022-02-01")  # warms the file cache

    def month(self) -> None:
        """Monitor February, 28 days, from a cold start."""
        classic = [sys.executable, BENCH / "speed_classic.py", self.months]
        days = self.options.stock_days
        ours = lambda: papermill(self.environment, "backfill", **FEBRUARY)  # noqa: E731
        found = paired(self.options.rounds, ours, lambda: cost(self.environment, *classic))
        stocks = [self._stock(f"2022-02-{day:02}") for day in range(1, days + 1)]
        loop = {kind: 28 * statistics.mean(getattr(one, kind) for one in stocks) for kind in ("wall", "cpu")}
        self.found["month"] = {**found, "stock loop": loop, "stock days run": days}
        lines = []
        for kind in ("wall", "cpu"):
            ratio = statistics.median(ratios(found, kind))
            asked = ["at most 1.1", met(ratio <= 1.1)] if kind == "wall" else ["", ""]
            lines.append([f"classic script, {kind}", *_both(found, kind), spread(ratios(found, kind)), *asked])
            ratio = statistics.median(found[kind]) / loop[kind]
            asked = ["at most 0.029 (1/35)", met(ratio <= 1 / 35)] if kind == "wall" else ["", ""]
            stock_line = [spread(found[kind], 1), f"{loop[kind]:.0f}", f"{ratio:.3f}"]
            lines.append([f"stock loop of 28 ({days} run), {kind}", *stock_line, *asked])
        table("A month, 28 days with pages", ["beside", "driftbook s", "other s", "ratio", "asked", ""], lines)
        self._pages()

    def cold(self) -> None:
        """Monitor one day from a cold start."""
        day = {"params": "green_taxi", "day": "2022-02-08"}
        ours = lambda: papermill(self.environment, "monitor", **day)  # noqa: E731
        found = self.found["cold"] = paired(2 * self.options.rounds, ours, lambda: self._stock(day["day"]))
        lines = []
        for kind in ("wall", "cpu"):
            ratio = statistics.median(ratios(found, kind))
            asked = ["at most 0.35", met(ratio <= 0.35)] if kind == "wall" else ["", ""]
            lines.append([kind, *_both(found, kind), spread(ratios(found, kind)), *asked])
        table("One cold day with its page", ["", "driftbook s", "stock s", "ratio", "asked", ""], lines)

    def rows(self) -> None:
        """Monitor a day of more and more rows."""
        lines, self.found["rows"] = [], {}
        for rows in [size for size in SIZES if size <= self.options.most_rows]:
            found = self.found["rows"][rows] = self._sized(rows)
            ours, other = (found[name] for name in ("ours", "evidently"))
            ratio = other["cpu"] / ours["cpu"]
            asked = ["", ""]
            if rows == 1_000_000:
                asked = ["10 times faster", met(ratio >= 10)]
            elif rows == 10_000_000:
                asked = ["under 1,000 MB", met(ours["peak"] < 1000)]
            costs = [f"{one[kind]:.{digits}f}" for one in (ours, other) for kind, digits in (("cpu", 2), ("peak", 0))]
            lines.append([f"{rows:,}", *costs, f"{ratio:.1f}", *asked])
        header = ["rows a day", "driftbook CPU s", "peak MB", "Evidently CPU s", "peak MB", "times", "asked", ""]
        table("Rows: a day monitored, beside Evidently's report alone on pandas", header, lines)

    def days(self) -> None:
        """Monitor 28, 334 and 365 days."""
        lines, self.found["days"] = [], {}
        year = self._simulated_year()
        periods = (
            (year, "2022-02-01", "2022-02-28", 28),
            ("flights", "2013-02-01", "2013-12-31", 334),
            (year, "2022-02-01", "2023-01-31", 365),
        )
        for params, start, end, days in (one for one in periods if one[-1] <= self.options.most_days):
            papermill(self.environment, "train", params=params)
            used = papermill(self.environment, "backfill", params=params, start=start, end=end, days="all")
            self.found["days"][f"{days} of {Path(params).stem}"] = vars(used)
            asked = ["at most 120 s", met(used.wall <= 120)] if days > 300 else ["", ""]
            costs = [f"{used.wall:.0f}", f"{used.cpu:.0f}", f"{used.cpu / days:.2f}", f"{used.peak:.0f}"]
            lines.append([f"{days}, {Path(params).stem}", *costs, *asked])
        table("Days", ["days", "wall s", "CPU s", "CPU s a day", "peak MB of a process", "asked", ""], lines)
        if self.options.most_days >= 365:
            self._more_days()

    def _more_days(self) -> None:
        """Show what each day beyond a month costs, and what a year needs of memory beyond a month."""
        month, year = (self.found["days"][f"{days} of simulated_year"] for days in (28, 365))
        wall, peak = (year["wall"] - month["wall"]) / (365 - 28), year["peak"] / month["peak"]
        lines = [
            ["wall s of each day more", f"{wall:.2f}", "at most 0.3", met(wall <= 0.3)],
            ["peak memory of a process, of a month's", f"{peak:.2f}", "at most 1.1", met(peak <= 1.1)],
        ]
        table("A year beside its first month", ["", "", "asked", ""], lines)

    def _pages(self) -> None:
        home = self.folder / "archive" / "green_taxi" / "monitor"
        newest = {path.parent.parent: path for path in sorted(home.glob("*/*/monitor.html"))}
        sizes = [path.stat().st_size for path in newest.values()]
        together = sum(f.stat().st_size for path in newest.values() for f in path.parent.iterdir())
        self.found["pages"] = {"bytes": sizes, "month": together}
        largest = max(sizes) / 1000
        lines = [
            ["a monitor page, kB", spread([size / 1000 for size in sizes], 0), "at most 150", met(largest <= 150)],
            ["28 runs, pages and notebooks, MB", f"{together / 1e6:.1f}", "at most 8", met(together <= 8e6)],
        ]
        table("Bytes", ["", "", "asked", ""], lines)

    def _sized(self, rows: int) -> dict[str, dict[str, float]]:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            script = [sys.executable, BENCH / "speed_rows.py"]
            environment = {**self.environment, "DRIFTBOOK_DATA_DIR": folder}
            cost(environment, *script, "make", self.months / f"green_tripdata_{MONTHS[1]}.parquet", str(rows))
            return {name: _said(environment, *script, name) for name in ("ours", "evidently")}

    def _simulated_year(self) -> str:
        params = yaml.safe_load((paths.params_dir() / "demo.yaml").read_text(encoding="utf-8"))
        params["params"]["name"] = "simulated_year"
        params["params"]["source"]["end"] = "2023-01-31"
        (self.folder / "simulated_year.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
        return str(self.folder / "simulated_year.yaml")

    def _stock(self, day: str):
        return stock(self.environment, self.folder, params="green_taxi", day=day, store=True)


def _both(found: Mapping[str, list[float]], kind: str) -> list[str]:
    return [spread(found[kind], 1), spread(found[f"other {kind}"], 1)]


def _said(environment: Mapping[str, str], *command: str | Path) -> dict[str, float]:
    done = subprocess.run(
        [*map(str, command)], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


PARTS = ("month", "cold", "rows", "days")


def main() -> int:
    """Run the parts asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="only these parts")
    parser.add_argument("--rounds", type=int, default=3, help="how often both sides of a ratio run")
    parser.add_argument("--stock-days", type=int, default=3, help="days of the stock loop that run; 28 are counted")
    parser.add_argument("--most-rows", type=int, default=SIZES[-1], help="rows of the largest day")
    parser.add_argument("--most-days", type=int, default=365, help="days of the longest backfill")
    parser.add_argument("--json", type=Path, help="write what was found to this file, too")
    options = parser.parse_args()
    lacking = [
        name for month in MONTHS if not (paths.data_dir() / (name := f"green_tripdata_{month}.parquet")).exists()
    ]
    if lacking:
        print(f"DRIFTBOOK_DATA_DIR lacks {', '.join(lacking)}: put the published months there", file=sys.stderr)
        return 2
    described = machine()
    print(", ".join(f"{name} {value}" for name, value in described.items()))
    with tempfile.TemporaryDirectory(prefix="driftbook-bench-") as name:
        folder = Path(name)
        try:
            bench = Bench(options, folder, server.start(folder / "postgres"))
            for part in options.only:
                getattr(bench, part)()
        finally:
            server.stop(folder / "postgres")
    if options.json:
        found = {"machine": described, "load at the end": os.getloadavg(), **bench.found}
        options.json.write_text(json.dumps(found, indent=2), encoding="utf-8")
    print(f"asked: {len(outcomes)}, met: {sum(outcomes)}, missed: {len(outcomes) - sum(outcomes)}")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
