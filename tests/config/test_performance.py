import pytest
from driftbook import config, paths
from driftbook.config.performance import Fairness, Performance, Segment
from driftbook.errors import BadInput
from pydantic import ValidationError

from tests import trade


def test_a_segment_is_called_as_it_is_named_or_as_its_column():
    given = [{"column": "depot"}, {"name": "heavy", "where": "weight > 5"}, {"column": "hour", "bands": [0, 12, 24]}]
    found = Performance(segments=given)
    assert [one.title for one in found.segments] == ["depot", "heavy", "hour"]
    assert (found.min_rows, found.fairness) == (30, ())


def test_one_fairness_may_stand_without_a_list():
    given = {"segments": [{"column": "depot"}], "fairness": {"by": "depot", "error_gap": 2}}
    assert Performance(**given).fairness == Performance(**given | {"fairness": [given["fairness"]]}).fairness
    assert Performance(**given).fairness[0].declared() == {"error_gap": 2}


def test_groups_of_a_file(tmp_path):
    path = tmp_path / "groups.csv"
    path.write_text('depot,region,since\n1,north,1999\n"2, old",south,2001\n\n3,north,2005\n', encoding="utf-8")
    assert Segment(column="depot", groups=str(path)).groups == {"north": ("1", "3"), "south": ("2, old",)}


def test_the_zones_of_the_taxis():
    (found,) = [one for one in config.load("green_taxi").performance.segments if one.groups]
    sizes = {name: len(zones) for name, zones in found.groups.items()}
    assert sizes == {
        "EWR": 1, "Queens": 69, "Bronx": 43, "Manhattan": 69, "Staten Island": 20, "Brooklyn": 61,
        "Unknown": 1, "Outside of NYC": 1,
    }  # fmt: skip
    assert "74" in found.groups["Manhattan"] and "132" in found.groups["Queens"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"segments": [{}]}, "expected either a column or a condition in where"),
        ({"segments": [{"column": "a", "where": "b > 1", "name": "c"}]}, "expected either a column or a condition"),
        ({"segments": [{"where": "weight > 5"}]}, "the condition 'weight > 5' has no name: give it one"),
        ({"segments": [{"column": "a", "bands": [1]}]}, "bands is [1.0]: expected two numbers or more, ascending"),
        ({"segments": [{"column": "a", "bands": [1, 1]}]}, "expected two numbers or more, ascending"),
        ({"segments": [{"column": "a", "bands": [1, "x"]}]}, "Input should be a valid number"),
        ({"segments": [{"column": "a", "bands": [1, 2], "groups": {"x": [1]}}]}, "expected one of bands, groups and"),
        ({"segments": [{"column": "a", "groups": {"x": [1, 2], "y": [2]}}]}, "groups names the values ['2.0'] more"),
        ({"segments": [{"column": "a", "groups": "no/such.csv"}]}, "groups is 'no/such.csv': expected names with"),
        ({"segments": [{"column": "a", "most": 0}]}, "Input should be greater than 0"),
        ({"segments": [{"column": "a", "colour": 1}]}, "Extra inputs are not permitted"),
        ({"segments": [{"column": "a"}, {"name": "a", "where": "b"}]}, "segments named twice: ['a']; give them diff"),
        ({"fairness": {"by": "depot"}}, "fairness.by names ['depot']: expected a name of the segments, one of []"),
        ({"segments": [{"column": "a"}], "fairness": {"by": "a", "error_ratio": 1.5}}, "should be less than 1"),
        ({"segments": [{"column": "a"}], "fairness": {"by": "a", "bias_ratio": 0.5}}, "Extra inputs are not permitted"),
        ({"min_rows": 1}, "Input should be greater than or equal to 2"),
    ],
)
def test_what_is_refused(given, message):
    with pytest.raises(ValidationError) as refused:
        Performance.model_validate(given)
    assert message in str(refused.value)


def test_a_file_of_groups_needs_two_columns(tmp_path):
    (tmp_path / "groups.csv").write_text("depot\n1\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="expected a value and the name of its group"):
        Segment(column="depot", groups=str(tmp_path / "groups.csv"))


@pytest.mark.parametrize("task", ["regression", "multiclass"])
def test_rates_are_of_two_classes(task):
    performance = {"segments": [{"column": "depot"}], "fairness": {"by": "depot", "selection_rate_gap": 0.2}}
    assert trade.settings("binary", performance=performance).performance.fairness[0].declared()
    with pytest.raises(BadInput, match=rf"fairness gives \['selection_rate_gap'\], which task '{task}' has no measure"):
        trade.settings(task, performance=performance)


def test_no_training_depends_on_segments():
    plain, cut = trade.settings(), trade.settings(performance={"segments": [{"column": "depot"}]})
    assert plain.of_training() == cut.of_training()
    assert plain.columns == cut.columns


def test_every_threshold_is_a_metric():
    from driftbook.metrics import METRICS

    assert {*Fairness.model_fields} - {"by"} <= {*METRICS}


def test_the_params_files_cut_their_days():
    for name in ("demo", "flights", "green_taxi"):
        assert len(config.load(str(paths.params_dir() / f"{name}.yaml")).performance.segments) >= 3
