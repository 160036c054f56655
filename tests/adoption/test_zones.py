import pytest


def aware(frame, zone, column="hour"):
    local = frame["queued_at"].dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    return frame.assign(**{column: frame["queued_at"].dt.hour, "queued_at": local.dt.tz_convert("UTC")}).dropna()


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Asia/Kolkata"])
def test_an_hour_beside_an_aware_time_tells_the_zone(jobs, look, zone):
    found = look(aware(jobs(), zone, "local_hour"))
    assert (found.zone, found.zone_reason) == (zone, "the column local_hour is the hour of the day there in every row")
    assert len(found.days) == 90  # in UTC they would be 91


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda f: f, "the times carry no zone"),
        (lambda f: aware(f, "Europe/Berlin").drop(columns="hour"), "nothing says in which one your days begin"),
        (lambda f: aware(f, "Europe/Berlin").assign(hour=lambda f: 23 - f["hour"]), "nothing says in which one"),
    ],
    ids=["naive", "no hours", "other hours"],
)
def test_without_a_sign_days_are_those_of_utc(jobs, look, change, reason):
    found = look(change(jobs()))
    assert (found.zone, reason in found.zone_reason) == ("UTC", True)
