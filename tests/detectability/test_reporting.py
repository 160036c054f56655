import datetime as dt
import re
from dataclasses import replace

import numpy as np
import pytest
from driftbook import batches, detectability, faults, model, training
from driftbook.alarms import judge
from driftbook.detectability import copies, reporting
from driftbook.detectability import trial as trials
from driftbook.errors import BadInput
from driftbook.measures.performance import losses
from driftbook.pages import fault_map
from driftbook.periods import between
from driftbook.profiles import counting

from tests import trade

FREAK, SPECIAL = dt.date(2022, 1, 29), dt.date(2022, 1, 1)


@pytest.fixture(scope="module")
def batch(demo):
    return training.reference(demo[0])


@pytest.fixture(scope="module")
def report(demo, batch):
    return detectability.report(demo[1], batch)


@pytest.fixture(scope="module")
def trial(demo):
    settings, trained, _ = demo
    return trials.hold_back(trained.calibration, settings.alarms)


@pytest.fixture(scope="module")
def days(demo, batch, trial):
    return reporting._held_back(demo[1], batch, trial)


@pytest.fixture
def catalogue(monkeypatch):
    """An empty catalogue."""
    monkeypatch.setattr(faults, "CATALOGUE", {})
    return faults.CATALOGUE


def injected(demo, days, fault, column, strength):
    return predicted(demo[1], days, faults.CATALOGUE[fault], column, strength)


def predicted(trained, days, fault, column, strength):
    """Return faulty copies as counts, every one with the predictions the model makes of it."""
    return copies.predict(trained, reporting._injected(trained, days, fault, column, 0, strength))


def test_the_days_held_back(demo, trial, report):
    fixed, kept = demo[1].calibration.fixed, trial.calibration.fixed
    assert (len(report.held_back), report.reference_days, report.alarming, report.status) == (7, 23, (), "")
    assert set(report.held_back) | set(kept.days) == set(fixed.days)
    assert set(report.held_back).isdisjoint(kept.days)
    assert kept.classes == fixed.classes
    assert FREAK in kept.days
    assert SPECIAL not in report.held_back
    assert SPECIAL in trial.calibration.by_day  # beside the days that calibrate, as ever


def test_every_fault_is_tried_on_every_column_it_can_strike(demo, report):
    found = [(one.fault, one.feature) for one in report.found]
    assert len(found) == len(set(found)) == 31
    numeric, categorical = [*demo[0].features.numeric], ["PULocationID", "DOLocationID", "payment_type"]
    by_fault = {fault: [feature for name, feature in found if name == fault] for fault, _ in found}
    assert by_fault == {
        "other unit": numeric,
        "values missing": [*numeric, *categorical, "duration_min"],
        "value stuck": numeric,
        "categories collapse": categorical,
        "new category": categorical,
        "clock shifted": ["hour"],
        "columns swapped": numeric,
        "target shifted": ["duration_min"],
        "rows lost": [""],
        "file truncated": [""],
        "rows repeated": [""],
    }


def test_strengths_are_tried_until_one_is_caught(report):
    for one in report.found:
        assert all(power < trials.POWER for power in one.powers[:-1])
        assert set(np.round(np.array(one.powers) * 7, 9)) <= {*range(8)}
        if one.powers[-1] >= trials.POWER:
            assert one.smallest == one.strengths[len(one.powers) - 1]
        else:
            assert (one.smallest, len(one.powers), one.level) == (None, len(one.strengths), 1)


def test_what_the_demo_would_miss(report):
    caught = {(one.fault, one.feature): one.said for one in report.found}
    assert caught["other unit", "trip_distance"] == "x1.2"
    assert caught["values missing", "fare_amount"] == "2%"
    assert caught["categories collapse", "payment_type"] == "50%"
    assert caught["rows lost", ""] == "30%"
    assert caught["rows repeated", ""] == "0.5%"


