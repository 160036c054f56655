"""Why the error changed, what the model looks at, and which rows it fails on: for pages that look for causes."""

from driftbook.causes.attributions import attributions
from driftbook.causes.importance import permutation
from driftbook.causes.rows import detector, unusual, worst
from driftbook.causes.segments import by_segment
from driftbook.causes.split import split

__all__ = ["attributions", "by_segment", "detector", "permutation", "split", "unusual", "worst"]
