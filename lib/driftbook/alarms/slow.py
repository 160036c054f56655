"""A change so slow that the trailing reference follows it, until it cannot: then a person should know."""

from collections.abc import Sequence
from dataclasses import replace

from driftbook.alarms import columns, reference
from driftbook.alarms.judge import DayVerdict
from driftbook.alarms.measurement import TOGETHER
from driftbook.alarms.trailing import KEPT_OUT
from driftbook.config.alarms import Alarms
from driftbook.profiles.profile import Profile

#: A column too far from the fixed reference to enter the trailing one, on so many judged days in a row, is an alarm.
DAYS = 3


def with_slow_changes(alarms: Alarms, day: Profile, verdict: DayVerdict, judged: Sequence[Profile]) -> DayVerdict:
    """Return a verdict in which a drift that lasts is an alarm; `judged` are the judged days before, in order."""
    found = _slow(alarms, day, verdict, judged[-(DAYS - 1) :])
    if not found:
        return verdict
    measures = tuple(
        replace(measure, verdict="alarm")
        if measure.metric == "severity" and measure.feature in ("", *found)
        else measure
        for measure in verdict.measures
    )
    said = f"{found[0]} is too far out for the trailing reference to follow, on each of the last {DAYS} days; "
    judgement = replace(
        verdict.judgement,
        verdict="alarm",
        feature=found[0],
        facts=(*verdict.judgement.facts, *found),
        reason=said + verdict.judgement.reason,
    )
    verdicts = verdict.verdicts | dict.fromkeys(found, "alarm")
    return replace(verdict, judgement=judgement, verdicts=verdicts, measures=measures)


def _slow(alarms: Alarms, day: Profile, verdict: DayVerdict, judged: Sequence[Profile]) -> list[str]:
    """Return the columns that drift since days, those delivered first.

    How columns go together is left out: it follows the season, and a law that breaks slowly breaks nothing at once.
    """
    found = [
        name
        for name, one in verdict.verdicts.items()
        if one == "drift"
        and name != TOGETHER
        and verdict.fixed.ratios[name] > KEPT_OUT
        and not alarms.acknowledgement(name, day.day)
    ]
    if not found or verdict.judgement.verdict == "alarm" or verdict.judgement.labels == "pending":
        return []
    fixed = verdict.fixed.reference
    if len(judged) < DAYS - 1 or not all(fixed.can_judge(other) for other in judged):
        return []
    ratios = reference.score(fixed, judged).columns / verdict.fixed.threshold
    lasting = dict(zip(fixed.layout.columns, (ratios > KEPT_OUT).all(axis=0), strict=True))
    own = sorted(found, key=lambda name: (name in columns.CONSEQUENCES, -verdict.fixed.ratios[name]))
    return [name for name in own if lasting[name]]