def test_the_same_seed_gives_the_same_report(demo, batch, report):
    assert detectability.report(demo[1], batch) == report
    assert detectability.report(demo[1], batch, seed=1) != report


def test_what_is_said_to_be_caught_is_caught_on_later_days(demo, report):
    settings, trained, _ = demo
    later = model.predicted(trained, batches.read(settings, between("2022-02-01", "2022-02-09")))
    counts = {
        day.period.start: (day, counting.profile(settings, trained.calibration.grid, day))
        for day in later.by_day(settings.time_column)
    }
    trial = trials.Trial(trained.calibration, settings.alarms, tuple(day for _, day in counts.values()))
    assert not trials.caught(trial, trial.held_back).any()
    for one, (fault, _, column) in zip(report.found, reporting._places(settings), strict=True):
        found = predicted(trained, counts, fault, column, one.smallest)
        assert trials.caught(trial, found).mean() >= 0.85, (one.fault, one.feature)


def test_no_fault_is_not_caught(demo, batch, catalogue):
    @faults.fault("none", of=[faults.NUMERIC, faults.TARGET, faults.ROWS], strengths=[1, 2], unit="m")
    def none(frame, column, strength, rng):
        return frame

    found = detectability.report(demo[1], batch).found
    assert len(found) == 6
    assert {(one.powers, one.smallest, one.said) for one in found} == {((0.0, 0.0), None, "missed")}


def test_a_fault_of_ones_own_is_in_the_report(demo, batch, catalogue):
    @faults.fault("sign lost", of=[faults.HOUR], strengths=[0.5, 1], unit=faults.OF_VALUES)
    def sign_lost(frame, column, strength, rng):
        values = frame[column]
        return frame.assign(**{column: -values.where(rng.random(len(frame)) < strength, -values)})

    report = detectability.report(demo[1], batch)
    assert [(one.fault, one.feature, one.said, one.powers) for one in report.found] == [
        ("sign lost", "hour", "50%", (1.0,))
    ]


@pytest.mark.parametrize(
    ("fault", "column"),
    [
        ("values missing", "fare_amount"),
        ("value stuck", "trip_distance"),
        ("categories collapse", "PULocationID"),
        ("target shifted", "duration_min"),
        ("rows lost", "lpep_pickup_datetime"),
        ("rows repeated", "lpep_pickup_datetime"),
    ],
)
def test_stronger_faults_are_caught_more_often(demo, trial, days, fault, column):
    strengths = faults.CATALOGUE[fault].strengths
    powers = [trials.caught(trial, injected(demo, days, fault, column, strength)).mean() for strength in strengths]
    assert powers == sorted(powers)
    assert powers[-1] == 1


@pytest.mark.parametrize(
    ("fault", "column"),
    [
        ("other unit", "trip_distance"),
        ("values missing", "payment_type"),
        ("new category", "DOLocationID"),
        ("clock shifted", "hour"),
        ("columns swapped", ("trip_distance", "fare_amount")),
        ("target shifted", "duration_min"),
    ],
)
def test_recounting_what_changed_equals_counting_everything(demo, days, fault, column):
    settings, trained, _ = demo
    for day, found in zip(days, injected(demo, days, fault, column, faults.CATALOGUE[fault].strengths[2]), strict=True):
        batch, counts = days[day]
        rng = np.random.default_rng([0, day.toordinal(), reporting.zlib.crc32(f"{fault} {column}".encode())])
        frame = faults.CATALOGUE[fault].inject(batch.frame, column, faults.CATALOGUE[fault].strengths[2], rng)
        frame = frame.assign(prediction=model.predict(settings, trained.estimator, frame))
        given = {"duplicates": counts.duplicates, "errors": losses(settings, frame).to_numpy()}
        given |= {
            "missing": {name: counts.missing[name] for name in counts.kinds},
            "kinds": counts.kinds,
            "modes": counts.modes,
            "together": counts.together,
        }
        whole = counting.count(settings.calendar, trained.calibration.grid, day, frame, **given)
        assert found.sha256 == whole.sha256 != counts.sha256


