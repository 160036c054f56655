"""Write the dashboards: `python -m tools.dashboards [--from now-90d --to now --archive https://...]`."""

import argparse
import json
import re
from pathlib import Path
from typing import Any

from driftbook import paths
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards import boards, column, data_drift, data_quality, overview, performance, runs, segments, smoke
from tools.dashboards.queries import RULES

FOLDER = paths.ROOT / "dashboards"
_WIDTH = 120


def dashboards() -> list[Dashboard]:
    """Return every dashboard."""
    topics = (overview, data_drift, data_quality, performance, runs, column, segments, smoke)
    return [topic.dashboard() for topic in topics]


def write(folder: Path, days: tuple[str, str] = boards.DAYS, archive: str = boards.ARCHIVE) -> list[Path]:
    """Write each dashboard as `<uid>.json` and return the files.

    Parameters
    ----------
    days
        The default range of the dashboards over monitored days.
    archive
        The address of the archive, without a slash at its end.
    """
    files = []
    for dashboard in dashboards():
        made = json.loads(json.dumps(dashboard, cls=JSONEncoder))
        if (made["time"]["from"], made["time"]["to"]) == boards.DAYS:
            made["time"] = {"from": days[0], "to": days[1]}
        for variable in made["templating"]["list"]:
            if variable["name"] == "archive":
                variable["query"] = archive
        files.append(folder / f"{dashboard.uid}.json")
        files[-1].write_text(compact(made) + "\n", encoding="utf-8")
    return files


def with_archive(rules: str, archive: str) -> str:
    """Return the alert rules' text with another address of the archive: Grafana expands no variable in annotations."""
    return re.sub(r'page: "\S+/\{\{', f'page: "{archive}/{{{{', rules)


def compact(value: Any, indent: str = "") -> str:
    """Return JSON with what fits into a line on one line: short to read, line by line to compare.

    Examples
    --------
    >>> compact({"a": [1, 2]})
    '{"a": [1, 2]}'
    """
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {compact(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + compact(item, inner) for item in value) + f"\n{indent}]"


def main() -> None:
    """Write the dashboards into `dashboards/`, and the archive's address into the alert rules."""
    parser = argparse.ArgumentParser(prog="python -m tools.dashboards", description=__doc__)
    parser.add_argument("--from", dest="start", default=boards.DAYS[0], help="start of the default range")
    parser.add_argument("--to", dest="end", default=boards.DAYS[1], help="end of the default range")
    parser.add_argument("--archive", default=boards.ARCHIVE, help="address of the archive")
    options = parser.parse_args()
    archive = options.archive.rstrip("/")
    RULES.write_text(with_archive(RULES.read_text(encoding="utf-8"), archive), encoding="utf-8")
    for file in [*write(FOLDER, (options.start, options.end), archive), RULES]:
        print(file.relative_to(paths.ROOT))


if __name__ == "__main__":
    main()
