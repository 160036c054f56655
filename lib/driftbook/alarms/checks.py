"""Deterministic checks beside the scores: what is a fault whatever the references say. They spend no budget."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from driftbook.alarms.calibration import Calibration
from driftbook.config.alarms import Alarms, Checks
from driftbook.profiles import calendars
from driftbook.profiles.profile import Profile
from driftbook.records import WHOLE_DAY, Measure

ROWS, DUPLICATES, *_ = WHOLE_DAY
#: What the delivered columns themselves are called among the facts of an alarm.
COLUMNS = "delivered columns"

#: A column with a single value is a fault if so many other values were expected: none at all has a chance below e^-20.
_LEAST_OTHERS = 20
#: How many days of the same class before the day its number of rows is compared with; fewer than two say nothing.
_RECENT, _LEAST_RECENT = 4, 2


@dataclass(frozen=True)
class Check:
    """A check's measure, the column or number of the day it is about, and what it found in words (empty if nothing)."""

    measure: Measure
    fact: str
    finding: str = ""


def run(calibration: Calibration, alarms: Alarms, day: Profile, before: Sequence[Profile]) -> list[Check]:
    """Return every check of a day with rows; `before` are the days of the trailing reference, in order.

    Shares of fewer rows than calibrate anything are shown, but judge nothing: one duplicate of fifty rows is no day
    delivered twice. As with scores, an alarm is what neither reference has seen; what was acknowledged is a notice
    until a day since then is among them.
    """
    checks, known = alarms.checks, [*calibration.days, *before]
    shares = [_duplicates(checks, day), *_missing(known, checks, day), *_invalid(known, checks, day)]
    if day.rows < calibration.least_rows:
        shares = [replace(share, measure=replace(share.measure, verdict=""), finding="") for share in shares]
    found = [*shares, *_single(known, day), _rows(checks, day, before), _columns(calibration, alarms, day, before)]
    return [_once(check, alarms, day, before) for check in found]


def _once(check: Check, alarms: Alarms, day: Profile, before: Sequence[Profile]) -> Check:
    """Return a check that does not alarm for what was acknowledged while no day since then is there to compare."""
    change = alarms.acknowledgement(check.fact, day.day)
    if check.measure.verdict != "alarm" or change is None or any(other.day >= change.start for other in before):
        return check
    said = f"{check.finding}: acknowledged on {change.start}"
    return replace(check, measure=replace(check.measure, verdict="notice"), finding=said)


def _duplicates(checks: Checks, day: Profile) -> Check:
    share = day.duplicates / day.rows
    finding = f"{share:.1%} of the rows repeat another row exactly, at most {checks.duplicates:.1%} may"
    return _judged(Measure("duplicate_share", share, upper=checks.duplicates), DUPLICATES, finding)


def _rows(checks: Checks, day: Profile, before: Sequence[Profile]) -> Check:
    lower, upper = checks.rows
    plain = calendars.plain_class(day.day)  # a holiday lies anywhere between a Sunday and its weekday
    recent = {name: _recent(before, name) for name in (day.day_class, plain)}
    usual = {name: float(np.median(rows)) for name, rows in recent.items() if len(rows) >= _LEAST_RECENT}
    if day.day_class not in usual or day.is_special:
        return Check(Measure("rows_ratio", None, lower=lower, upper=upper, reference="trailing"), ROWS)
    name = min(usual, key=lambda name: abs(np.log(day.rows / usual[name])))
    finding = f"{day.rows:,} rows, {usual[name]:,.0f} are usual for a {name} (the last {len(recent[name])})"
    measure = Measure("rows_ratio", day.rows / usual[name], lower=lower, upper=upper, reference="trailing")
    return _judged(measure, ROWS, finding)


def _recent(before: Sequence[Profile], day_class: str) -> list[int]:
    return [other.rows for other in before if other.day_class == day_class][-_RECENT:]


