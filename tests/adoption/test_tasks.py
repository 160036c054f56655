import numpy as np
import pytest
from driftbook.errors import BadInput

RNG = np.random.default_rng(8)
LATE = np.array(["late", "on time"])


def answers(frame, **columns):
    """Return jobs with a target of two classes that long jobs tend to have, and more columns of it."""
    is_long = (frame["minutes"] > frame["minutes"].quantile(0.7)).to_numpy()
    return frame.assign(y=is_long, p=np.clip(0.2 + 0.5 * is_long + RNG.normal(0, 0.1, len(frame)), 0, 1)).assign(
        **{name: make(is_long) for name, make in columns.items()}
    )


GOOD = {
    "numbers": ({}, "minutes", "", "regression", {}),
    "numbers with a prediction": ({}, "minutes", "pages", "regression", {}),
    "true or false": ({}, "y", "", "binary", {}),
    "true or false with a probability": ({}, "y", "p", "binary", {}),
    "1 or 0": ({"n": lambda y: y.astype(int)}, "n", "p", "binary", {}),
    "two texts, the rarer one": ({"t": lambda y: LATE[1 - y]}, "t", "", "binary", {"positive": "late"}),
    "two texts, the probable one": ({"t": lambda y: LATE[1 - ~y]}, "t", "p", "binary", {"positive": "on time"}),
    "two numbers": ({"n": lambda y: np.where(y, 7, 3)}, "n", "p", "binary", {"positive": 7}),
    "a class named": ({"t": lambda y: LATE[1 - y], "q": lambda y: LATE[0 * y]}, "t", "q", "multiclass", {}),
    "several texts": ({}, "team", "", "multiclass", {}),
    "few whole numbers": ({"n": lambda y: RNG.integers(0, 4, len(y))}, "n", "", "multiclass", {}),
    "few numbers predicted as numbers": ({"n": lambda y: RNG.integers(0, 4, len(y))}, "n", "pages", "regression", {}),
    "many whole numbers": ({"n": lambda y: RNG.integers(0, 40, len(y))}, "n", "", "regression", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD)
def test_the_task_follows_from_the_target(jobs, proposed, case):
    columns, target, prediction, task, more = GOOD[case]
    found, positive, reason = proposed(answers(jobs(), **columns), target=target, prediction=prediction).task
    assert (found, positive) == (task, more)
    assert target in reason


BAD = {
    "times": ({}, "queued_at", "", "target is 'queued_at', timestamp"),
    "one value": ({"n": lambda y: 0 * y + 1.0}, "n", "", "of 1 values: expected numbers, or 2 to 100 classes"),
    "text": (
        {"t": lambda y: [f"t{n}" for n in range(len(y))]},
        "t",
        "",
        "string of 3,600 values: expected",
    ),
    "text for a number": ({}, "minutes", "team", "prediction is 'team', string: expected numbers, or classes of"),
    "no probability": ({}, "y", "pages", "has two classes: expected the probability of one of them, from 0 to 1"),
    "a number for classes": ({}, "team", "p", "prediction is 'p', and it holds no classes of the target 'team'"),
}


@pytest.mark.parametrize("case", BAD)
def test_refusals(jobs, proposed, case):
    columns, target, prediction, message = BAD[case]
    with pytest.raises(BadInput) as refused:
        _ = proposed(answers(jobs(), **columns), time="queued_at", target=target, prediction=prediction).task
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("target", "prediction", "drop", "estimator"),
    [
        ("minutes", "", ["team"], "LinearRegression"),
        ("minutes", "", [], "HistGradientBoostingRegressor"),
        ("team", "", [], "HistGradientBoostingClassifier"),
        ("minutes", "pages", [], ""),
    ],
)
def test_the_model_follows_from_task_and_columns(jobs, proposed, target, prediction, drop, estimator):
    proposal = proposed(jobs().drop(columns=drop), target=target, prediction=prediction)
    model, _ = proposal.model
    assert model["kind"] == ("train" if estimator else "delivered")
    assert model.get("estimator", "").rpartition(":")[2] == estimator
    assert ("fill_missing" in {entry.key for entry in proposal.entries}) == (estimator == "LinearRegression")
