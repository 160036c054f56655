"""A period of days in words: which of them need a person, and what each figure of the period says."""

import calendar
import datetime as dt
import html
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from IPython.display import HTML

from driftbook.config import Settings
from driftbook.metrics import rounded, said
from driftbook.pages import elements
from driftbook.periods import Period

#: The verdicts that call a person.
CALLING = ("alarm", "no data", "failed")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Call:
    """Days that need a person for the same: their verdict, the column that decides, and what the newest is about.

    `since` is the first day of the alarm they are part of, None where neighbours with the same column stand together.
    """

    days: tuple[dt.date, ...]
    verdict: str
    feature: str
    summary: str
    since: dt.date | None = None


def calls(overview: pd.DataFrame, judgements: pd.DataFrame) -> list[Call]:
    """Return which days of a model need a person and why, in order; the days of an alarm stand together."""
    known = judgements.set_index("day")[["feature", "summary", "since"]].to_dict("index")
    found: dict[object, Call] = {}
    for row in overview[overview["verdict"].isin(CALLING)].to_dict("records"):
        day = row["day"]
        why = known.get(day, {"feature": "", "summary": "The run failed.", "since": None})
        same = (row["verdict"], why["feature"])
        last = found[next(reversed(found))] if found else None
        goes_on = last and last.since is None and (last.verdict, last.feature) == same and day - last.days[-1] == _DAY
        key = why["since"] or (last.days[0] if goes_on else day, "")
        earlier = found[key].days if key in found else ()
        found[key] = Call((*earlier, day), *same, why["summary"], why["since"])
    return [*found.values()]


def duration(since: dt.date, lasted: int) -> str:
    """Return since when an alarm lasts.

    Examples
    --------
    >>> duration(dt.date(2022, 2, 24), 4), duration(dt.date(2022, 2, 24), 1)
    ('since 24 February, day 4', '24 February')
    """
    first = f"{since.day} {calendar.month_name[since.month]}"
    return f"since {first}, day {lasted}" if lasted > 1 else first


def headline(
    settings: Settings, period: Period, overview: pd.DataFrame, found: list[Call], link: Callable[[str, dt.date], str]
) -> HTML:
    """Return a period's title, and the days that need a person with their reasons; `link` names a notebook's day."""
    days = sum(len(call.days) for call in found)
    needing = f"{days} day{'s' if days != 1 else ''} need{'s' if days == 1 else ''} you" if days else "no day needs you"
    lines = "".join(
        f"<li>{elements.badge(call.verdict)} {', '.join(link('monitor', day) for day in call.days)}: "
        f"{html.escape(call.summary)}{_why(call, link)}</li>"
        for call in found
    )
    return HTML(
        f'<h1 class="headline">{period.start} to {period.days[-1]} · {html.escape(settings.title)} · {needing}</h1>'
        f'<p class="lead">{verdicts(period, overview)}</p>' + (f"<ul>{lines}</ul>" if lines else "")
    )


def _why(call: Call, link: Callable[[str, dt.date], str]) -> str:
    return f" ({link('debug', call.days[0])})" if call.verdict == "alarm" else ""


def verdicts(period: Period, overview: pd.DataFrame) -> str:
    """Return how many days are stored, and how many have which verdict."""
    counted = overview["verdict"].value_counts()
    named = ", ".join(f"{count} {verdict}" for verdict, count in counted.items()) or "none"
    return f"{len(overview)} of {len(period.days)} days stored: {named}."


def outcomes(jobs: pd.DataFrame) -> str:
    """Return how many days are in the database, and a line for each of which something went wrong."""
    failed, wrong = jobs[jobs["outcome"] == "failed"], jobs[jobs["error"] != ""]
    lines = [f"{len(jobs)} days: {len(jobs) - len(failed)} in the database, {len(failed)} failed."]
    return "\n".join([*lines, *(f"{row.day} {row.outcome}: {row.error}" for row in wrong.itertuples())])


def exceeding(settings: Settings, judgements: pd.DataFrame) -> str:
    """Return how many days exceed the threshold of both references, beside the budget."""
    days = (judgements["severity"] > 1).sum()
    return f"{days} of {len(judgements)} days exceed the threshold of both references. {budget(settings)}"


def budget(settings: Settings) -> str:
    """Return how many false alarms the params file allows."""
    allowed = settings.alarms.false_alarms_per_month
    return f"Budget: {allowed:g} false alarm{'' if allowed == 1 else 's'} in 30 days."


def span(measures: pd.DataFrame, words: str, unit: str = "") -> str:
    """Return between which values a measure of the period lies; `words` is how it is called."""
    values = measures["value"].dropna()
    if values.empty:
        return f"No day has {words}."
    least, most = (said(measures["metric"].iloc[0], value) for value in (values.min(), values.max()))
    return f"{words[:1].upper()}{words[1:]} between {least} and {most} {unit}".strip() + "."


def highest(scores: pd.DataFrame, most: int = 3) -> str:
    """Return the columns and days of the highest severities."""
    found = scores.stack().sort_values(ascending=False, kind="stable").head(most)
    named = [f"{name} on {day}, {rounded(value)} times its threshold" for (name, day), value in found.items()]
    return f"Highest: {'; '.join(named)}." if named else "No day has a score."
