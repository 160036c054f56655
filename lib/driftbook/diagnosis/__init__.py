"""Which columns moved, in which rows, and what to do next: what a page shows beside the verdict."""

from driftbook.diagnosis.advice import next_step
from driftbook.diagnosis.by_segment import usual_errors, worse
from driftbook.diagnosis.columns import (
    chosen,
    day_ratios,
    error_by_hour,
    histograms,
    largest_move,
    missing_shares,
    moved,
    quantiles,
    ratios,
    severities,
    severity_table,
)
from driftbook.diagnosis.comparison import beside
from driftbook.diagnosis.segments import carrier_table, carriers, outliers, scale
from driftbook.diagnosis.together import least_fitting, pairs, together
from driftbook.diagnosis.worst import worst_segments

__all__ = [
    "beside",
    "carrier_table",
    "carriers",
    "chosen",
    "day_ratios",
    "error_by_hour",
    "histograms",
    "largest_move",
    "least_fitting",
    "missing_shares",
    "moved",
    "next_step",
    "outliers",
    "pairs",
    "quantiles",
    "ratios",
    "scale",
    "severities",
    "severity_table",
    "together",
    "usual_errors",
    "worse",
    "worst_segments",
]
