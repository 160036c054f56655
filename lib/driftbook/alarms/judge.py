"""The verdict of a day: two references, one page.

A column is an `alarm` when it exceeds the threshold against both references, `drift` against the fixed one alone (slow
or seasonal: for a digest), a `notice` against the trailing one alone (unusual lately, known in the reference).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from driftbook.alarms import checks, columns, measurement, reasons, reference
from driftbook.alarms.calibration import Calibration, Outcome
from driftbook.alarms.checks import Check
from driftbook.alarms.comparison import Band, Comparison, compare, widest
from driftbook.alarms.measurement import MISSING
from driftbook.config.alarms import Alarms
from driftbook.profiles.profile import Profile
from driftbook.records import Judgement, Measure
from driftbook.verdicts import gravest


@dataclass(frozen=True)
class DayVerdict:
    """A day against both references.

    Attributes
    ----------
    fixed, trailing
        The comparisons, None where a reference cannot judge the day.
    status
        Why the scores may not judge the day, empty if they may.
    verdicts
        Column to its verdict, empty where the scores may not judge.
    measures
        Scores, severities and checks.
    """

    judgement: Judgement
    fixed: Comparison | None
    trailing: Comparison | None
    status: str
    verdicts: dict[str, str]
    measures: tuple[Measure, ...]

    def band(self, column: str, label: str) -> Band:
        """Return the band of a feature: outside of it, it is outside of every reference's."""
        found = [
            one.bands[column, label] for one in (self.fixed, self.trailing) if one and (column, label) in one.bands
        ]
        return widest(found) if found else (None, None)

    def quantile_band(self, column: str, level: float) -> Band:
        """Return the band of a quantile of an ordered column."""
        found = [one.quantile_band(column, level) for one in (self.fixed, self.trailing) if one]
        return widest(found) if found else (None, None)


def judge(calibration: Calibration, alarms: Alarms, day: Profile, before: Sequence[Profile]) -> DayVerdict:
    """Return the verdict of a day with rows.

    Parameters
    ----------
    before
        The days of the trailing reference, in order. Where they calibrate nothing yet, the fixed reference decides.

    A day whose labels are late is judged on everything else, by references as they were before their labels came.
    """
    is_pending, waiting = calibration.is_pending(day), _waiting(calibration, day)
    judging = calibration.before_labels if is_pending else calibration
    if is_pending:
        (day,), before = calibration.stripped([day]), calibration.stripped(before)
    fixed = compare(judging.fixed_for(day), day, alarms.false_alarms_per_month)
    trailing = _trailing(judging, alarms, day, before) if fixed else None
    status = _status(judging, day, fixed)
    verdicts = {} if status else columns.verdicts(fixed, trailing, alarms, day, before)
    found = checks.run(judging, alarms, day, before)
    findings = [check.finding for check in found if check.finding]
    findings += [reasons.waiting(waiting[0].value, calibration.outcome.expected(day.day))] if is_pending else []
    scored = _scored(fixed, trailing, status, verdicts, findings, judging.outcome, day)
    measures = (
        *_measures(fixed, trailing, verdicts, status or gravest(verdicts.values())),
        *(check.measure for check in found),
        *waiting,
    )
    judgement = Judgement(
        verdict=gravest(measure.verdict for measure in measures),
        day_class=day.day_class,
        fixed_days=fixed.reference.days if fixed else (),
        trailing_days=tuple((other.day, other.sha256) for other in before),
        labels="pending" if is_pending else "complete",
        facts=_facts(verdicts, found, scored.get("feature", "")),
        **scored,
    )
    return DayVerdict(judgement, fixed, trailing, status, verdicts, measures)


def _facts(verdicts: dict[str, str], found: Sequence[Check], leading: str) -> tuple[str, ...]:
    """Return what a day is an alarm for; the checks come first, as in the sentence, then the leading column."""
    alarming = [name for name, verdict in verdicts.items() if verdict == "alarm"]
    checked = [check.fact for check in found if check.measure.verdict == "alarm"]
    scored = sorted(alarming, key=lambda name: name != leading)
    return tuple(dict.fromkeys([*checked, *scored]))


