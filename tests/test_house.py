"""The budgets of lines in docs/house.md hold, and its figures are those of today."""

import re

import pytest
from driftbook import paths

LIBRARY = paths.ROOT / "lib" / "driftbook"
ROOT = "modules at the root"
#: How far a figure may lie from the truth before it has to be written anew.
SLACK = 60


def written():
    """Return the table's rows: rooms to budget, lines and the reason for being over it."""
    page = (paths.ROOT / "docs" / "house.md").read_text(encoding="utf-8").split("## Budgets of lines")[1]
    rows = re.findall(r"^\| ([^|]+) \| ([\d,]+) \| ([\d,]+) \|(.*)\|$", page, re.MULTILINE)
    return {
        rooms: (int(budget.replace(",", "")), int(lines.replace(",", "")), why.strip())
        for rooms, budget, lines, why in rows
    }


def modules_of(rooms):
    """Return the files that a row of the table means; those at the root are the ones no other row names."""
    if rooms == ROOT:
        elsewhere = {path for other in WRITTEN if other != ROOT for path in modules_of(other)}
        return [path for path in LIBRARY.glob("*.py") if path not in elsewhere]
    rooms = [LIBRARY / name for name in re.findall(r"`(\w+)/?`", rooms)]
    return [path for room in rooms for path in (room.rglob("*.py") if room.is_dir() else [room.with_suffix(".py")])]


def lines_of(rooms):
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in modules_of(rooms))


WRITTEN = written()


@pytest.mark.parametrize("rooms", WRITTEN)
def test_no_room_grows_beyond_its_budget_without_a_reason(rooms):
    budget, lines, why = WRITTEN[rooms]
    found = lines_of(rooms)
    assert found, f"{rooms}: no such room"
    assert found <= max(budget, lines + SLACK), f"{rooms} has {found} lines, {budget} are its budget"
    assert found <= budget or why, f"{rooms} has {found} lines, over its budget of {budget}: say why, or cut"


@pytest.mark.parametrize("rooms", WRITTEN)
def test_the_figures_are_those_of_today(rooms):
    assert abs(lines_of(rooms) - WRITTEN[rooms][1]) <= SLACK, f"docs/house.md: {rooms} has {lines_of(rooms)} lines"


def test_every_module_is_in_one_room():
    counted = [path for rooms in WRITTEN for path in modules_of(rooms)]
    assert sorted(counted) == sorted(LIBRARY.rglob("*.py"))


def test_the_sum_is_that_of_the_rows():
    page = (paths.ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    (said,) = re.findall(r"^Together ([\d,]+) lines", page, re.MULTILINE)
    assert int(said.replace(",", "")) == sum(lines for _, lines, _ in WRITTEN.values())
