"""What the error estimates are worth before labels come: their intervals, their record, and NannyML beside them.

Each month that is there estimates the days of the next one: green taxis of `DRIFTBOOK_DATA_DIR`, the flights of 2013.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from alarms_calendar import flight_pairs, taxi_pairs
from alarms_days import Pair
from alarms_work import met, outcomes, table
from driftbook import estimates, history
from driftbook.estimates import record
from driftbook.estimates.inputs import countable
from driftbook.estimates.spread import Spread
from driftbook.measures import performance
from driftbook.profiles.profile import Profile

#: What NannyML estimates: the same mean per-row loss of numbers; of classes it has no log loss, so the accuracy.
_COMPARED = {"regression": "mean_absolute_error", "binary": "error_rate"}


@dataclass(frozen=True)
class Estimated:
    """The days of a pair with their estimates, those with durations x1.3 after them, and seconds a day."""

    pair: Pair
    clean: list[Profile]
    slower: list[Profile]
    seconds: float


def estimated(pair: Pair) -> Estimated:
    """Return the later month's days as counts with their estimates, as `monitoring` notes them."""
    start = time.perf_counter()
    clean = [history.with_estimate(pair.trained, pair.counts[day], batch) for day, batch in pair.days.items()]
    seconds = (time.perf_counter() - start) / len(clean)
    return Estimated(pair, clean, [_slower(pair, day) for day in clean], seconds)


def show(title: str, found: list[Estimated]) -> None:
    """Print coverage, width and error of the estimates, how often undisturbed days are flagged, and when x1.3 is."""
    lines, inside, flags = [], [], []
    for one in found:
        spread = one.pair.trained.error_model.spread
        true = np.array([_true(day) for day in one.clean])
        value = np.array([spread.estimate(*day.estimated) for day in one.clean])
        low, high = np.array([spread.interval(*day.estimated) for day in one.clean]).T
        within = (low <= true) & (true <= high)
        flagged = [not record.of(spread, one.clean[: at + 1]).is_trusted for at in range(len(true))]
        numbers = (f"{np.mean(true):.3f}", f"{np.mean(abs(true - value)):.4f}", f"{np.mean(high - low):.3f}")
        line = [one.pair.name, spread.days, len(true), f"{within.mean():.2f}", *numbers]
        lines.append([*line, sum(flagged), f"{one.seconds:.3f}"])
        inside += [*within]
        flags += flagged
    header = ["months", "reference days", "days", "within", "true error", "mean |true - estimated|", "width"]
    table(f"{title}: the estimates", [*header, "days not to be trusted", "s a day"], lines)
    share = float(np.mean(inside))
    line = [len(inside), f"{share:.3f}", "0.85 to 0.95", met(0.85 <= share <= 0.95), f"{np.mean(flags):.3f}"]
    table(f"{title}: together", ["days", "within", "asked", "", "share of days not to be trusted"], [line])


def show_slower(found: list[Estimated]) -> None:
    """Print, for a change to durations x1.3 on each day of a month, on which faulty labelled day it is flagged."""
    lines = []
    for one in found:
        spread = one.pair.trained.error_model.spread
        after = [_flagged_after(spread, one.clean[:at], one.slower[at:]) for at in range(len(one.clean) - 2)]
        lines.append([one.pair.name, len(after), max(after), "3", met(max(after) <= 3)])
    header = ["months", "starts", "flagged on faulty day, at the latest", "asked: at most", ""]
    table("Durations x1.3 from one day on", header, lines)


def show_nannyml(title: str, found: list[Estimated], python: str) -> None:
    """Print the mean absolute error of both tools' estimates on the same days.

    NannyML asks for a reference that the model was not trained on; beside it stands what it makes of all labelled rows.
    """
    compared = [_compared(one.pair, python) for one in found]
    lines = [
        [one.pair.name, len(days), *(f"{mean:.4f}" for mean in days.mean())]
        for one, days in zip(found, compared, strict=True)
    ]
    metric = _COMPARED[found[0].pair.trained.settings.task]
    header = ["days", *compared[0].columns]
    table(f"{title}: mean |true - estimated| of the {metric}", ["months", *header], lines)
    together = pd.concat(compared).mean()
    line = [sum(map(len, compared)), *(f"{mean:.4f}" for mean in together)]
    line += ["at most theirs", met(together.idxmin() == "driftbook")]
    table(f"{title}: together", [*header, "asked", ""], [line])
    # Days of a month share its reference: only months are independent of each other.
    further = pd.DataFrame([days.drop(columns="driftbook").rsub(days["driftbook"], axis=0).mean() for days in compared])
    line = [f"{mean:+.4f} +- {error:.4f}" for mean, error in zip(further.mean(), further.sem(), strict=True)]
    table(f"{title}: how much farther off driftbook is, mean and standard error over months", further.columns, [line])


