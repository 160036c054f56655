import numpy as np
import pandas as pd
import pytest
from driftbook import faults
from driftbook.faults import CATALOGUE, HOURS, OF_ROWS, OF_VALUES, TIMES, fault, strength_text

ROWS = 4_000


@pytest.fixture
def frame():
    rng = np.random.default_rng(1)
    values = {
        "time": pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.permutation(ROWS), unit="s"),
        "small": rng.normal(10, 1, ROWS),
        "large": rng.normal(100, 1, ROWS),
        "zone": rng.choice([1.0, 2.0, 3.0], ROWS, p=[0.6, 0.3, 0.1]),
        "name": rng.choice(["a", "b"], ROWS, p=[0.7, 0.3]),
        "hour": rng.integers(0, 24, ROWS).astype(float),
        "target": rng.normal(5, 1, ROWS),
    }
    values["small"] = np.where(rng.random(ROWS) < 0.1, np.nan, values["small"])
    return pd.DataFrame(values)


COLUMNS = {
    faults.NUMERIC: ["small", "large"],
    faults.CATEGORICAL: ["zone", "name"],
    faults.HOUR: ["hour"],
    faults.TARGET: ["target"],
    faults.PAIR: [("small", "large")],
    faults.ROWS: ["time"],
}
PLACES = [(name, column) for name, one in CATALOGUE.items() for kind in one.applies_to for column in COLUMNS[kind]]


def inject(name, frame, column, strength, seed=3):
    return CATALOGUE[name].inject(frame, column, strength, np.random.default_rng(seed))


@pytest.mark.parametrize(("name", "column"), PLACES)
def test_the_same_generator_gives_the_same_fault_and_the_frame_stays_as_it_is(frame, name, column):
    before = frame.copy()
    strength = CATALOGUE[name].strengths[2]
    first, second = inject(name, frame, column, strength), inject(name, frame, column, strength)
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(frame, before)
    assert not first.equals(frame)


@pytest.mark.parametrize(("name", "column"), PLACES)
def test_only_the_column_struck_changes(frame, name, column):
    found = inject(name, frame, column, CATALOGUE[name].strengths[-1])
    if column == "time":
        assert found.index.isin(frame.index).all()
        pd.testing.assert_frame_equal(found, frame.loc[found.index])
    else:
        struck = [column] if isinstance(column, str) else list(column)
        pd.testing.assert_frame_equal(found.drop(columns=struck), frame.drop(columns=struck))


@pytest.mark.parametrize(("name", "column"), [p for p in PLACES if CATALOGUE[p[0]].unit in (OF_VALUES, OF_ROWS)])
def test_the_share_struck_is_the_strength_and_weaker_faults_lie_in_stronger_ones(frame, name, column):
    column_of = column[0] if isinstance(column, tuple) else column

    def struck(strength):
        found = inject(name, frame, column, strength)
        if name == "rows repeated":
            return set(found.index[found.index.duplicated()])
        if column == "time":
            return set(frame.index) - set(found.index)
        changed = (found[column_of] != frame[column_of]) & ~(found[column_of].isna() & frame[column_of].isna())
        return set(frame.index[changed])

    few, many = struck(0.1), struck(0.5)
    assert few < many
    # what is stuck at the most frequent category may have been there before
    usual = {("categories collapse", "zone"): 0.4, ("categories collapse", "name"): 0.3}.get((name, column), 1.0)
    present = frame[column_of].notna().mean()
    rows = present if name != "columns swapped" else 1.0
    assert len(many) / ROWS == pytest.approx(0.5 * usual * rows, abs=0.03)


@pytest.mark.parametrize(
    ("name", "column", "strength", "expected"),
    [
        ("other unit", "large", 1.6, lambda f: f["large"] * 1.6),
        ("target shifted", "target", 1.2, lambda f: f["target"] * 1.2),
        ("values missing", "zone", 1.0, lambda f: f["zone"] * np.nan),
        ("value stuck", "small", 1.0, lambda f: f["small"].where(f["small"].isna(), f["small"].median())),
        ("categories collapse", "zone", 1.0, lambda f: f["zone"] * 0 + 1),
        ("new category", "zone", 1.0, lambda f: f["zone"] * 0 - 1),
        ("new category", "name", 1.0, lambda f: f["name"].map(lambda _: "a value never seen")),
        ("clock shifted", "hour", 5.0, lambda f: (f["hour"] + 5).where(f["hour"] < 19, f["hour"] - 19)),
        ("columns swapped", ("small", "large"), 1.0, lambda f: f["large"].rename("small")),
    ],
)
def test_known_answers(frame, name, column, strength, expected):
    found = inject(name, frame, column, strength)
    pd.testing.assert_series_equal(found[column if isinstance(column, str) else column[0]], expected(frame))


def test_a_truncated_file_ends_earlier(frame):
    found = inject("file truncated", frame, "time", 0.25)
    assert len(found) == 3_000
    assert found["time"].max() < frame["time"].drop(found.index).min()


def test_a_column_without_a_value(frame):
    empty = frame.assign(zone=np.nan, small=np.nan)
    for name, column in PLACES:
        if column in ("zone", "small"):
            pd.testing.assert_frame_equal(inject(name, empty, column, 1.0), empty)


def test_every_fault_has_ascending_strengths_and_a_docstring():
    assert len(CATALOGUE) == 11
    for one in CATALOGUE.values():
        assert one.inject.__doc__
        assert list(one.strengths) == sorted(set(one.strengths))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"of": []}, r"fault 'bad' applies to \(\): expected some of \('numeric', 'categorical'"),
        ({"of": ["text"]}, r"fault 'bad' applies to \('text',\): expected some of"),
        ({"strengths": []}, r"the strengths of fault 'bad' are \(\): expected some, ascending"),
        ({"strengths": [1, 1]}, r"the strengths of fault 'bad' are \(1.0, 1.0\): expected some, ascending"),
        ({"strengths": [2, 1]}, r"the strengths of fault 'bad' are \(2.0, 1.0\): expected some, ascending"),
    ],
)
def test_a_fault_that_makes_no_sense(changes, message):
    with pytest.raises(ValueError, match=message):
        fault("bad", **{"of": [faults.NUMERIC], "strengths": [1], "unit": TIMES, **changes})
    assert "bad" not in CATALOGUE


@pytest.mark.parametrize(
    ("strength", "unit", "text"),
    [
        (1.05, TIMES, "x1.05"),
        (0.005, OF_ROWS, "0.5%"),
        (1.0, OF_VALUES, "100%"),
        (12.0, HOURS, "+12 h"),
        (2, "m", "2 m"),
    ],
)
def test_strengths_in_words(strength, unit, text):
    assert strength_text(strength, unit) == text
