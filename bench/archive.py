"""What a run that ends pays for the archive's index, beside ten years of days of 20 models: `python -m bench.archive`.

Generates the records as `bench/dashboards.py` does, in an embedded server and an archive of their own in a temporary
folder. Every day of every model is also a folder with a page there, for the command that checks the archive.
"""

import argparse
import datetime as dt
import gc
import os
import statistics
import tempfile
import time
from pathlib import Path

import psycopg
from driftbook import store
from driftbook.runs import archive, listing, retention
from driftbook.store.embedded import server
from driftbook.store.migrations import migrate

from bench import dashboards


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=float, default=10)
    parser.add_argument("--models", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--measures", type=int, default=len(dashboards.MEASURES), help="kinds of measures a day")
    options = parser.parse_args()
    dashboards.MEASURES[options.measures :] = []
    with tempfile.TemporaryDirectory(prefix="driftbook-bench-") as folder:
        os.environ["DATABASE_URL"] = server.start(Path(folder) / "postgres", dashboards.SETTINGS)
        os.environ["DRIFTBOOK_ARCHIVE_DIR"] = str(Path(folder) / "archive")
        try:
            with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
                migrate(connection)
                dashboards.generate(connection, options.models, round(options.years * 365))
                connection.execute("vacuum analyze")
            measure(options.repeats)
        finally:
            server.stop(Path(folder) / "postgres")


def measure(repeats: int) -> None:
    """Print the table."""
    print(f"{len(store.runs()):,} runs\n\n| | seconds | |\n|---|---:|---|")
    anew = _seconds(lambda: listing.refresh(anew=True))
    pages = [path.stat().st_size for path in archive.location("").glob("*.html")]
    print(f"| index and years anew | {anew:.1f} | {len(pages)} pages, {sum(pages) / 1e6:.0f} MB |")
    last = dashboards.FIRST + dt.timedelta(1)
    seconds = []
    gc.freeze()  # as the engine does before a run
    for _ in range(repeats):
        run_id = store.open_run("debug", "model_01", last, str(last), {}, "papermill", "", "")
        store.close_run(run_id, "succeeded", page="p.html")
        seconds.append(_seconds(listing.refresh))
    size = archive.location("index.html").stat().st_size
    said = f"at most {max(seconds):.2f}; index {size / 1e6:.2f} MB; asked under 0.5"
    print(f"| index after a run | {statistics.median(seconds):.2f} | {said} |")
    print(f"| check, of pages that are all missing | {_seconds(retention.check):.1f} | |")


def _seconds(do) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