@pytest.mark.parametrize(
    ("fault", "column", "strength"),
    [
        ("other unit", "total_amount", 1.1),
        ("values missing", "passenger_count", 0.1),
        ("clock shifted", "hour", 1),
        ("target shifted", "duration_min", 1.1),
        ("rows repeated", "lpep_pickup_datetime", 0.02),
        ("rows lost", "lpep_pickup_datetime", 0.2),
        ("rows lost", "lpep_pickup_datetime", 0.95),
    ],
)
def test_caught_is_what_the_judge_calls_an_alarm(demo, trial, days, fault, column, strength):
    settings, _, _ = demo
    found = injected(demo, days, fault, column, strength)
    before = [day for day in trial.calibration.days if day.day != SPECIAL]

    def verdict(day, before):
        return judge.judge(trial.calibration, settings.alarms, day, before).judgement.verdict

    def is_caught(day):
        # four days calibrate no trailing reference, but tell how many rows are usual
        recent = [other for other in before if other.day_class == day.day_class][-4:]
        return verdict(day, recent) == "alarm"

    assert trials.caught(trial, found).tolist() == [is_caught(day) for day in found]


def test_whole_rows_are_counted_with_every_delivered_column(demo, days):
    twice = injected(demo, days, "rows repeated", "lpep_pickup_datetime", 1.0)
    for found, (batch, counts) in zip(twice, days.values(), strict=True):
        assert found.rows == 2 * counts.rows
        assert found.duplicates == counts.rows + counts.duplicates
        assert found.missing == {name: 2 * missing for name, missing in counts.missing.items()}
        assert found.day == batch.period.start


def test_a_day_without_rows_is_noticed(demo, batch, catalogue):
    @faults.fault("no rows", of=[faults.ROWS], strengths=[1], unit="m")
    def no_rows(frame, column, strength, rng):
        return frame.head(0)

    (one,) = detectability.report(demo[1], batch).found
    assert (one.powers, one.said) == ((1.0,), "1 m")


def test_rows_must_keep_their_index(demo, batch, catalogue):
    @faults.fault("doubled", of=[faults.ROWS], strengths=[1], unit="m")
    def doubled(frame, column, strength, rng):
        return frame.set_index(frame.index + len(frame))

    with pytest.raises(BadInput, match="fault 'doubled' returned rows with another index: rows that stay keep theirs"):
        detectability.report(demo[1], batch)


def test_the_report_is_what_predicting_on_every_copy_gives(demo, trial, days, report):
    for one, (fault, _, column) in zip(report.found, reporting._places(demo[0]), strict=True):
        tried = fault.strengths[: len(one.powers)]
        whole = [trials.caught(trial, predicted(demo[1], days, fault, column, strength)).mean() for strength in tried]
        assert one.powers == tuple(whole), (one.fault, one.feature)


def test_a_copy_is_predicted_on_once_and_with_the_others(demo, batch, report, monkeypatch):
    calls, predict = [], model.with_prediction
    monkeypatch.setattr(model, "with_prediction", lambda *given: calls.append(len(given[2])) or predict(*given))
    assert detectability.report(demo[1], batch) == report
    tried = [len(one.powers) for one in report.found if one.feature in demo[0].features.all]
    assert len(calls) <= sum(tried)
    day = len(demo[1].reference_rows) / len(demo[1].calibration.days)
    assert sum(calls) < 7 * day * sum(tried) * 0.8  # days whose own columns tell are not asked about