def _columns(calibration: Calibration, alarms: Alarms, day: Profile, before: Sequence[Profile]) -> Check:
    """Return what is other with the delivered columns; a new one, or what was acknowledged, is said once."""
    known, kinds = dict(calibration.kinds), day.kinds
    seen = {name for other in before for name in other.kinds}
    for name in {*known, *kinds}:
        change = alarms.acknowledgement(name, day.day)
        since = [other for other in before if change and other.day >= change.start]
        if since and name in known:  # what the column has been since, nothing if it is gone
            del known[name]
            known |= {column: kind for other in since for column, kind in other.kinds.items() if column == name}
    other = {name: f"{name} is gone" for name in sorted(known.keys() - kinds.keys())}
    other |= {
        name: f"{name} is {kinds[name]}, was {known[name]}"
        for name in sorted(known.keys() & kinds.keys())
        if kinds[name] != known[name] and "null" not in (kinds[name], known[name])
    }
    new = [f"{name} is new" for name in sorted(kinds.keys() - known.keys() - seen)]
    unknown = [name for name in other if alarms.acknowledgement(name, day.day) is None]
    findings = [*other.values(), *new]
    # what is said once must not hide that a day is special
    verdict = "alarm" if unknown else ("" if day.is_special else "notice") if findings else "ok"
    measure = Measure("column_changes", float(len(findings)), upper=0.0, verdict=verdict, reference="fixed")
    return Check(measure, (*unknown, COLUMNS)[0], f"columns: {'; '.join(findings)}" if findings else "")


def _missing(known: Sequence[Profile], checks: Checks, day: Profile) -> list[Check]:
    found = []
    for name, missing in day.missing.items():
        usual = [other.missing[name] / other.rows for other in known if name in other.missing]
        if not usual:
            continue
        share, most = missing / day.rows, max(usual)
        finding = f"{share:.1%} of {name} are missing, at most {most:.1%} on a day of the reference"
        found.append(_judged(Measure("missing_rise", share - most, name, upper=checks.missing), name, finding))
    return found


def _invalid(known: Sequence[Profile], checks: Checks, day: Profile) -> list[Check]:
    found = []
    for name in sorted({name for one in (day, *known) for name in one.invalid}):
        share = day.invalid.get(name, 0) / day.rows
        most = max((other.invalid.get(name, 0) / other.rows for other in known), default=0.0)
        finding = f"{share:.1%} of {name} are infinite, absurdly large or fill values, at most {most:.1%} usually"
        found.append(_judged(Measure("invalid_share", share, name, upper=most + checks.invalid), name, finding))
    return found


def _single(known: Sequence[Profile], day: Profile) -> list[Check]:
    """Return the columns that hold a single value where both references had several, too many to be left out by chance.

    Watched columns are scored, so these are the others. The measure is the share of rows with another value.
    """
    found = []
    for name, (value, n) in day.modes.items():
        present = day.rows - day.missing.get(name, day.rows)
        if n < present:
            continue
        rest = [_rest(other, name) for other in known if name in other.modes]
        if not rest or min(rest) == 0:
            continue
        usual = sum(rest) / sum(other.rows for other in known if name in other.modes)
        if usual * present >= _LEAST_OTHERS:
            finding = f"every value of {name} is {value}, usually {usual:.1%} of the rows have another"
            found.append(Check(Measure("single_value", 0.0, name, lower=usual, verdict="alarm"), name, finding))
    return found


def _rest(day: Profile, column: str) -> int:
    """Return how many values of a column are not its most frequent one."""
    return day.rows - day.missing.get(column, day.rows) - day.modes[column][1]


def _judged(measure: Measure, fact: str, finding: str) -> Check:
    beyond = (measure.upper is not None and measure.value > measure.upper) or (
        measure.lower is not None and measure.value < measure.lower
    )
    return Check(replace(measure, verdict="alarm" if beyond else "ok"), fact, finding if beyond else "")
