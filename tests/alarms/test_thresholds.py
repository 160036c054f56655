import pytest
from driftbook.alarms.thresholds import calibrate
from driftbook.errors import BadData
from driftbook.records import Measure


def test_the_reference_days_themselves_are_quiet(demo):
    _, trained, _ = demo
    thresholds = {(t.metric, t.feature): t for t in trained.limits.thresholds}
    assert trained.limits.days == 31
    assert {feature for metric, feature in thresholds if metric == "psi"} == {*trained.settings.watched.all}
    assert all(t.upper > 0 for t in thresholds.values() if t.metric in ("psi", "mean_absolute_error", "rows"))
    assert thresholds["duplicate_share", ""].upper == trained.settings.thresholds.duplicate_share


@pytest.mark.parametrize("days", [0, 1])
def test_too_few_days(demo, days):
    settings, trained, _ = demo
    with pytest.raises(BadData, match=f"{days} reference days with 200 rows or more: at least 2 are needed"):
        calibrate(settings, trained.limits, [[Measure("rows", 300.0)]] * days, [{}] * days)
