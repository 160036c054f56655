"""Side by side on the same raw days, the raw month before as reference: Evidently and NannyML by default, and ours."""

import datetime as dt
import json
import os
import subprocess
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from alarms_days import Pair
from alarms_faults import FAULTS, faulty
from alarms_months import Day
from alarms_work import in_processes, table
from driftbook import model
from driftbook.measures.drift import EVIDENTLY_THRESHOLD  # switches Evidently's telemetry off before its import

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Evidently's own imports are deprecated ones of its dependencies
    from evidently import DataDefinition, Dataset, Report
    from evidently.metrics import ValueDrift

_VARIANTS = ("", *(fault.name for fault in FAULTS))
_COLUMN_OF = {fault.name: fault.column for fault in FAULTS}


@dataclass
class Found:
    """What a tool said: for each variant (`` is clean) the columns it alarms for, one set per day; seconds per day."""

    name: str
    columns: dict[str, list[set[str]]] = field(default_factory=dict)
    seconds: float = float("nan")

    def alarms(self, variant: str) -> int:
        """Return on how many days it alarms."""
        return sum(bool(found) for found in self.columns[variant])

    def named(self, variant: str, column: str) -> int:
        """Return on how many days it alarms for a column."""
        return sum(column in found for found in self.columns[variant])


def ours(judged: dict[str, list[Day]], seconds: float) -> Found:
    """Return our verdicts in that form; a page names one column, that of its reason."""
    columns = {
        name: [{day.column or "rows"} if day.verdict == "alarm" else set() for day in judged[name]]
        for name in _VARIANTS
    }
    return Found("driftbook", columns, seconds)


def evidently(pairs: list[Pair]) -> Found:
    """Return Evidently's default drift of every watched column; a column over its threshold is an alarm."""
    references = [_dataset(pair, _reference(pair)) for pair in pairs]
    tasks = [(at, day) for at, pair in enumerate(pairs) for day in pair.days]
    days = in_processes(_evidently_day, (pairs, references), tasks)
    columns = {name: [found[name] for found, _ in days] for name in _VARIANTS}
    return Found(f"Evidently {version('evidently')}", columns, sum(seconds for _, seconds in days) / len(days))


def nannyml(pairs: list[Pair], python: str) -> list[Found]:
    """Return NannyML's alarms: its univariate drift alone, and with its missing values and row counts."""
    said = [_nannyml_pair(pair, python) for pair in pairs]
    name = f"NannyML {said[0]['version']}"
    found = []
    for title, kinds in ((f"{name} drift", ("drift",)), (f"{name} drift, missing, rows", ("drift", "quality"))):
        one, days = Found(title), 0
        seconds = 0.0
        for number, variant in enumerate(_VARIANTS):
            stem = f"variant-{number}"
            one.columns[variant] = [
                set().union(*(set(answer["alarms"][kind][stem].get(str(day), ())) for kind in kinds))
                for pair, answer in zip(pairs, said, strict=True)
                for day in pair.days
            ]
            days += len(one.columns[variant])
            seconds += sum(answer["seconds"][kind][stem] for answer in said for kind in kinds)
        one.seconds = seconds / days
        found.append(one)
    return found


def show(found: list[Found], not_run: str = "") -> None:
    """Print false alarms, detection and seconds of every tool, and where we lose."""
    days = len(found[0].columns[""])
    lines = [
        [one.name, one.alarms(""), *(one.alarms(fault.name) for fault in FAULTS), f"{one.seconds:.3f}"] for one in found
    ]
    lines += [[not_run, *["-"] * (len(FAULTS) + 2)]] if not_run else []
    header = ["any alarm", "clean", *(fault.name for fault in FAULTS), "s a day"]
    table(f"Side by side: days with an alarm, of {days} clean and {days} with each fault", header, lines)
    with_column = [fault for fault in FAULTS if fault.column]
    lines = [
        [one.name, *(f"{one.named(f.name, f.column)} / {one.named('', f.column)}" for f in with_column)]
        for one in found
    ]
    title = "Side by side: days on which the faulty column itself is named, with the fault / when clean"
    table(title, ["tool", *(fault.name for fault in with_column)], lines)
    table("Where we lose", ["figure", "driftbook", "better"], _lost(found) or [["nothing", "-", "-"]])


