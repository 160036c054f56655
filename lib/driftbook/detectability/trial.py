"""Which faults would be missed: some reference days are held back, and faulty copies of them judged by the others.

The held-back days have no trailing reference, so the fixed one decides alone, beside the deterministic checks. Days
that alarm without a fault say nothing about faults and are left out.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from driftbook.alarms import checks, reference
from driftbook.alarms.calibration import Calibration
from driftbook.config.alarms import Alarms
from driftbook.detectability.copies import Copy
from driftbook.faults import Fault, strength_text
from driftbook.profiles import calendars
from driftbook.profiles.profile import Profile
from driftbook.records import Detectability

#: The share of held-back days on which a fault must be caught to count as caught.
POWER = 0.9
#: One day in so many is held back, of each class alike.
_EVERY = 4
#: How many days are held back at least, and how many of them must be left that do not alarm without a fault.
_LEAST_HELD, _LEAST_QUIET = 6, 4


@dataclass(frozen=True)
class Trial:
    """What faults are tried on.

    Attributes
    ----------
    calibration
        That of the days that stay.
    held_back
        The days held back, in order, without those that alarm undisturbed.
    alarming
        The days left out because they alarm undisturbed.
    """

    calibration: Calibration
    alarms: Alarms
    held_back: tuple[Profile, ...]
    alarming: tuple[dt.date, ...] = ()


def hold_back(calibration: Calibration, alarms: Alarms) -> Trial | None:
    """Return a trial with every fourth day of each class held back, None where too few days would stay.

    At least 20 days must stay, three of each class, and six be held back. Freak days stay: they are part of what the
    alarms are calibrated on.
    """
    held = _choose(calibration, alarms.false_alarms_per_month)
    if len(held) < _LEAST_HELD or len(calibration.fixed.days) - len(held) < reference.LEAST_DAYS:
        return None
    kept = replace(calibration, days=tuple(day for day in calibration.days if day.day not in held))
    trial = Trial(kept, alarms, tuple(calibration.by_day[day] for day in sorted(held)))
    alarming = caught(trial, trial.held_back)
    quiet = tuple(day for day, alarm in zip(trial.held_back, alarming, strict=True) if not alarm)
    if len(quiet) < _LEAST_QUIET:
        return None
    return replace(trial, held_back=quiet, alarming=tuple(sorted(held - {day.day for day in quiet})))


def caught(trial: Trial, days: Sequence[Profile]) -> np.ndarray:
    """Return on which days the verdict would be `alarm`, or `no data`.

    What stands in for the last days of the same class, which the number of rows is checked against, are the last ones
    of those that stay.
    """
    calibration, fixed = trial.calibration, trial.calibration.fixed
    before = [day for day in calibration.days if not day.is_special]
    found = np.array([_is_checked(trial, day, before) for day in days])
    judged = [line for line, day in enumerate(days) if day.rows >= calibration.least_rows]
    if judged:
        scores = reference.score(fixed, [days[line] for line in judged]).days
        found[judged] |= scores > fixed.threshold(trial.alarms.false_alarms_per_month)
    return found


def detect(
    trial: Trial,
    fault: Fault,
    feature: str,
    inject: Callable[[float], Sequence[Copy]],
    predict: Callable[[Sequence[Copy]], Sequence[Profile]],
) -> Detectability:
    """Return how strong a fault must be to be caught; strengths above the first that is are not tried.

    `inject` returns copies of the held-back days with the fault at a strength, `predict` gives some of them their
    predictions.
    """
    powers: list[float] = []
    for strength in fault.strengths:
        powers.append(float(_caught(trial, inject(strength), predict).mean()))
        if powers[-1] >= POWER:
            break
    smallest = fault.strengths[len(powers) - 1] if powers[-1] >= POWER else None
    said = "missed" if smallest is None else strength_text(smallest, fault.unit)
    return Detectability(fault.name, feature, fault.unit, fault.strengths, tuple(powers), smallest, said)


def _caught(trial: Trial, copies: Sequence[Copy], predict: Callable[[Sequence[Copy]], Sequence[Profile]]) -> np.ndarray:
    """Return which copies are caught, predicting only on those whose own columns do not tell.

    A day is as far out as its farthest column, and the undisturbed prediction and error of a quiet day are within the
    threshold: what is caught with these is caught with any.
    """
    found = caught(trial, [copy.counts for copy in copies])
    waiting = [line for line, copy in enumerate(copies) if copy.batch and not found[line]]
    if waiting:
        found[waiting] = caught(trial, predict([copies[line] for line in waiting]))
    return found


def _choose(calibration: Calibration, per_month: float) -> set[dt.date]:
    """Return the days to hold back: every fourth of those within the threshold, ordered by class."""
    fixed = calibration.fixed
    if fixed is None:
        return set()
    kinds = [calibration.by_day[day].day_class for day in fixed.days]
    spare = [kinds.count(kind) > reference.LEAST_OF_CLASS for kind in kinds]
    within = fixed.own_scores <= fixed.threshold(per_month)
    order = sorted(range(len(kinds)), key=lambda line: (calendars.CLASSES.index(kinds[line]), fixed.days[line]))
    found = [fixed.days[line] for line in order if within[line] and spare[line]]
    return set(found[_EVERY - 1 :: _EVERY])


def _is_checked(trial: Trial, day: Profile, before: Sequence[Profile]) -> bool:
    if not day.rows:
        return True
    calibration = trial.calibration
    found = checks.run(calibration, trial.alarms, replace(day, kinds=calibration.kinds), before)
    return any(check.measure.verdict == "alarm" for check in found)
