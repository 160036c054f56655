"""Print NannyML's estimate of each day as JSON. Runs in an environment of its own; called by `estimates.py`.

Direct loss estimation of the mean absolute error, or confidence-based estimation of the accuracy, by default; a chunk
per day. The folder given holds `columns.json`, `reference.parquet` and `days.parquet`.
"""

import json
import sys
from pathlib import Path

import nannyml
import pandas as pd


def estimator(columns: dict):
    """Return the estimator of the task."""
    common = {
        "y_true": columns["target"],
        "y_pred": "predicted" if columns["task"] == "binary" else columns["prediction"],
        "timestamp_column_name": columns["time"],
        "chunk_period": "D",
    }
    if columns["task"] == "binary":
        known = {"y_pred_proba": columns["prediction"], "problem_type": "classification_binary"}
        return nannyml.CBPE(metrics=["accuracy"], **known, **common)
    names = columns["numeric"] + columns["categorical"]
    return nannyml.DLE(feature_column_names=names, metrics=["mae"], tune_hyperparameters=False, **common)


def main(folder: Path) -> None:
    """Print the estimate of each day: of the mean absolute error, or of the share of wrong predictions."""
    columns = json.loads((folder / "columns.json").read_text())
    reference, days = (pd.read_parquet(folder / f"{name}.parquet") for name in ("reference", "days"))
    if columns["task"] == "binary":
        for frame in (reference, days):
            frame["predicted"] = (frame[columns["prediction"]] >= columns["cut"]).astype(int)
    else:  # codes, since its encoder takes no text of pandas 3
        for name in columns["categorical"]:
            codes, _ = pd.factorize(pd.concat([reference[name], days[name]]))
            reference[name], days[name] = codes[: len(reference)], codes[len(reference) :]
    table = estimator(columns).fit(reference).estimate(days).filter(period="analysis").to_df()
    name = "accuracy" if columns["task"] == "binary" else "mae"
    keys, found = table[("chunk", "key")].astype(str), table[(name, "value")]
    print(json.dumps({key: 1 - value if name == "accuracy" else value for key, value in zip(keys, found, strict=True)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
