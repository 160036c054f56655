"""The record that travels from the measures through the alarms to the store."""

import datetime as dt
from dataclasses import dataclass

#: Verdicts from harmless to grave; a day's verdict is the gravest of its measures'.
VERDICTS = ("ok", "insufficient", "warning", "no data", "alarm", "failed")


@dataclass(frozen=True)
class Measure:
    """One number about one day.

    `feature` and `segment` are empty where the number is about the whole day. `value` is None where it could not be
    computed. `lower` and `upper` are the thresholds it was judged by (None: open); `verdict` is empty where the number
    is shown but judges nothing. `reference` names what it was compared with: `validation`, `calibration` or nothing.
    """

    metric: str
    value: float | None
    feature: str = ""
    segment: str = ""
    lower: float | None = None
    upper: float | None = None
    verdict: str = ""
    reference: str = ""


@dataclass(frozen=True)
class DayResult:
    """Everything computed of one day: what is stored, and all a page needs to name it.

    `histograms` maps a column to its counts by bin label, the bins being the model's frozen ones.
    """

    model: str
    day: dt.date
    rows: int
    measures: tuple[Measure, ...]
    histograms: dict[str, dict[str, int]]
    data_hash: str
    model_version: str

    @property
    def verdict(self) -> str:
        """The gravest verdict of the day's measures."""
        return gravest(measure.verdict for measure in self.measures)


def gravest(verdicts) -> str:
    """Return the gravest of some verdicts, ignoring empty ones; `ok` if none is left.

    Examples
    --------
    >>> gravest(["ok", "", "alarm", "warning"])
    'alarm'
    """
    return max((verdict for verdict in verdicts if verdict), key=VERDICTS.index, default="ok")
