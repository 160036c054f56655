"""Which columns moved, in which rows, and what to do next: what a page shows beside the verdict."""

from driftbook.diagnosis.advice import next_step
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

__all__ = [
    "beside",
    "carrier_table",
    "carriers",
    "chosen",
    "day_ratios",
    "error_by_hour",
    "histograms",
    "largest_move",
    "missing_shares",
    "moved",
    "next_step",
    "outliers",
    "quantiles",
    "ratios",
    "scale",
    "severities",
    "severity_table",
]
