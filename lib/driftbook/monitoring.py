"""One day's numbers: measured, compared with the references, judged."""

from driftbook.alarms import bins
from driftbook.alarms.verdicts import judge, scores
from driftbook.measures.drift import drift
from driftbook.measures.performance import performance
from driftbook.measures.quality import quality
from driftbook.model import Trained
from driftbook.records import DayResult, Measure
from driftbook.sources import Batch


def monitor_day(trained: Trained, batch: Batch) -> DayResult:
    """Return everything computed of one day, given its batch with the prediction; writes nothing.

    A day without a row is a result too: one measure `rows` with the verdict `no data`.
    """
    settings, limits, frame = trained.settings, trained.limits, batch.frame
    if frame.empty:
        return _result(trained, batch, (Measure("rows", 0.0, verdict="no data"),), {})
    histograms = bins.counts(limits, frame)
    measures = [
        *quality(settings, batch, limits),
        *drift(settings, trained.validation, frame),
        *performance(settings, frame),
        *scores(limits, histograms),
    ]
    enough = len(frame) >= settings.references.min_rows_per_day
    named = {
        name: dict(zip(bins.labels(limits, name), counts.tolist(), strict=True)) for name, counts in histograms.items()
    }
    return _result(trained, batch, judge(limits, measures, enough=enough), named)


def _result(trained: Trained, batch: Batch, measures: tuple[Measure, ...], histograms: dict) -> DayResult:
    return DayResult(
        model=trained.settings.name,
        day=batch.period.start,
        rows=len(batch.frame),
        measures=measures,
        histograms=histograms,
        data_hash=batch.sha256,
        model_version=trained.version,
    )