def test_delivered_predictions_are_as_they_were(monkeypatch):
    settings = trade.settings(model={"kind": "delivered", "column": "expected"})
    trained, _ = training.train(settings, trade.batch())
    monkeypatch.delattr(model, "with_prediction")
    found = detectability.report(trained, trade.batch())
    assert found.status == ""
    assert all(one.level is not None for one in found.found)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_faults_of_text_and_classes(task):
    estimator = "sklearn.ensemble:HistGradientBoostingClassifier"
    chosen = {"kind": "train", "estimator": estimator, "arguments": {"max_iter": 5}}
    trained, _ = training.train(trade.settings(task, model=chosen), trade.batch())
    found = detectability.report(trained, trade.batch()).found
    by_fault = {fault: [one.feature for one in found if one.fault == fault] for fault in faults.CATALOGUE}
    assert by_fault["new category"] == by_fault["categories collapse"] == ["carrier", "depot", "rack"]
    assert by_fault["columns swapped"] == ["weight"]
    assert by_fault["target shifted"] == []
    assert by_fault["values missing"] == ["weight", "distance", "carrier", "depot", "rack"]
    assert all(one.smallest for one in found if one.fault == "new category")


def test_the_params_file_leaves_the_report_out(demo, batch, monkeypatch):
    trained = replace(demo[1], settings=demo[0].model_copy(update={"detectability": False}))
    monkeypatch.delattr(trials, "reference")  # nothing is scored
    report = detectability.report(trained, batch)
    assert (report.status, report.found, report.held_back) == ("left out", (), ())
    assert "<svg" in fault_map.detectability(detectability.table(report)).data


def test_a_slow_report_shows_its_progress(demo, batch, monkeypatch, capsys):
    monkeypatch.setattr(reporting, "_PATIENCE", 0)
    monkeypatch.setattr(faults, "CATALOGUE", {"rows lost": faults.CATALOGUE["rows lost"]})
    detectability.report(demo[1], batch)
    assert capsys.readouterr().err == ""
    detectability.report(demo[1], batch, progress=True)
    assert "faults: " in capsys.readouterr().err


@pytest.mark.parametrize("size", [10, 21, 25])
def test_too_small_a_reference(demo, batch, size):
    trained = demo[1]
    small = replace(trained, calibration=replace(trained.calibration, days=trained.calibration.days[:size]))
    report = detectability.report(small, batch)
    assert (report.status, report.held_back, report.reference_days) == ("not calibrated", (), size)
    assert len(report.found) == 31
    assert {(one.powers, one.smallest, one.said, one.level) for one in report.found} == {
        ((), None, "not calibrated", None)
    }
    assert detectability.table(report)["level"].isna().all()
    assert "<svg" in fault_map.detectability(detectability.table(report)).data


def test_days_that_alarm_undisturbed_are_left_out(demo, monkeypatch):
    settings, trained, _ = demo
    monkeypatch.setattr(trials, "caught", lambda trial, days: np.arange(len(days)) < 2)
    trial = trials.hold_back(trained.calibration, settings.alarms)
    assert (len(trial.held_back), len(trial.alarming)) == (5, 2)
    assert max(trial.alarming) < min(day.day for day in trial.held_back)
    monkeypatch.setattr(trials, "caught", lambda trial, days: np.arange(len(days)) < 4)
    assert trials.hold_back(trained.calibration, settings.alarms) is None


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        ((), []),
        (("a",), []),
        (("a", "b"), [("a", "b")]),
        (("a", "b", "c"), [("a", "b"), ("b", "c"), ("c", "a")]),
    ],
)
def test_pairs_of_columns(names, pairs):
    assert reporting._pairs(names) == pairs


def test_the_figure_says_what_is_caught(report):
    table = detectability.table(report)
    drawing = fault_map.detectability(table).data
    cells = re.findall(r'font-size="[\d.]+">([^<]*)<title>(.*?)</title>', drawing)
    assert [said for said, _ in cells] == list(table["caught from"])
    assert cells[0][1] == f"{table['column'][0]}, other unit: {cells[0][0]} (tried x1.05 to x2)"
    assert all(f">{name}</text>" in drawing for name in (*table["column"], *table["fault"]))
