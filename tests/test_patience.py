import pytest
from driftbook import patience


def attempts(*outcomes):
    """Return a function that raises or returns one outcome after the other, and a list of those it had."""
    left, had = list(outcomes), []

    def attempt():
        had.append(left.pop(0))
        if isinstance(had[-1], Exception):
            raise had[-1]
        return had[-1]

    return attempt, had


def passes(error):
    return isinstance(error, KeyError)


@pytest.fixture
def pauses(monkeypatch):
    """The seconds slept, without sleeping."""
    slept = []
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)
    return slept


def test_what_works_is_done_once(pauses, caplog):
    attempt, had = attempts(1)
    assert patience.again(attempt, passes, seconds=9) == 1
    assert (had, pauses, caplog.records) == ([1], [], [])


def test_what_may_pass_is_tried_with_growing_pauses_and_said_once(pauses, caplog):
    attempt, _ = attempts(*[KeyError("away")] * 6, "back")
    assert patience.again(attempt, passes, seconds=60) == "back"
    expected = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2]
    assert all(least <= slept <= least + patience.CHANCE for least, slept in zip(expected, pauses, strict=True))
    assert [record.getMessage() for record in caplog.records] == ["Trying again, as this may pass: 'away'"]


def test_anything_else_is_raised_at_once(pauses):
    attempt, had = attempts(KeyError(), ValueError("for good"), 1)
    with pytest.raises(ValueError, match="for good"):
        patience.again(attempt, passes)
    assert len(had) == 2


@pytest.mark.parametrize(("limits", "times"), [({"tries": 3}, 3), ({"seconds": 0}, 1), ({"seconds": 0.05}, 1)])
def test_it_ends_with_the_last_error(pauses, limits, times):
    attempt, had = attempts(*[KeyError(number) for number in range(5)])
    with pytest.raises(KeyError, match=str(times - 1)):
        patience.again(attempt, passes, **limits)
    assert len(had) == times


def test_seconds_count_what_attempts_take(monkeypatch):
    monkeypatch.setattr(patience, "FIRST", 0.01)
    monkeypatch.setattr(patience, "CHANCE", 0)
    attempt, had = attempts(*[KeyError()] * 50)
    with pytest.raises(KeyError):
        patience.again(attempt, passes, seconds=0.1)
    assert 3 <= len(had) <= 4
