"""Count the library's lines by room and write them into docs/house.md: `.venv/bin/python -m tools.lines`."""

import re
from pathlib import Path

from driftbook import paths

LIBRARY = paths.ROOT / "lib" / "driftbook"
PAGE = paths.ROOT / "docs" / "house.md"
#: The row of what no other row names.
ROOT = "modules at the root"
_ROW = re.compile(r"^\| ([^|]+) \| ([\d,]+) \| ([\d,]+) \|(.*)\|$", re.MULTILINE)
_SUM = re.compile(r"(?<=^Together )[\d,]+", re.MULTILINE)


def table(page: str) -> dict[str, tuple[int, int, str]]:
    """Return the budgets' table: rooms to budget, lines as written down, and why there are more."""
    return {rooms: (_number(budget), _number(lines), why.strip()) for rooms, budget, lines, why in _ROW.findall(page)}


def total(page: str) -> int:
    """Return the sum of lines as written down."""
    return _number(_SUM.search(page)[0])


def modules(page: str) -> dict[str, list[Path]]:
    """Return the modules that each row of the table means."""
    found = {rooms: _named(rooms) for rooms in table(page)}
    elsewhere = {path for paths_ in found.values() for path in paths_}
    return found | {ROOT: [path for path in sorted(LIBRARY.glob("*.py")) if path not in elsewhere]}


def count(files: list[Path]) -> int:
    """Return the number of lines of some files, docstrings, comments and empty ones included."""
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def main() -> None:
    """Write the lines of today into the page."""
    page = PAGE.read_text(encoding="utf-8")
    lines = {rooms: count(files) for rooms, files in modules(page).items()}
    page = _ROW.sub(lambda row: f"| {row[1]} | {row[2]} | {lines[row[1]]:,} |{row[4]}|", page)
    PAGE.write_text(_SUM.sub(f"{sum(lines.values()):,}", page), encoding="utf-8")


def _named(rooms: str) -> list[Path]:
    named = [LIBRARY / name for name in re.findall(r"`(\w+)/?`", rooms)]
    return [path for room in named for path in (sorted(room.rglob("*.py")) or [room.with_suffix(".py")])]


def _number(text: str) -> int:
    return int(text.replace(",", ""))


if __name__ == "__main__":
    main()
