"""Why the error changed, what the model looks at, and which rows it fails on: for pages that look for causes."""

from driftbook.causes import inputs, recoding
from driftbook.causes.attributions import attributions
from driftbook.causes.importance import permutation
from driftbook.causes.parts import LEAST
from driftbook.causes.rows import detector, unusual, worst
from driftbook.causes.segments import by_segment
from driftbook.causes.split import split
from driftbook.config.model import TrainModel
from driftbook.model import TrainedModel
from driftbook.profiles import labels

__all__ = ["attributions", "by_segment", "detector", "permutation", "prepare", "split", "unusual", "worst"]


def prepare(trained: TrainedModel) -> None:
    """Compute what the causes of any day need of the reference: processes forked later find it there.

    Only a model of scikit-learn's that computes in this process is asked: others may start threads, which a fork would
    lack.
    """
    detector(trained)
    if len(inputs.of_reference(trained)[0]) >= LEAST:
        recoding.factors(trained, trained.validation.head(LEAST))
    for segment in trained.settings.segments:
        labels.of_column(trained.validation, segment), labels.of_column(trained.reference_rows, segment)
    how = trained.settings.model
    if isinstance(how, TrainModel) and how.estimator.startswith("sklearn.") and "n_jobs" not in how.arguments:
        some = trained.validation.head(1)
        permutation(trained, some), attributions(trained, some)