def _waiting(calibration: Calibration, day: Profile) -> list[Measure]:
    """Return the share of rows that wait for their label, with the most that is usual."""
    most, target = calibration.most_unlabelled, calibration.outcome.target
    if most is None:
        return []
    verdict = "labels pending" if calibration.is_pending(day) else "ok"
    return [Measure("unlabelled_share", day.missing[target] / day.rows, upper=most, verdict=verdict, reference="fixed")]


def _trailing(calibration: Calibration, alarms: Alarms, day: Profile, before: Sequence[Profile]) -> Comparison | None:
    """Return the comparison with the trailing reference; without labels, if some of its days still wait for theirs."""
    if any(calibration.is_pending(other) for other in before):
        calibration, before = calibration.before_labels, calibration.stripped(before)
        (day,) = calibration.stripped([day])
    return compare(reference.fit(calibration.grid, before), day, alarms.false_alarms_per_month)


def _status(calibration: Calibration, day: Profile, fixed: Comparison | None) -> str:
    if day.is_special:
        return "special day"
    if day.rows < calibration.least_rows:
        return "insufficient"
    return "" if fixed else "not calibrated"


def _scored(
    fixed: Comparison | None,
    trailing: Comparison | None,
    status: str,
    verdicts: dict[str, str],
    findings: list[str],
    outcome: Outcome,
    day: Profile,
) -> dict:
    """Return the part of a judgement that rests on the scores."""
    if not fixed:
        return {"reason": "; ".join([*findings, f"not judged by scores: {status}"])}
    column, against = columns.leading(verdicts, fixed, trailing)
    cell, share, usual = against.farthest(column)
    named = _missing_now(against, cell, day) if column == MISSING else []
    cell = reasons.listed(named) or cell
    said = reasons.describe(column, cell, share, usual, outcome.unit, outcome.error)
    ratio = trailing.ratios.get(column, 0.0) if trailing else None
    scored = status or gravest(verdicts.values())
    sentence = reasons.reason(scored, said, fixed=fixed.ratios.get(column, 0.0), trailing=ratio)
    return {
        "reason": "; ".join([*findings, *([f"not judged by scores: {status}"] if status else []), sentence]),
        "feature": named[0] if len(named) == 1 else column,
        "cell": cell,
        "day_share": share,
        "reference_share": usual,
        "severity": columns.severity(fixed, trailing, verdicts),
        "fixed_score": fixed.score,
        "fixed_threshold": fixed.threshold,
        "trailing_score": trailing.score if trailing else None,
        "trailing_threshold": trailing.threshold if trailing else None,
        "fixed_threshold_error": fixed.limit.error,
        "trailing_threshold_error": trailing.limit.error if trailing else None,
    }


def _missing_now(against: Comparison, label: str, day: Profile) -> list[str]:
    """Return the columns of a group that are missing on a day as often as any of them."""
    (group,) = (names for names in against.reference.plan.groups if measurement.group_label(names) == label)
    counts = {name: day.missing.get(name, day.rows) for name in group}
    return [name for name, n in counts.items() if n >= (1 - measurement.ALIKE) * max(counts.values())]


def _measures(
    fixed: Comparison | None, trailing: Comparison | None, verdicts: dict[str, str], scored: str
) -> list[Measure]:
    if not fixed:
        return [Measure("severity", None, upper=1.0, verdict=scored)]
    ranked = columns.severities(fixed, trailing)
    found = [Measure("severity", columns.severity(fixed, trailing, verdicts), upper=1.0, verdict=scored)]
    found += [
        Measure("severity", ratio, name, upper=1.0, verdict=verdicts.get(name, "")) for name, ratio in ranked.items()
    ]
    for metric, one in (("score", fixed), ("trailing_score", trailing)):
        if one:
            kind = "fixed" if one is fixed else "trailing"
            scores = {"": one.score, **one.column_scores}
            found += [
                Measure(metric, score, name, upper=one.threshold, reference=kind) for name, score in scores.items()
            ]
    return found
