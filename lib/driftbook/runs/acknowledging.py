"""Ending an open alarm: somebody has seen a lasting change, and it alarms no more."""

from driftbook import store
from driftbook.config import Settings
from driftbook.errors import BadInput
from driftbook.periods import one_day
from driftbook.runs.in_notebook import run_id


def acknowledge(settings: Settings, since: str, columns: str = "", note: str = "") -> str:
    """Acknowledge an open alarm inside a run, and say in a sentence what happened; in Jupyter nothing is stored.

    Parameters
    ----------
    since
        The first day of the alarm, as YYYY-MM-DD; empty acknowledges nothing.
    columns
        What changed, separated by commas; empty takes all that the alarm was for.

    Raises
    ------
    BadInput
        If no open alarm began on that day, or it was not for one of the columns.
    """
    if not since:
        return "Nothing acknowledged: `since` names no day."
    first, items = one_day(since).start, store.open_items(settings.name)
    known = {item["since"]: item["facts"] for item in items.to_dict("records")}
    if first not in known:
        days = ", ".join(map(str, known)) or "none"
        raise BadInput(f"since is {since!r}: expected the first day of an open alarm of {settings.name}: {days}")
    named = [name.strip() for name in columns.split(",") if name.strip()] or known[first]
    unknown = sorted(set(named).difference(known[first]))
    if unknown:
        raise BadInput(f"columns names {unknown}: the alarm since {first} is for {', '.join(known[first])}")
    if not run_id():
        return "Not stored: this is no papermill run."
    store.acknowledge(run_id(), settings.name, first, named, note)
    return (
        f"Acknowledged since {first}: {', '.join(named)}. Run backfill.ipynb with days = 'missing' to judge the days "
        f"since then anew. As a line of the params file it would be\n{as_line(first, named)}"
    )


def as_line(start: object, columns: list[str]) -> str:
    """Return what a params file says instead, below `alarms:`.

    Examples
    --------
    >>> print(as_line("2022-02-10", ["fare"]))
        acknowledged: [{start: 2022-02-10, columns: [fare]}]
    """
    return f"    acknowledged: [{{start: {start}, columns: [{', '.join(columns)}]}}]"
