"""Deterministic checks beside the scores: what is a fault whatever the references say. They spend no budget."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from driftbook.alarms.calibration import Calibration
from driftbook.config.alarms import Checks
from driftbook.profiles.profile import Profile
from driftbook.records import Measure

#: How many days of the same class before the day its number of rows is compared with; fewer than two say nothing.
_RECENT, _LEAST_RECENT = 4, 2


@dataclass(frozen=True)
class Check:
    """A check's measure, and what it found in words (empty where all is well)."""

    measure: Measure
    finding: str = ""


def run(calibration: Calibration, checks: Checks, day: Profile, before: Sequence[Profile]) -> list[Check]:
    """Return every check of a day with rows; `before` are the days of the trailing reference, in order.

    Shares of fewer rows than calibrate anything are shown, but judge nothing: one duplicate of fifty rows is no day
    delivered twice.
    """
    shares = [_duplicates(checks, day), *_missing(calibration, checks, day), *_invalid(calibration, checks, day)]
    if day.rows < calibration.least_rows:
        shares = [Check(replace(share.measure, verdict="")) for share in shares]
    return [*shares, _rows(checks, day, before), _columns(calibration, day)]


def _duplicates(checks: Checks, day: Profile) -> Check:
    share = day.duplicates / day.rows
    finding = f"{share:.1%} of the rows repeat another row exactly, at most {checks.duplicates:.1%} may"
    return _judged(Measure("duplicate_share", share, upper=checks.duplicates), finding)


def _rows(checks: Checks, day: Profile, before: Sequence[Profile]) -> Check:
    recent = [other.rows for other in before if other.day_class == day.day_class][-_RECENT:]
    lower, upper = checks.rows
    if len(recent) < _LEAST_RECENT or day.is_special:
        return Check(Measure("rows_ratio", None, lower=lower, upper=upper, reference="trailing"))
    usual = float(np.median(recent))
    finding = f"{day.rows:,} rows, {usual:,.0f} are usual for a {day.day_class} (the last {len(recent)})"
    return _judged(Measure("rows_ratio", day.rows / usual, lower=lower, upper=upper, reference="trailing"), finding)


def _columns(calibration: Calibration, day: Profile) -> Check:
    known, kinds = calibration.kinds, day.kinds
    vanished = [f"{name} is gone" for name in sorted(known.keys() - kinds.keys())]
    changed = [
        f"{name} is {kinds[name]}, was {known[name]}"
        for name in sorted(known.keys() & kinds.keys())
        if kinds[name] != known[name] and "null" not in (kinds[name], known[name])
    ]
    new = [f"{name} is new" for name in sorted(kinds.keys() - known.keys())]
    findings = [*vanished, *changed, *new]
    verdict = "alarm" if vanished or changed else "notice" if new else "ok"
    measure = Measure("column_changes", float(len(findings)), upper=0.0, verdict=verdict, reference="fixed")
    return Check(measure, f"columns: {'; '.join(findings)}" if findings else "")


def _missing(calibration: Calibration, checks: Checks, day: Profile) -> list[Check]:
    found = []
    for name, missing in day.missing.items():
        usual = [other.missing[name] / other.rows for other in calibration.days if name in other.missing]
        if not usual:
            continue
        share, most = missing / day.rows, max(usual)
        finding = f"{share:.1%} of {name} are missing, at most {most:.1%} on a day of the reference"
        found.append(_judged(Measure("missing_rise", share - most, name, upper=checks.missing), finding))
    return found


def _invalid(calibration: Calibration, checks: Checks, day: Profile) -> list[Check]:
    found = []
    for name in sorted({name for one in (day, *calibration.days) for name in one.invalid}):
        share = day.invalid.get(name, 0) / day.rows
        most = max((other.invalid.get(name, 0) / other.rows for other in calibration.days), default=0.0)
        finding = f"{share:.1%} of {name} are infinite, absurdly large or fill values, at most {most:.1%} usually"
        found.append(_judged(Measure("invalid_share", share, name, upper=most + checks.invalid), finding))
    return found


def _judged(measure: Measure, finding: str) -> Check:
    beyond = (measure.upper is not None and measure.value > measure.upper) or (
        measure.lower is not None and measure.value < measure.lower
    )
    return Check(replace(measure, verdict="alarm" if beyond else "ok"), finding if beyond else "")
