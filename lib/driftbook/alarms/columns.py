"""The verdict of each column from its two comparisons, and which column speaks for the day."""

from collections.abc import Mapping, Sequence

from driftbook.alarms import reference
from driftbook.alarms.comparison import Comparison
from driftbook.alarms.measurement import ERROR, MISSING, TOGETHER
from driftbook.config.alarms import Alarms
from driftbook.profiles.profile import Profile
from driftbook.records import PREDICTION

#: What follows from the delivered columns, the nearest first: it speaks for the day only if none of those before it is
#: beyond its threshold too.
CONSEQUENCES = (TOGETHER, PREDICTION, ERROR)
#: An acknowledged column alarms again where it lies so many times farther out than on any day since.
_FARTHER = 1.25

_MEANING = {(True, True): "alarm", (True, False): "drift", (False, True): "notice"}


def severities(fixed: Comparison, trailing: Comparison | None) -> dict[str, float]:
    """Return by how much each column exceeds the threshold of both references: the smaller of its two ratios."""
    ratios = trailing.ratios if trailing else fixed.ratios
    return {name: min(ratio, ratios.get(name, ratio)) for name, ratio in fixed.ratios.items()}


def severity(fixed: Comparison, trailing: Comparison | None, verdicts: Mapping[str, str]) -> float:
    """Return the largest severity of a column, those left out that would alarm but for an acknowledgement."""
    found = severities(fixed, trailing)
    return max(ratio for name, ratio in found.items() if ratio <= 1 or verdicts.get(name, "alarm") == "alarm")


def verdicts(
    fixed: Comparison, trailing: Comparison | None, alarms: Alarms, day: Profile, before: Sequence[Profile]
) -> dict[str, str]:
    """Return each column's verdict: what was acknowledged is no alarm, and fewer missing values are but a notice."""
    found = {
        name: _MEANING.get((ratio > 1, (trailing.ratios.get(name, ratio) if trailing else ratio) > 1), "ok")
        for name, ratio in fixed.ratios.items()
    }
    for name in [name for name, verdict in found.items() if verdict == "alarm"]:
        if fixed.ratios[name] <= _FARTHER * _acknowledged(fixed, name, alarms, day, before):
            found[name] = "drift"
    if found.get(MISSING) == "ok" and fallen(fixed) and (trailing is None or fallen(trailing)):
        found[MISSING] = "notice"
    return found


def fallen(against: Comparison) -> list[str]:
    """Return the columns missing together that are missing less than a reference's band says, in groups."""
    layout = against.reference.layout
    if MISSING not in layout.columns:
        return []
    at = layout.columns.index(MISSING)
    labels = layout.labels[layout.starts[at] : layout.starts[at] + layout.sizes[at]]
    shares = against.scores.shares[0, layout.starts[at] :]
    return [name for name, share in zip(labels, shares, strict=False) if share < against.bands[MISSING, name][0]]


def leading(verdicts: Mapping[str, str], fixed: Comparison, trailing: Comparison | None) -> tuple[str, Comparison]:
    """Return the column that speaks for the day, and the comparison that shows it.

    It is the farthest out of those that have the day's gravest verdict, delivered ones first; of `CONSEQUENCES` how the
    columns go together comes first.
    """
    order = ("alarm", "drift", "notice", "ok")
    worst = min(verdicts.values(), key=order.index, default="ok")
    ranking = {
        "drift": fixed.ratios,
        "notice": trailing.ratios if trailing else fixed.ratios,
    }.get(worst, severities(fixed, trailing))
    own = [name for name in ranking if verdicts.get(name, worst) == worst]
    delivered = [name for name in own if name not in CONSEQUENCES] or [name for name in own if name == TOGETHER]
    candidates = delivered if worst != "ok" else own
    column = max(candidates or own, key=ranking.get)
    return column, trailing if worst == "notice" and trailing and column in trailing.ratios else fixed


def _acknowledged(fixed: Comparison, column: str, alarms: Alarms, day: Profile, before: Sequence[Profile]) -> float:
    """Return how far out an acknowledged change may lie: as on the days since then, 0 if there is none."""
    change = alarms.acknowledgement(column, day.day)
    if change is None:
        return 0.0
    since = [other for other in before if other.day >= change.start and fixed.reference.can_judge(other)]
    if not since:
        return float("inf")
    at = fixed.reference.layout.columns.index(column)
    return float(reference.score(fixed.reference, since).columns[:, at].max()) / fixed.threshold
