"""The record that travels from the measures through the alarms to the store."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from driftbook.verdicts import gravest

#: What is scored beside the columns: numbers of the whole day.
WHOLE_DAY = ("rows", "duplicates", "missing values", "error", "columns together")

#: The hour of the time column and the prediction, as columns beside the delivered ones.
HOUR, PREDICTION = "hour", "prediction"
#: What no column of a params file may be called.
OWN_NAMES = (*WHOLE_DAY, HOUR, PREDICTION)


def probability_column(label: str) -> str:
    """Return the name of the column that holds the predicted probability of one of several classes."""
    return f"p({label})"


@dataclass(frozen=True)
class Measure:
    """One number about one day.

    `feature` and `segment` are empty where the number is about the whole day. `value` is None where it could not be
    computed. `lower` and `upper` are the thresholds it was judged by (None: open); `verdict` is empty where the number
    is shown but judges nothing. `reference` names what it was compared with: `validation`, `fixed`, `trailing`, `both`
    (its thresholds are the wider ones of the fixed and the trailing reference), or nothing. `low` and `high` are the
    ends of the interval that holds the true value in 90 % of cases, None where none is told.
    """

    metric: str
    value: float | None
    feature: str = ""
    segment: str = ""
    lower: float | None = None
    upper: float | None = None
    verdict: str = ""
    reference: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Judgement:
    """The verdict of a day with its reason: what decided it (or came nearest), and the references it rests on.

    Attributes
    ----------
    reason
        One sentence for a person.
    feature, cell
        The column that lies farthest out, and its cell.
    day_share, reference_share
        The share of rows in that cell on the day, and the usual one (numbers for rows and error).
    severity
        The largest score of a column over the threshold of both references; above 1 it is an alarm.
    fixed_score, trailing_score
        The day scores in tail units, None where a reference could not judge; each with its threshold.
    fixed_days
        The days of the fixed reference.
    trailing_days
        The days of the trailing reference, each with the hash of its counts.
    labels
        Whether the day's true values have come: `complete` or `pending`.
    facts
        What the day is an alarm for, the leading one first: columns, and numbers of the whole day.
    since
        The first day of the alarm that the day is part of, None if it is none or that is not told.
    fixed_threshold_error, trailing_threshold_error
        The standard errors of the thresholds, in tail units.
    lasted
        How many judged days the alarm has lasted, this one included; None where that is not told.
    summary
        What the day is about in a sentence in the column's own terms, for a person who was called.
    """

    verdict: str
    reason: str
    day_class: str
    feature: str = ""
    cell: str = ""
    day_share: float | None = None
    reference_share: float | None = None
    severity: float | None = None
    fixed_score: float | None = None
    fixed_threshold: float | None = None
    trailing_score: float | None = None
    trailing_threshold: float | None = None
    fixed_days: tuple[dt.date, ...] = ()
    trailing_days: tuple[tuple[dt.date, str], ...] = ()
    labels: str = "complete"
    facts: tuple[str, ...] = ()
    since: dt.date | None = None
    fixed_threshold_error: float | None = None
    trailing_threshold_error: float | None = None
    lasted: int | None = None
    summary: str = ""


@dataclass(frozen=True)
class DayResult:
    """Everything computed of one day: what is stored, and all a page needs to name it.

    `histograms` maps a column to its counts by cell label, the cells being the fixed reference's, `references` likewise
    to the counts of that reference. `counts` is the day on the fine grid as JSON data, None without rows.
    `context_hash` stands for what the verdict depends on beside the rows and the model. `sample` is the number of rows
    that what is no count was computed of, 0 where that is all. `limits` are the thresholds of the service status:
    metric to its lower and upper one.
    """

    model: str
    day: dt.date
    rows: int
    measures: tuple[Measure, ...]
    histograms: dict[str, dict[str, int]]
    data_hash: str
    model_version: str
    judgement: Judgement | None = None
    counts: dict[str, Any] | None = None
    context_hash: str = ""
    references: dict[str, dict[str, int]] = field(default_factory=dict)
    sample: int = 0
    limits: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The gravest verdict of the day's measures."""
        return gravest(measure.verdict for measure in self.measures)


@dataclass(frozen=True)
class Detectability:
    """How strong a fault must be to be caught.

    Attributes
    ----------
    feature
        The column it strikes, empty for whole rows.
    unit
        What a strength counts, in words.
    strengths
        The strengths of the catalogue, ascending.
    powers
        The share of days caught at each strength tried: the first ones, up to the smallest caught. Empty where too few
        days calibrate.
    smallest
        The smallest strength caught, None if none of them was.
    said
        The smallest strength as a person reads it.
    """

    fault: str
    feature: str
    unit: str
    strengths: tuple[float, ...]
    powers: tuple[float, ...]
    smallest: float | None
    said: str

    @property
    def level(self) -> float | None:
        """How hard it is to catch: 0 if at the weakest strength, 1 if at none of them, None if that is not known."""
        if not self.powers:
            return None
        return 1.0 if self.smallest is None else self.strengths.index(self.smallest) / len(self.strengths)


@dataclass(frozen=True)
class DetectabilityReport:
    """Which faults a model's alarms would miss: what training stores of them.

    Attributes
    ----------
    false_alarms_per_month
        The budget it holds for.
    reference_days
        The number of days that judged.
    held_back
        The days the faults were tried on, empty where too few days calibrate.
    alarming
        The days that were held back too, but alarm without a fault.
    """

    model: str
    model_version: str
    false_alarms_per_month: float
    reference_days: int
    held_back: tuple[dt.date, ...]
    alarming: tuple[dt.date, ...]
    found: tuple[Detectability, ...]

    @property
    def status(self) -> str:
        """Why nothing was tried, empty if it was."""
        if not self.found:
            return "left out"
        return "" if self.held_back else "not calibrated"