def _true(day: Profile) -> float:
    return day.errors[1] / day.errors[0]


def _slower(pair: Pair, day: Profile) -> Profile:
    settings, frame = pair.trained.settings, pair.days[day.day].frame
    if settings.task != "regression":
        return day
    slow = frame.assign(**{settings.target.name: 1.3 * frame[settings.target.name]})
    losses = performance.losses(settings, slow)
    return replace(day, errors=(len(losses), float(losses.sum()), float((losses**2).sum())))


def _flagged_after(spread: Spread, before: list[Profile], faulty: list[Profile]) -> int:
    flags = (not record.of(spread, before + faulty[: at + 1]).is_trusted for at in range(len(faulty)))
    return next((at + 1 for at, flagged in enumerate(flags) if flagged), len(faulty) + 1)


def _compared(pair: Pair, python: str) -> pd.DataFrame:
    """Return how far each tool's estimate lies from each day's true number."""
    settings, reference = pair.trained.settings, pair.trained.reference_rows
    days = {str(day): batch.frame[countable(settings, batch.frame)] for day, batch in pair.days.items()}
    losses = {day: _losses(pair, frame) for day, frame in days.items()}
    seen = performance.labelled(settings, reference).cumsum() <= settings.references.train_rows
    model = estimates.fit(settings, reference, seen.to_numpy(), _losses(pair, reference))
    own = [model.spread.estimate(*estimates.expected(model, settings, frame)) for frame in days.values()]
    labelled = _losses(pair, reference).index
    unseen = labelled[~seen.loc[labelled]]
    said = {"driftbook": dict(zip(days, own, strict=True))}
    for name, rows in (("NannyML, unseen rows", unseen), ("NannyML, all rows", labelled)):
        said[name] = _nannyml(pair, reference.loc[rows], pd.concat(days.values()), python)
    return pd.DataFrame(said).sub(pd.Series({day: losses[day].mean() for day in days}), axis=0).abs()


def _losses(pair: Pair, frame: pd.DataFrame) -> pd.Series:
    """Return the losses that are compared: the absolute errors, or 1 for a wrong class."""
    settings = pair.trained.settings
    if settings.task == "regression":
        return performance.losses(settings, frame)
    rows = performance.scored(settings, frame)
    return ((rows[settings.prediction] >= settings.target.cut) != (rows[settings.target.name] == 1)).astype(float)


def _nannyml(pair: Pair, reference: pd.DataFrame, days: pd.DataFrame, python: str) -> dict[str, float]:
    settings = pair.trained.settings
    columns = [settings.time_column, settings.target.name, settings.prediction, *settings.features.all, "hour"]
    given = {"time": settings.time_column, "target": settings.target.name, "prediction": settings.prediction}
    given |= {"task": settings.task, "cut": settings.target.cut}
    given |= {"numeric": [*settings.features.numeric, "hour"], "categorical": [*settings.features.categorical]}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "columns.json").write_text(json.dumps(given))
        for part, frame in (("reference", reference), ("days", days)):
            texts = {one: frame[one].map(str, na_action="ignore") for one in settings.features.categorical}
            frame[columns].assign(**texts).to_parquet(folder / f"{part}.parquet")
        script = Path(__file__).with_name("nannyml_estimates.py")
        environment = os.environ | {"NML_DISABLE_USAGE_LOGGING": "1", "PYTHONWARNINGS": "ignore"}
        done = subprocess.run([python, script, name], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Print all tables; the exit status is 1 if something asked for is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=["taxi", "flights"], default=["taxi", "flights"])
    parser.add_argument("--nannyml-python", default="", help="a Python that has nannyml")
    given = parser.parse_args()
    for name in given.only:
        found = [estimated(pair) for pair in (taxi_pairs() if name == "taxi" else flight_pairs())]
        show(name, found)
        if name == "taxi":
            show_slower(found)
        if given.nannyml_python:
            show_nannyml(name, found, given.nannyml_python)
    sys.exit(not all(outcomes))


if __name__ == "__main__":
    main()
