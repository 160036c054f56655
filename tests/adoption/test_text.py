import pytest
import yaml
from driftbook import adoption, config, paths
from driftbook.errors import BadInput


@pytest.fixture
def proposal(jobs, proposed):
    """A proposal with odd names, left-out columns and late labels."""
    frame = jobs().assign(country="DK", note="a: b # c")
    frame["what: ever #1"] = frame["pages"] * 2
    frame.loc[frame["queued_at"] >= "2024-03-29", "minutes"] = None
    return proposed(frame)


@pytest.fixture
def params(monkeypatch, tmp_path):
    """A params folder of the test's own."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "params").mkdir()
    return tmp_path / "params"


def test_the_file_holds_every_key_below_its_reason(proposal):
    lines = adoption.content(proposal).splitlines()
    assert max(len(line) for line in lines if ".parquet" not in line) <= 120
    for entry in proposal.entries:
        at = next(number for number, line in enumerate(lines) if line.startswith(f"  {entry.key}:"))
        assert lines[at - 1].startswith("  # ")
    assert "  # - country is 'DK' in every row" in lines


def test_the_file_loads_as_what_was_proposed(proposal):
    loaded = yaml.safe_load(adoption.content(proposal))["params"]
    assert loaded == {entry.key: entry.value for entry in proposal.entries}
    assert adoption.settings(proposal).features.numeric == ("pages", "what: ever #1")


def test_it_is_written_once(proposal, params):
    assert adoption.write(proposal, "") == (
        "Nothing is written: run it again with a `name`, and it goes to the params files."
    )
    assert [*params.iterdir()] == []
    assert adoption.write(proposal, "jobs").startswith("Written to params/jobs.yaml")
    assert config.load("jobs").name == "jobs"
    with pytest.raises(BadInput, match=r"params/jobs.yaml is there already"):
        adoption.write(proposal, "jobs")


def test_what_to_run_next(proposal):
    train, backfill = adoption.next_steps(proposal).splitlines()
    assert train == "papermill train.ipynb /dev/null -p params jobs"
    assert backfill.endswith(f"-p params jobs -p start {proposal.reference.end} -p end 2024-03-30")


def test_the_tables_name_every_key_and_column(proposal):
    keys, columns = adoption.reasons_table(proposal), adoption.columns_table(proposal)
    assert list(keys.index) == [entry.key for entry in proposal.entries]
    assert list(columns.index) == ["team", "pages", "country", "note", "what: ever #1"]
    assert keys.loc["labels", "because"] == "the newest 2 days have no labels yet"


def test_the_sentences_hold_their_numbers(proposal):
    assert adoption.bottom_line(proposal) == (
        "A regression model of minutes (HistGradientBoostingRegressor) on 3 of 7 columns, with 3,600 rows on 90 days "
        "from 2024-01-01 to 2024-03-30."
    )
    assert adoption.rows_sentence(proposal).endswith("56 days, 40 to 40 rows each.")
    assert adoption.labels_sentence(proposal) == (
        "On a usual day 100.0% of the rows have a label; the newest 2 days wait for theirs."
    )
