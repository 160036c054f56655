import matplotlib.pyplot as plt
import pandas as pd
import pytest
from driftbook import model
from driftbook.pages import outcomes

from tests import trade

BROUGHT = {"regression": "expected", "binary": "p", "multiclass": "outcome"}


def made(task, **given):
    settings = trade.settings(task, model={"kind": "delivered", "column": BROUGHT[task]})
    return settings, model.with_prediction(settings, None, trade.frame(days=3, **given))


def titles(drawn):
    found = [panel.get_title() for fig in drawn for panel in fig.axes if panel.get_title()]
    plt.close("all")
    return found


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("regression", ["Residuals", "Residual by prediction"]),
        ("binary", ["Calibration", "ROC curve"]),
        ("multiclass", ["Confusion"]),
    ],
)
def test_each_task_has_its_figure(task, expected):
    settings, frame = made(task)
    assert titles(outcomes.draw(settings, frame)) == expected
    assert titles(outcomes.draw(settings, frame.head(0))) == []


def test_the_confusion_of_classes_in_percent():
    settings = made("multiclass")[0]
    frame = pd.DataFrame({"outcome": list("aaab"), "prediction": list("aabc")})
    (fig,) = outcomes.draw(settings, frame)
    said = [text.get_text() for text in fig.axes[0].texts]
    assert said == ["67%", "33%", "0%", "0%", "0%", "100%", "–", "–", "–"]
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == ["a", "b", "c"]
    plt.close(fig)


def test_one_class_alone_has_no_roc_curve():
    settings, frame = made("binary")
    _, roc = outcomes.draw(settings, frame[frame["late"] == 1])
    assert len(roc.axes[0].lines[1].get_xdata()) == 0
    plt.close("all")
