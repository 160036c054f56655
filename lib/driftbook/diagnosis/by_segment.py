"""A day's segments beside the reference's: what is usual in each of them."""

from driftbook.config.performance import Performance
from driftbook.errors import BadInput
from driftbook.measures.division import divide
from driftbook.measures.performance import error_metric
from driftbook.measures.segments import segments
from driftbook.model import TrainedModel
from driftbook.once import once


@once
def usual_errors(trained: TrainedModel) -> dict[str, float]:
    """Return the validation reference's error in each named segment of enough rows, by the segment of a measure.

    A segment of a column that the reference does not hold, being no feature, watched or filtered one, has none.
    """
    settings, found = trained.settings, {}
    for one in settings.performance.segments:
        alone = Performance(segments=(one,), min_rows=settings.performance.min_rows)
        of_one = settings.model_copy(update={"performance": alone})
        try:
            parts = divide(of_one, trained.validation, reference=trained.reference_rows)
        except BadInput:
            continue
        measures = segments(of_one, trained.validation, parts)
        found |= {m.segment: m.value for m in measures if m.metric == error_metric(settings) and m.value is not None}
    return found