def _lost(found: list[Found]) -> list[list]:
    us, *others = found
    lines = []
    for one in others:
        if one.alarms("") < us.alarms(""):
            lines.append(["clean days with an alarm", us.alarms(""), f"{one.name}: {one.alarms('')}"])
        if one.seconds < us.seconds:
            lines.append(["seconds a day", f"{us.seconds:.3f}", f"{one.name}: {one.seconds:.3f}"])
        for fault in FAULTS:
            caught, theirs = us.alarms(fault.name), one.alarms(fault.name)
            if theirs > caught:
                better = f"{one.name}: {theirs} (and {one.alarms('')} clean days)"
                lines.append([f"{fault.name}: days with an alarm", caught, better])
    return lines


def _evidently_day(shared: tuple, at: int, day: dt.date) -> tuple[dict[str, set[str]], float]:
    """Return the columns over the threshold for each variant, and the seconds of a report of all columns."""
    pairs, references = shared
    variants = _variants(pairs[at], day)
    clean = variants[0][1]
    found, seconds = {}, 0.0
    for name, frame in variants:
        changed = [column for column in clean.columns if name == "" or not frame[column].equals(clean[column])]
        start = time.process_time()
        drifted = _evidently_columns(pairs[at], frame, references[at], changed)
        seconds = seconds or time.process_time() - start  # the clean day's
        found[name] = drifted | found.get("", set()).difference(changed)  # equal columns have equal drift
    return found, seconds


def _evidently_columns(pair: Pair, frame: pd.DataFrame, reference: Dataset, columns: list[str]) -> set[str]:
    report = Report([ValueDrift(column=column) for column in columns if frame[column].notna().any()])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # divisions by zero inside Evidently's statistics on constant columns
        metrics = report.run(_dataset(pair, frame), reference).dict()["metrics"]
    return {metric["config"]["column"] for metric in metrics if float(metric["value"]) >= EVIDENTLY_THRESHOLD}


def _dataset(pair: Pair, frame: pd.DataFrame) -> Dataset:
    watched = pair.trained.settings.watched
    definition = DataDefinition(numerical_columns=list(watched.numeric), categorical_columns=list(watched.categorical))
    return Dataset.from_pandas(frame, data_definition=definition)


def _nannyml_pair(pair: Pair, python: str) -> dict:
    settings = pair.trained.settings
    time_column = settings.time_column
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        columns = {"numeric": settings.watched.numeric, "categorical": settings.watched.categorical}
        (folder / "columns.json").write_text(json.dumps(columns | {"time": time_column}))
        _reference(pair, time_column).to_parquet(folder / "reference.parquet")
        variants: dict[str, list[pd.DataFrame]] = {}
        for day in pair.days:
            for variant, frame in _variants(pair, day, time_column):
                variants.setdefault(variant, []).append(frame)
        for number, variant in enumerate(_VARIANTS):
            pd.concat(variants[variant]).to_parquet(folder / f"variant-{number}.parquet")
        script = Path(__file__).with_name("nannyml_days.py")
        environment = os.environ | {"NML_DISABLE_USAGE_LOGGING": "1", "PYTHONWARNINGS": "ignore"}
        done = subprocess.run(
            [python, str(script), name], env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    return json.loads(done.stdout.splitlines()[-1])


def _variants(pair: Pair, day: dt.date, *more: str) -> list[tuple[str, pd.DataFrame]]:
    batch = pair.days[day]
    batches = [batch, *(faulty(pair.trained, batch, fault) for fault in FAULTS)]
    return [(name, _frame(pair, one.frame, *more)) for name, one in zip(_VARIANTS, batches, strict=True)]


def _reference(pair: Pair, *more: str) -> pd.DataFrame:
    """Return the rows of the reference month with their prediction; strays would be days of one row to NannyML."""
    batch = model.predicted(pair.trained, pair.reference)
    return _frame(pair, batch.frame[batch.in_period(pair.trained.settings.time_column)], *more)


def _frame(pair: Pair, frame: pd.DataFrame, *more: str) -> pd.DataFrame:
    """Return the watched columns, ids as text as both tools need them."""
    frame = frame[[*pair.trained.settings.watched.all, *more]].copy()
    for column in pair.trained.settings.watched.categorical:
        frame[column] = frame[column].map(str, na_action="ignore").astype(object)
    return frame
