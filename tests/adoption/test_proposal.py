import datetime as dt

import pandas as pd
import pytest
from driftbook import adoption

ROWS = 40


def entries(proposal):
    return {entry.key: entry.value for entry in proposal.entries}


@pytest.mark.parametrize(
    ("days", "pending", "start", "length"),
    [(28, 0, 1, 28), (40, 0, 1, 28), (83, 0, 28, 28), (84, 0, 1, 56), (90, 5, 2, 56), (150, 0, 67, 56)],
)
def test_the_reference_is_whole_weeks_before_the_newest_days(jobs, proposed, days, pending, start, length):
    frame = jobs(days)
    frame.loc[frame["queued_at"] >= pd.Timestamp("2024-01-01") + dt.timedelta(days=days - pending), "minutes"] = None
    proposal = proposed(frame)
    assert len(proposal.reference.days) == length
    assert proposal.reference.start == dt.date(2024, 1, 1) + dt.timedelta(days=start - 1)
    assert proposal.delay == pending
    assert entries(proposal)["references"]["train_rows"] == length * ROWS // 2
    assert entries(proposal)["references"]["min_rows_per_day"] == ROWS // 2


def test_rows_that_never_get_a_label_are_no_delay(jobs, proposed):
    frame = jobs()
    frame.loc[frame.index % 3 == 0, "minutes"] = None
    assert proposed(frame).delay == 0


def test_columns_that_collide_get_another_name(jobs, proposed):
    frame = jobs().rename(columns={"queued_at": "hour", "pages": "rows", "minutes": "error"})
    proposal = proposed(frame, target="error")
    found, settings = entries(proposal), adoption.settings(proposal)
    assert found["source"]["derive"] == {
        "delivered_hour": '"hour"', "delivered_error": '"error"', "delivered_rows": '"rows"'
    }  # fmt: skip
    assert (settings.time_column, settings.target.name) == ("delivered_hour", "delivered_error")
    assert settings.features.all == ["delivered_rows", "team"]
    assert "error" in settings.label_columns


def test_a_prediction_may_be_called_prediction(jobs, proposed):
    proposal = proposed(jobs().rename(columns={"pages": "prediction"}), prediction="prediction")
    settings = adoption.settings(proposal)
    assert (settings.model.column, settings.source.derive) == ("prediction", {})
    assert "train_rows" not in entries(proposal)["references"]


def test_segments_are_categories_of_few_values_and_the_hour(jobs, proposed):
    frame = jobs().assign(shop_id=lambda f: f.index % 13, site=lambda f: (f.index % 12).astype(str))
    assert entries(proposed(frame))["segments"] == ["team", "site", "hour"]
    dates = frame.assign(queued_at=frame["queued_at"].dt.date)
    assert entries(proposed(dates))["segments"] == ["team", "site"]
