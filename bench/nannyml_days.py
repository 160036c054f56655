"""Print NannyML's alarms of days as JSON. Runs in an environment of its own, without driftbook; called by `alarms.py`.

Everything is NannyML's default (thresholds mean +- 3 standard deviations of the reference's chunks), a chunk per day.
The folder given holds `columns.json`, `reference.parquet` and one parquet file per variant of the days.
"""

import json
import sys
import time
from pathlib import Path

import nannyml
import pandas as pd


def alarms_of(result) -> dict[str, list[str]]:
    """Return the names that alarm on each day."""
    table = result.filter(period="analysis").to_df()
    days = table[("chunk", "key")] if table.columns.nlevels == 2 else table[("chunk", "chunk", "key")]
    flags = [name for name in table.columns if name[-1] == "alert"]
    return {
        str(day): sorted({str(name[0]) for name in flags if bool(table[name].iloc[line])})
        for line, day in enumerate(days)
    }


def calculators(columns: dict) -> dict:
    """Return the calculators: the distributions, and beside them missing values and the number of rows."""
    chunks = {"timestamp_column_name": columns["time"], "chunk_period": "D"}
    names = columns["numeric"] + columns["categorical"]
    return {
        "drift": [
            nannyml.UnivariateDriftCalculator(column_names=names, treat_as_categorical=columns["categorical"], **chunks)
        ],
        "quality": [
            nannyml.MissingValuesCalculator(column_names=names, **chunks),
            nannyml.SummaryStatsRowCountCalculator(**chunks),
        ],
    }


def main(folder: Path) -> None:
    """Print alarms by kind of calculator, variant and day, and the seconds of one core for each variant and kind."""
    columns = json.loads((folder / "columns.json").read_text())
    reference = pd.read_parquet(folder / "reference.parquet")
    fitted = {kind: [one.fit(reference) for one in found] for kind, found in calculators(columns).items()}
    alarms: dict = {kind: {} for kind in fitted}
    seconds: dict = {kind: {} for kind in fitted}
    for file in sorted(folder.glob("variant-*.parquet")):
        days = pd.read_parquet(file)
        for kind, found in fitted.items():
            start = time.process_time()
            merged: dict[str, list[str]] = {}
            for one in found:
                for day, names in alarms_of(one.calculate(days)).items():
                    merged.setdefault(day, []).extend(names)
            seconds[kind][file.stem] = time.process_time() - start
            alarms[kind][file.stem] = merged
    print(json.dumps({"version": nannyml.__version__, "alarms": alarms, "seconds": seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
