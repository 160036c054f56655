import pytest
from driftbook.alarms import reasons


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("rows", "rows", 1020.0, 2103.4), "1,020 rows, usually 2,103"),
        (
            ("error", "error", 5.24, 3.19, "minutes"),
            "the mean absolute error is 5.24 minutes, usually 3.19",
        ),
        (("error", "error", 0.412, 0.318, "nats", "mean log loss"), "the mean log loss is 0.41 nats, usually 0.32"),
        (("duplicates", "duplicates", 0.5, 0.0), "exact duplicates make 50.0% of the rows, usually 0.0%"),
        (("missing values", "flag", 0.2, 0.1), "no flag on 20.0% of the rows, usually 10.0%"),
        (("fare", "outside", 0.2, 0.02), "fare: values out of the usual range make 20.0% of the rows, usually 2.0%"),
        (("fare", "up to 2.09", 0.3, 0.5), "fare: values up to 2.09 make 30.0% of the rows, usually 50.0%"),
        (("fare", "1 – 2", 0.3, 0.5), "fare: values 1 – 2 make 30.0% of the rows, usually 50.0%"),
        (("zone", "265", 0.25, 0.0004), "zone: 265 makes 25.0% of the rows, usually 0.04%"),
        (
            ("zone", "unseen", 0.25, 0.0),
            "zone: values never seen in the reference make 25.0% of the rows, usually 0.0%",
        ),
    ],
)
def test_descriptions(given, expected):
    assert reasons.describe(*given) == expected


@pytest.mark.parametrize(
    ("verdict", "trailing", "meaning", "severities"),
    [
        ("alarm", 1.6, "beyond the threshold of both references", "fixed 1.70, trailing 1.60"),
        ("alarm", None, "beyond the threshold of the fixed reference, the trailing one cannot judge yet", "fixed 1.70"),
        ("drift", 0.6, "beyond the threshold of the fixed reference only", "fixed 1.70, trailing 0.60"),
        ("notice", 1.2, "beyond the threshold of the trailing reference only", "fixed 1.70, trailing 1.20"),
        ("special day", 0.6, "the most unusual of the day", "fixed 1.70, trailing 0.60"),
        ("ok", 0.6, "the most unusual of the day, within its threshold", "fixed 1.70, trailing 0.60"),
    ],
)
def test_reasons(verdict, trailing, meaning, severities):
    expected = f"X; {meaning} (score over threshold: {severities})"
    assert reasons.reason(verdict, "X", fixed=1.7, trailing=trailing) == expected
