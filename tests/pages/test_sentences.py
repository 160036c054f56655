import numpy as np
import pandas as pd
import pytest
from driftbook import training
from driftbook.pages import sentences
from driftbook.training import Splits

from tests import trade

BROUGHT = {"regression": "expected", "binary": "p", "multiclass": "said"}
REFERENCES = {"start": "2022-01-01", "end": "2022-01-31", "train_rows": 3000, "min_rows_per_day": 100}


def rows():
    found = trade.frame()
    return found.assign(said=found["outcome"].where(found.index % 10 > 0, "late"))


def trained(task, **changes):
    settings = trade.settings(task, model={"kind": "delivered", "column": BROUGHT[task]}, **changes)
    batch = trade.batch(rows())
    return settings, batch, training.train(settings, batch)[1]


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (
            "regression",
            r"The mean absolute error is [12]\.\d{6} hours on rows the model has not seen, [+-]\d+\.\d% against the "
            r"rows it was fitted on\. One answer for all of them, their own best one, would make it 5\.\d{6} hours\.",
        ),
        ("binary", r"The mean log loss is 0\.\d{6} nats on .* would make it 0\.\d{6} nats\."),
        ("multiclass", r"The share of wrong predictions is \d\.\d{4}% on .* would make it \d\d\.\d{4}%\."),
    ],
)
def test_what_a_model_is_worth(task, said):
    settings, _, splits = trained(task)
    assert pd.Series([sentences.worth(settings, splits)]).str.fullmatch(said)[0], sentences.worth(settings, splits)


def test_a_model_that_was_not_fitted_here_or_has_no_label_or_never_errs():
    settings, _, splits = trained("regression")
    nothing = Splits(splits.training.head(0), splits.validation)
    assert "against" not in sentences.worth(settings, nothing)
    exact = splits.training.assign(prediction=splits.training["hours"])
    assert "against" not in sentences.worth(settings, Splits(exact, splits.validation))
    unlabelled = splits.validation.assign(hours=np.nan)
    said = "No row has a label and a prediction: what the model is worth is not known."
    assert sentences.worth(settings, Splits(splits.training, unlabelled)) == said


def test_the_rows_of_a_period(demo):
    batch = training.reference(demo[0])
    assert sentences.rows_of(demo[0], batch) == (
        "67,578 rows on 31 days: 419 on the emptiest (2022-01-29), 2,672 on the fullest (2022-01-06). "
        "6 strays, rows of other days in its files, are left out."
    )
    settings, batch, _ = trained("binary")
    assert sentences.rows_of(settings, batch) == (
        "6,200 rows on 31 days: 200 on the emptiest (2022-01-01), 200 on the fullest (2022-01-01)."
    )
    assert sentences.rows_of(settings, batch.take(np.array([], dtype=int))) == "The period has no row."


def test_how_columns_spread():
    settings = trade.settings(units={"weight": "kg"})
    frame = pd.DataFrame(
        {
            "weight": [1.0, 2.0, 3.0, np.nan],
            "distance": [1.0, 2.0, 6000.0, np.nan],
            "hours": [np.nan] * 4,
            "late": [0.0, 1.0, 0.0, 0.0],
            "depot": ["east", None, "west", "east"],
        }
    )
    assert sentences.spread(settings, frame, frame.columns).splitlines() == [
        "weight: median 2.00, 99 % below 2.98, largest 3.00 kg.",
        "distance: median 2.00, 99 % below 5,880.04, largest 6,000.00.",
        "hours: no value.",
        "late: 2 different values, most often 0 75.0%, 1 25.0%.",
        "depot: 2 different values, most often east 66.7%, west 33.3%.",
    ]


def test_missing_and_kept_rows():
    assert sentences.missing(pd.Series(dtype=float), 8) == "0 of 8 columns in use miss values."
    some = pd.Series({f"c{number}": 0.5 for number in range(9)})
    assert sentences.missing(some, 12).count("50.00%") == 6
    settings, batch, splits = trained("regression", filters={"hours": {"max": 40}}, references=REFERENCES)
    said = sentences.kept(settings, batch, splits)
    assert said.endswith(f"3,000 train, {len(splits.validation):,} validate.")
    assert "of 6,200 rows have a label and pass the filters (98" in said


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("regression", "Mean residual "),
        ("binary", "Area under the ROC curve 0."),
        ("multiclass", "% of 3,200 rows are on the diagonal. Most often in time was taken for late: "),
    ],
)
def test_how_a_model_errs(task, said):
    settings, _, splits = trained(task)
    assert said in sentences.errs(settings, splits.validation)
    empty = splits.validation.assign(prediction=None)
    assert sentences.errs(settings, empty) == "No row has a label and a prediction."


def test_probabilities_in_words_by_hand():
    settings = trade.settings("binary", model={"kind": "delivered", "column": "p"})
    frame = pd.DataFrame({"late": [0.0, 1.0] * 50, "prediction": [0.25, 0.75] * 50})
    assert sentences.errs(settings, frame) == (
        "Area under the ROC curve 1 (0.5 by chance). Where the model says 25.0%, 0.0% come true: "
        "no other tenth of the rows is farther off."
    )
    one = sentences.errs(settings, frame[frame["late"] == 1])
    assert one.startswith("Area under the ROC curve – (0.5 by chance). Where the model says 75.0%, 100.0% come true")


def test_classes_without_a_mistake():
    settings = trade.settings("multiclass", model={"kind": "delivered", "column": "said"})
    frame = pd.DataFrame({"outcome": ["a", "b"], "prediction": ["a", "b"]})
    assert sentences.errs(settings, frame) == "100.0% of 2 rows are on the diagonal."


def test_values_in_full():
    assert sentences.named({"a": 1 / 3, "b": None}) == "a: 0.333333333\nb: –"
    assert sentences.named({}) == "Nothing to compare."
