"""A detectability report as a table and in words."""

import numpy as np
import pandas as pd

from driftbook.alarms.calibration import Calibration
from driftbook.config.alarms import Alarms
from driftbook.faults import strength_text
from driftbook.records import Detectability, DetectabilityReport

#: What whole rows are called where columns are listed.
ALL_ROWS = "all rows"
#: A threshold so many times the gravest own day's score is worth a warning.
_FAR = 1.25
#: How many of the faults that are hardest to catch the conclusion names.
_NAMED = 5


def table(report: DetectabilityReport) -> pd.DataFrame:
    """Return a report as a table, one line per fault and column, in the report's order.

    In words: `column`, `fault`, `caught from` (the smallest strength caught), `tried` (the weakest and the strongest of
    the catalogue) and `days caught` (at each strength tried, the share of held-back days). `level` is 0 where the
    weakest strength is caught, 1 where none is, NaN where too few days calibrate.
    """
    lines = [
        {
            "column": one.feature or ALL_ROWS,
            "fault": one.fault,
            "caught from": one.said,
            "tried": " to ".join(strength_text(at, one.unit) for at in (one.strengths[0], one.strengths[-1])),
            "days caught": _powers(one),
            "level": one.level,
        }
        for one in report.found
    ]
    columns = ["column", "fault", "caught from", "tried", "days caught", "level"]
    return pd.DataFrame(lines, columns=columns).astype({"level": float})


def sure(calibration: Calibration, alarms: Alarms) -> str:
    """Return what the fixed reference's threshold is, how sure it is, and what it costs if it lies far out."""
    fixed = calibration.fixed
    if fixed is None:
        return f"Not calibrated: {len(calibration.days)} days are too few for a threshold."
    limit, gravest = fixed.limit(alarms.false_alarms_per_month), float(fixed.own_scores.max())
    beyond = int((fixed.own_scores > limit.value).sum())
    said = (
        f"Threshold {limit.value:.2f} (standard error {limit.error:.2f}) in tail units, from {len(fixed.days)} days; "
        f"the gravest of them scores {gravest:.2f}, {beyond} lie beyond the threshold."
    )
    if limit.value <= _FAR * gravest:
        return said
    factor = float(np.exp((limit.value - gravest) * np.median(fixed.tails.scale)))
    return (
        f"{said} Warning: that is {limit.value / gravest:.1f} times the gravest day's score. A column has to lie "
        f"{factor:.1f} times as far from usual as it ever did before it alarms; a longer reference (56 days) would "
        "tell better where undisturbed days end."
    )


def conclusion(report: DetectabilityReport) -> str:
    """Return what a reader should take away: how much is caught, and what would be missed most easily."""
    if report.status == "left out":
        return "Left out: the params file says `detectability: false`, so nobody knows what these alarms would miss."
    if report.status:
        return (
            f"Not calibrated: the reference has {report.reference_days} days, too few to hold some back "
            "and let the others judge them."
        )
    known = len(report.found)
    missed = sum(one.level == 1 for one in report.found)
    weakest = sum(one.level == 0 for one in report.found)
    hardest = sorted((one for one in report.found if one.level), key=lambda one: -one.level)[:_NAMED]
    return (
        f"{known} combinations of fault and column, each tried on {len(report.held_back)} days held back while "
        f"{report.reference_days} stay: {known - missed} are caught at some strength, {weakest} of them at the weakest "
        f"tried, {missed} at none. Most easily missed: {'; '.join(map(_missed, hardest)) or 'nothing'}."
    )


def _missed(one: Detectability) -> str:
    where = f" in {one.feature}" if one.feature else ""
    strongest = strength_text(one.strengths[-1], one.unit)
    return f"{one.fault}{where} " + (f"up to {strongest}" if one.level == 1 else f"below {one.said}")


def _powers(one: Detectability) -> str:
    tried = one.strengths[: len(one.powers)]
    found = [f"{strength_text(at, one.unit)}: {power:.0%}" for at, power in zip(tried, one.powers, strict=True)]
    return ", ".join(found) or "–"
