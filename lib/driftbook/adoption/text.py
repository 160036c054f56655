"""The params file as text, its reasons as comments; checked, and written where none of its name is."""

import textwrap

import pandas as pd
import yaml

from driftbook import config, paths
from driftbook.adoption.columns import CATEGORICAL, LEFT_OUT, NUMERIC
from driftbook.adoption.proposal import Proposal
from driftbook.adoption.request import check_name
from driftbook.config import Settings

_WIDTH = 110


def content(proposal: Proposal) -> str:
    """Return the params file, each key below the reason for it."""
    origin = proposal.look.source.path or "a query"
    lines = [f"# Proposed by adopt.ipynb from {origin}. Correct what you know better.", "params:"]
    for entry in proposal.entries:
        lines += [*_comment(entry.reason), *_indented(entry.key, entry.value)]
        lines += _left_out(proposal) if entry.key == "features" else []
    lines += _comment("units of columns, for the axes of figures:", "units: {distance: km}")
    return "\n".join(lines) + "\n"


def settings(proposal: Proposal) -> Settings:
    """Return the params file as it will be read; raises `BadInput` where it cannot be."""
    return config.load(yaml.safe_load(content(proposal))["params"])


def write(proposal: Proposal, name: str) -> str:
    """Write the params file if a name is given, and say in a sentence what happened.

    Raises
    ------
    BadInput
        If there is a params file of that name.
    """
    settings(proposal)
    if not name:
        return "Nothing is written: run it again with a `name`, and it goes to the params files."
    check_name(name)
    file = paths.params_dir() / f"{name}.yaml"
    with file.open("x", encoding="utf-8") as opened:
        opened.write(content(proposal))
    return f"Written to {file.relative_to(paths.ROOT)}: read it, and correct what you know better."


def next_steps(proposal: Proposal) -> str:
    """Return the commands that train the model and monitor the days after its reference."""
    name, start, end = proposal.name, proposal.reference.end, proposal.look.days.index[-1]
    train = f"papermill train.ipynb /dev/null -p params {name}"
    return f"{train}\npapermill backfill.ipynb /dev/null -p params {name} -p start {start} -p end {end}"


def bottom_line(proposal: Proposal) -> str:
    """Return a sentence that says what kind of model it is."""
    look, (task, *_) = proposal.look, proposal.task
    inputs = len(proposal.of(NUMERIC, CATEGORICAL))
    source = f"delivered in {look.prediction}" if look.prediction else proposal.model[0]["estimator"].partition(":")[2]
    return (
        f"A {task} model of {look.target} ({source}) on {inputs} of {look.sample.num_columns} columns, with "
        f"{look.rows:,} rows on {len(look.days)} days from {look.days.index[0]} to {look.days.index[-1]}."
    )


def rows_sentence(proposal: Proposal) -> str:
    """Return a sentence about the rows of the days."""
    rows, reference = proposal.look.days["rows"], proposal.reference
    within = rows.loc[reference.start : reference.days[-1]]
    return (
        f"{rows.min():,} to {rows.max():,} rows a day. The reference is {reference.start} to {reference.days[-1]}: "
        f"{len(within)} days, {within.min():,} to {within.max():,} rows each."
    )


def labels_sentence(proposal: Proposal) -> str:
    """Return a sentence about the labels of the days."""
    share = (proposal.look.days["labelled"] / proposal.look.days["rows"]).median()
    late = f"the newest {proposal.delay} days wait for theirs" if proposal.delay else "the newest day has its own"
    return f"On a usual day {share:.1%} of the rows have a label; {late}."


def reasons_table(proposal: Proposal) -> pd.DataFrame:
    """Return a table of the params file's keys with their values and reasons."""
    rows = {entry.key: (_flow(entry.value), entry.reason) for entry in proposal.entries}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["proposed", "because"])


def columns_table(proposal: Proposal) -> pd.DataFrame:
    """Return a table of the columns with their type, what they are taken for, and why."""
    rows = {column.name: (column.type, column.role, column.reason) for column in proposal.columns}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["type", "taken for", "because"])


def _comment(*texts: str) -> list[str]:
    return [f"  # {line}" for each in texts for line in textwrap.wrap(each, _WIDTH, break_on_hyphens=False)]


def _left_out(proposal: Proposal) -> list[str]:
    found = proposal.of(LEFT_OUT)
    return _comment("Left out:", *(f"- {column.name} {column.reason}" for column in found)) if found else []


def _indented(key: str, value: object) -> list[str]:
    if not isinstance(value, dict | list):
        return [f"  {key}: {_flow(value)}"]
    written = yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True, default_flow_style=None, width=_WIDTH)
    return textwrap.indent(written.rstrip("\n"), "  ").splitlines()


def _flow(value: object) -> str:
    written = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10_000)
    return written.removesuffix("\n").removesuffix("\n...")
