"""One day's numbers: measured, compared with the references, judged."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from driftbook import batches, estimates, history, model, tally
from driftbook.alarms import bins, declared, lasting, limits, summary
from driftbook.alarms.judge import DayVerdict, judge
from driftbook.alarms.lasting import Past
from driftbook.batches import Batch
from driftbook.estimates import record
from driftbook.measures.division import divide
from driftbook.measures.drift import drift
from driftbook.measures.fairness import fairness
from driftbook.measures.performance import performance
from driftbook.measures.quality import quality
from driftbook.measures.segments import segments
from driftbook.model import TrainedModel
from driftbook.periods import one_day
from driftbook.profiles import calendars, counting
from driftbook.profiles.profile import Profile
from driftbook.records import DayResult, Judgement, Measure
from driftbook.tally import Tally


@dataclass(frozen=True)
class DayReport:
    """A day's result, and what a page shows beside it.

    Attributes
    ----------
    batch
        The day's rows, with the prediction; of a day of more than `counting.MOST_ROWS` a sample.
    profile, verdict
        The day as counts and how it was judged, None without rows.
    """

    result: DayResult
    batch: Batch
    profile: Profile | None = None
    verdict: DayVerdict | None = None


def prepare(trained: TrainedModel) -> None:
    """Load and compute what every day needs: forks of this process find it there."""
    settings, rows = trained.settings, trained.validation
    batches.prepare(settings)
    drift(settings, rows, rows)  # prepares the reference's side
    performance(settings, rows)  # some libraries import much at the first call
    if trained.error_model is not None:
        estimates.expected(trained.error_model, settings, trained.reference_rows.head(1))


def monitor(trained: TrainedModel, day: str | dt.date) -> DayReport:
    """Return everything computed of one day, read from the source; reads the store, writes nothing."""
    period, trained = one_day(day), history.with_acknowledged(trained)
    past = history.Past(trained, period.start)
    before = past.before(period.start)
    batch = batches.read_few(trained.settings, period, counting.MOST_ROWS)
    if batch is None:
        counted = tally.count(trained, period)
        return report(trained, counted.sample, before, past, counted)
    return report(trained, model.predicted(trained, batch), before, past)


def report(
    trained: TrainedModel,
    batch: Batch,
    before: Sequence[Profile],
    past: Past | None = None,
    counted: Tally | None = None,
) -> DayReport:
    """Return everything computed of one day.

    Parameters
    ----------
    batch
        The day's rows, with the prediction.
    before
        The days of its trailing reference.
    past
        All days before it, to tell since when an alarm lasts; without them that is not told.
    counted
        What all rows of the day add up to, where the batch is a sample of them.

    A day without a row is a result too: one measure `rows` with the verdict `no data`.
    """
    settings, calibration = trained.settings, trained.calibration
    if batch.frame.empty:
        return DayReport(_empty(trained, batch), batch)
    if counted:
        day = counted.profile
    else:
        day = history.with_estimate(trained, counting.profile(settings, calibration.grid, batch), batch)
    verdict = judge(calibration, settings.alarms, day, before)
    if past:
        verdict = lasting.with_since(calibration, settings.alarms, day, verdict, past)
    exact = counted.performance if counted else {}
    outcome = [exact.get(one.metric, one) for one in performance(settings, batch.frame)]
    numbers = [*quality(settings, batch, calibration.plan.bins, day), *outcome]
    evidently = drift(settings, trained.validation, batch.frame)
    by_segment = _by_segment(trained, batch, verdict.judgement)
    verdict = replace(verdict, judgement=declared.with_notices(verdict.judgement, by_segment))
    estimated = _estimated(trained, day, past)
    measures = (*limits.with_bands(verdict, numbers), *verdict.measures, *evidently, *by_segment, *estimated)
    return DayReport(_result(trained, batch, measures, verdict.judgement, day), batch, day, verdict)


def _by_segment(trained: TrainedModel, batch: Batch, judgement: Judgement) -> list[Measure]:
    """Return the measures of segments and between groups; those of a day that waits for labels judge nothing."""
    settings = trained.settings
    if not settings.performance.segments:
        return []
    reference, known = trained.reference_rows, trained.calibration.kinds
    parts = divide(settings, batch.frame, batch.table, reference=reference, known=known)
    found = [*segments(settings, batch.frame, parts), *fairness(settings, batch.frame, parts)]
    return declared.unjudged(found) if judgement.labels == "pending" else found


def _estimated(trained: TrainedModel, day: Profile, past: Past | None) -> list[Measure]:
    """Return the estimated error and its track record, of as many days back as have the labels a record needs."""
    if trained.error_model is None:
        return []
    reach = dt.timedelta(days=record.DAYS + trained.settings.labels.delay_days)
    earlier = [other for other in past.since(day.day - reach) if other.day < day.day] if past else []
    return estimates.measures(trained.error_model, trained.calibration, day, earlier)


def _histograms(trained: TrainedModel, days: Sequence[Profile]) -> dict[str, dict[str, int]]:
    return {column.column: _counts(column, days) for column in trained.calibration.plan.bins} if days else {}


def _counts(column: bins.Bins, days: Sequence[Profile]) -> dict[str, int]:
    counts = bins.counts(column, days).sum(axis=0).tolist()
    missing = sum(day.missing[column.column] for day in days)
    return dict(zip([*column.labels, "missing"], [*counts, missing], strict=True))


def _empty(trained: TrainedModel, batch: Batch) -> DayResult:
    calendar = trained.settings.calendar
    judgement = Judgement("no data", "no row arrived", calendars.day_class(calendar, batch.period.start))
    return _result(trained, batch, (Measure("rows", 0.0, verdict="no data"),), judgement, None)


def _result(
    trained: TrainedModel,
    batch: Batch,
    measures: tuple[Measure, ...],
    judgement: Judgement,
    day: Profile | None,
) -> DayResult:
    result = DayResult(
        model=trained.settings.name,
        day=batch.period.start,
        rows=day.rows if day else 0,
        measures=measures,
        histograms=_histograms(trained, [day] if day else []),
        references=_histograms(trained, trained.calibration.days if day else []),
        data_hash=batch.sha256,
        model_version=trained.version,
        judgement=judgement,
        counts=day.to_dict() if day else None,
        context_hash=_context_hash(trained, judgement),
        sample=len(batch.frame) if batch.drawn_from else 0,
        limits=trained.settings.service.limits,
    )
    said = summary.day(trained.settings, trained.calibration.outcome, result)
    return replace(result, judgement=replace(judgement, summary=said))


def _context_hash(trained: TrainedModel, judgement: Judgement) -> str:
    """Return a hash of what is found beside the rows and the model: budget, checks, segments, the days before."""
    settings = trained.settings
    given = f"{settings.alarms.model_dump_json()}{settings.performance.model_dump_json()}"
    given += f"{judgement.trailing_days}{judgement.since}"
    return hashlib.sha256(given.encode()).hexdigest()[:12]
