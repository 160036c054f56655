"""One day of any number of rows, by driftbook or by Evidently on pandas alone: prints seconds and memory as JSON.

    python bench/speed_rows.py make MONTH_FILE ROWS | ours | evidently

The months lie in DRIFTBOOK_DATA_DIR, the day is the first of February 2022, the model is trained already.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAY, MONTH = "2022-02-01", "green_tripdata_2022-02.parquet"
#: Rows that are drawn at a time.
CHUNK = 1_000_000


def make(month: Path, rows: int) -> None:
    """Write a month of one day: real rows of it, drawn with replacement, seeded."""
    import pyarrow.compute as pc

    table = pq.read_table(month)
    own = table.filter(pc.equal(pc.strftime(table["lpep_pickup_datetime"], "%Y-%m-%d"), DAY))
    rng = np.random.default_rng(rows)
    with pq.ParquetWriter(Path(os.environ["DRIFTBOOK_DATA_DIR"]) / MONTH, own.schema) as writer:
        for start in range(0, rows, CHUNK):
            writer.write_table(own.take(pa.array(rng.integers(len(own), size=min(CHUNK, rows - start)))))


def ours() -> dict[str, float]:
    """Monitor the day: read, predicted, counted, judged, with every measure."""
    from driftbook import config, model, monitoring

    trained = model.load(config.load("green_taxi"))
    _ = trained.calibration.fixed
    return measured(lambda: monitoring.monitor(trained, DAY))


def evidently() -> dict[str, float]:
    """Report the day with Evidently: read, predicted, drift of each column, missing values."""
    import pandas as pd
    from driftbook import config, model
    from evidently import DataDefinition, Dataset, Report
    from evidently.metrics import DatasetMissingValueCount, DriftedColumnsCount, ValueDrift

    settings = config.load("green_taxi")
    trained = model.load(settings)
    numeric, labels = [*settings.features.numeric, "prediction"], [*settings.features.categorical]
    definition = DataDefinition(numerical_columns=numeric, categorical_columns=labels)
    used = [*settings.features.all, "prediction"]
    drifts = [ValueDrift(column="prediction"), DriftedColumnsCount(columns=used)]

    def run() -> None:
        day = pd.read_parquet(Path(os.environ["DRIFTBOOK_DATA_DIR"]) / MONTH, columns=settings.features.all)
        day["prediction"] = trained.estimator.predict(day[settings.features.all].fillna(0).to_numpy())
        sides = [Dataset.from_pandas(side[used], data_definition=definition) for side in (day, trained.validation)]
        Report([*drifts, DatasetMissingValueCount()]).run(*sides).dict()

    return measured(run)


def measured(work) -> dict[str, float]:
    """Return seconds of wall and CPU, and the megabytes before and at the peak."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before, cpu, start = _status("VmRSS"), time.process_time(), time.perf_counter()
    work()
    return {
        "wall": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
        "before": before,
        "peak": _status("VmHWM"),
    }


def _status(key: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:")) / 1024


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        print(json.dumps({"ours": ours, "evidently": evidently}[sys.argv[1]]()))
