"""Undisturbed months, and faults on each of their days, judged as the product judges them."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from alarms_days import Pair
from alarms_faults import FAULTS, faulty
from alarms_work import in_processes, met, table
from driftbook.periods import Period

#: How many days in a row a fault lasts where it is repeated, and the days between two starts.
LASTS, STEP = 10, 7


@dataclass(frozen=True)
class Day:
    """How a day was judged: verdict, column named, severity, reason, whether the scores alone would page."""

    verdict: str
    column: str
    severity: float
    reason: str
    paged_by_scores: bool


def judged_days(pairs: list[Pair]) -> dict[str, list[Day]]:
    """Return every day of the pairs clean (``) and with each fault (by its name)."""
    for pair in pairs:
        _ = pair.counts, pair.trained.calibration.fixed  # before the fork, so that they are computed once
    tasks = [(at, day) for at, pair in enumerate(pairs) for day in pair.days]
    found = in_processes(_judged, pairs, tasks)
    return {name: [day[name] for day in found] for name in found[0]}


def show_undisturbed(pairs: list[Pair]) -> None:
    """Print the verdicts of clean days with each reason."""
    lines, reasons = [], []
    for pair in pairs:
        judged = {day: pair.judge(batch).judgement for day, batch in pair.days.items()}
        verdicts = Counter(found.verdict for found in judged.values())
        shown = (verdicts[name] for name in ("alarm", "drift", "notice", "ok"))
        rest = sum(verdicts.values()) - sum(verdicts[name] for name in ("alarm", "drift", "notice", "ok"))
        lines.append([pair.name, len(judged), *shown, rest, "at most 1 page", met(verdicts["alarm"] <= 1)])
        reasons += [[day, found.verdict, found.reason] for day, found in judged.items() if found.verdict != "ok"]
    header = ["months", "days", "pages", "drift", "notices", "ok", "not judged", "asked", ""]
    table("Undisturbed months, budget 1", header, lines)
    table("Why", ["day", "verdict", "reason"], reasons)


def show_faults(title: str, judged: dict[str, list[Day]]) -> None:
    """Print on how many days each fault pages, on how many by the scores alone, and whether its column is named."""
    columns = {fault.name: fault.column for fault in FAULTS}
    lines = []
    for name, column in columns.items():
        days = judged[name]
        paged = sum(day.verdict == "alarm" for day in days)
        named = sum(day.column == column for day in days) if column else "-"
        least = min(day.severity for day in days)
        by_scores = sum(day.paged_by_scores for day in days)
        asked = f"at least {len(days) - 1}"
        lines.append([name, f"{paged} of {len(days)}", by_scores, named, f"{least:.2f}", asked])
        lines[-1].append(met(paged >= len(days) - 1))
    header = ["fault", "days paged", "by scores alone", "column named", "least severity", "asked", ""]
    table(title, header, lines)
    missed = [[name, day.verdict, day.reason] for name in columns for day in judged[name] if day.verdict != "alarm"]
    if missed:
        table("The missed days", ["fault", "verdict", "reason"], missed)


def show_repeated(pairs: list[Pair]) -> None:
    """Print how many days page when a fault lasts ten days: bad days must not enter the trailing reference."""
    starts = [(at, start) for at, pair in enumerate(pairs) for start in list(pair.days)[: -LASTS + 1 : STEP]]
    tasks = [(at, start, number) for number in range(len(FAULTS)) for at, start in starts]
    found = in_processes(_lasting, pairs, tasks)
    lines = []
    for number, fault in enumerate(FAULTS):
        own = [pages for (_, _, of_fault), pages in zip(tasks, found, strict=True) if of_fault == number]
        by_day = [sum(column) for column in zip(*own, strict=True)]
        lines.append([fault.name, f"{sum(by_day)} of {LASTS * len(own)}", " ".join(map(str, by_day))])
    title = f"The same fault {LASTS} days in a row ({len(starts)} starts)"
    table(title, ["fault", "days paged", f"paged on the 1st .. {LASTS}th day"], lines)


def _judged(pairs: list[Pair], at: int, day: dt.date) -> dict[str, Day]:
    pair = pairs[at]
    batch = pair.days[day]
    batches = {"": batch} | {fault.name: faulty(pair.trained, batch, fault) for fault in FAULTS}
    found = {}
    for name, one in batches.items():
        judged = pair.judge(one)
        judgement = judged.judgement
        by_scores = "alarm" in judged.verdicts.values()
        said = judgement.verdict, judgement.feature, judgement.severity or 0.0, f"{day}: {judgement.reason}"
        found[name] = Day(*said, by_scores)
    return found


def _lasting(pairs: list[Pair], at: int, start: dt.date, number: int) -> list[bool]:
    """Return which of the days from a start on page, each judged after the faulty days before it."""
    pair = pairs[at]
    known = {day: counts for day, counts in pair.counts.items() if day < start}
    pages = []
    for day in Period(start, start + dt.timedelta(days=LASTS)).days:
        batch = faulty(pair.trained, pair.days[day], FAULTS[number])
        pages.append(pair.judge(batch, known).judgement.verdict == "alarm")
        known[day] = pair.count(batch)
    return pages
