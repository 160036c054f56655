"""The params files, and what keeps the library free of what they are about."""

import re

import pytest
import yaml
from driftbook import batches, config, paths
from driftbook.periods import between
from driftbook.profiles import calendars
from driftbook.sources import trips

#: Column names (but `extra`, a word of its own) and what they are called after.
TAXIS = re.compile("|".join([*{*trips.SCHEMA.names} - {"extra"}, "duration_min", "taxi", "lpep"]), re.I)


#: The params files that come with driftbook; a user's own lie beside them.
OURS = ("demo", "flights", "green_taxi")


@pytest.mark.parametrize("name", OURS)
def test_each_file_is_valid_and_named_as_its_model(name):
    settings = config.load(name)
    assert settings.name == name
    assert settings.target.name in settings.source.derive
    assert set(settings.filters) <= {*settings.columns, settings.target.name}
    assert set(settings.segments) <= {*settings.watched.all}
    if name != "flights":
        assert {*settings.columns} <= {*trips.SCHEMA.names, *settings.source.derive}


@pytest.mark.parametrize("name", OURS)
def test_each_file_says_all_a_reader_wants_to_know(name):
    params = yaml.safe_load((paths.params_dir() / f"{name}.yaml").read_text(encoding="utf-8"))["params"]
    assert {
        "source",
        "time_column",
        "target",
        "features",
        "references",
        "calendar",
        "alarms",
    } <= set(params)
    assert set(params["units"]) <= {*config.load(name).columns}
    assert {"false_alarms_per_month", "trailing_days"} <= set(params["alarms"])


@pytest.mark.parametrize("name", OURS)
def test_special_days_are_days_of_the_calendar(name):
    calendar = config.load(name).calendar
    days = between("2022-01-01", "2023-12-31").days
    for special in calendar.special_days:
        alone = calendar.model_copy(update={"special_days": (special,)})
        assert sum(calendars.is_special(alone, day) for day in days) >= 2, special


def test_the_first_nine_days_of_february_and_the_reference_carry_no_incident():
    settings = config.load("demo")
    incidents = getattr(settings.source, "incidents", ())
    assert {incident.fault for incident in incidents} == {
        "kilometres", "missing fares", "zone", "delivered twice", "no rows", "traffic",
    }  # fmt: skip
    assert min(str(incident.start) for incident in incidents) == "2022-02-10"
    assert getattr(config.load("green_taxi").source, "incidents", ()) == ()


def test_every_page_of_simulated_data_says_so():
    assert "Simulated" in batches.notice(config.load("demo"))
    assert batches.notice(config.load("green_taxi")) == ""


def outside_of_sources():
    library = paths.ROOT / "lib" / "driftbook"
    texts = [path for path in sorted(library.rglob("*")) if path.suffix in (".py", ".sql", ".j2", ".css")]
    return [path for path in texts if "sources" not in path.relative_to(library).parts]


@pytest.mark.parametrize("path", outside_of_sources(), ids=lambda path: path.name)
def test_nothing_outside_of_sources_knows_taxis(path):
    # How a model is named in an example of the documentation may be anything.
    text = path.read_text(encoding="utf-8").replace("params/green_taxi.yaml", "").replace("green_taxi", "")
    assert TAXIS.findall(text) == []
