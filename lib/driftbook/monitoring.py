"""One day's numbers: measured, compared with the references, judged."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from driftbook.alarms import bins, limits
from driftbook.alarms.judge import DayVerdict, judge
from driftbook.batches import Batch
from driftbook.measures.drift import drift
from driftbook.measures.performance import performance
from driftbook.measures.quality import quality
from driftbook.model import TrainedModel
from driftbook.profiles import calendars, counting
from driftbook.profiles.profile import Profile
from driftbook.records import DayResult, Judgement, Measure


@dataclass(frozen=True)
class DayReport:
    """A day's result, and what a page shows beside it: the day as counts and how it was judged (None without rows)."""

    result: DayResult
    day: Profile | None = None
    judged: DayVerdict | None = None


def monitor_day(trained: TrainedModel, batch: Batch, before: Sequence[Profile]) -> DayReport:
    """Return everything computed of one day; writes nothing.

    Parameters
    ----------
    batch
        The day's rows, with the prediction.
    before
        The days of its trailing reference, as `driftbook.history.before` gives them.

    A day without a row is a result too: one measure `rows` with the verdict `no data`.
    """
    settings, calibration = trained.settings, trained.calibration
    if batch.frame.empty:
        return DayReport(_empty(trained, batch))
    day = counting.histogram(settings, calibration.grid, batch)
    judged = judge(
        calibration,
        settings.alarms,
        day,
        least_rows=settings.references.min_rows_per_day,
        before=before,
        kinds=counting.kinds(batch.table),
        unit=settings.target.unit,
    )
    numbers = [*quality(settings, batch, calibration.frame.cells, day), *performance(settings, batch.frame)]
    evidently = drift(settings, trained.validation, batch.frame)
    measures = (*limits.with_bands(judged, numbers), *judged.measures, *evidently)
    counts = {column.column: _counts(column, day) for column in calibration.frame.cells}
    return DayReport(_result(trained, batch, measures, judged.judgement, counts, day), day, judged)


def _counts(column: bins.Bins, day: Profile) -> dict[str, int]:
    (counts,) = bins.counts(column, [day])
    return dict(zip([*column.labels, "missing"], [*counts.tolist(), day.missing[column.column]], strict=True))


def _empty(trained: TrainedModel, batch: Batch) -> DayResult:
    calendar = trained.settings.calendar
    judgement = Judgement("no data", "no row arrived", calendars.day_class(calendar, batch.period.start))
    return _result(trained, batch, (Measure("rows", 0.0, verdict="no data"),), judgement, {}, None)


def _result(
    trained: TrainedModel,
    batch: Batch,
    measures: tuple[Measure, ...],
    judgement: Judgement,
    counts: dict[str, dict[str, int]],
    day: Profile | None,
) -> DayResult:
    return DayResult(
        model=trained.settings.name,
        day=batch.period.start,
        rows=len(batch.frame),
        measures=measures,
        histograms=counts,
        data_hash=batch.sha256,
        model_version=trained.version,
        judgement=judgement,
        counts=day.to_dict() if day else None,
        context_hash=_context_hash(trained, judgement),
    )


def _context_hash(trained: TrainedModel, judgement: Judgement) -> str:
    """Return a hash of what the verdict depends on beside the rows and the model: budget, checks and trailing days."""
    return hashlib.sha256(f"{trained.settings.alarms.model_dump_json()}{judgement.trailing_days}".encode()).hexdigest()[
        :12
    ]
