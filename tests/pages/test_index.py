import datetime as dt
import re

import pandas as pd
import pytest
from driftbook.pages import index
from driftbook.verdicts import VERDICTS


def days(*rows, model="m"):
    table = [(model, dt.date.fromisoformat(day), count, verdict, page) for day, count, verdict, page in rows]
    return pd.DataFrame(table, columns=["model", "day", "rows", "verdict", "page"]).astype({"rows": "Int64"})


def runs(*changes):
    given = {
        "notebook": "monitor", "model": "m", "label": "2022-02-05", "kind": "papermill", "status": "succeeded",
        "started_at": pd.Timestamp("2026-11-24 20:00:01", tz="UTC"), "duration_seconds": 2.25, "error": "",
        "page": "m/p.html",
    }  # fmt: skip
    return pd.DataFrame([{**given, **change} for change in changes], columns=list(given))


def cells(page):
    """Return the calendar's day cells as (number, verdict's class, title, link)."""
    found = re.findall(
        r'<(?:a|span) class="day([^"]*)"(?: href="([^"]*)")?(?: title="([^"]*)")?[^>]*>(?:<b>)?(\d+)', page
    )
    return {int(number): (slug.strip(), title, link) for slug, link, title, number in found}


def test_a_calendar_from_the_first_day_to_the_last():
    table = days(
        ("2022-02-26", 2411, "ok", "m/26.html"), ("2022-02-27", None, "failed", "m/27 b.html"),
        ("2022-03-02", 0, "no data", ""),
    )  # fmt: skip
    page = index.render(table, runs(), {})
    assert re.findall(r"<h3>(\w+ 2022)</h3>", page) == ["February 2022", "March 2022"]
    assert "5 days, 2022-02-26 to 2022-03-02: 1 ok, 1 no data, 1 failed, 2 missing" in page
    february, march = page.split("<h3>March 2022</h3>")
    shown = cells(february)
    assert list(shown) == list(range(1, 29))
    assert shown[25] == ("", "", "")
    assert shown[26] == ("verdict-ok", "2022-02-26: ok, 2,411 rows", "m/26.html")
    assert shown[27] == ("verdict-failed", "2022-02-27: failed", "m/27%20b.html")
    assert shown[28] == ("verdict-missing", "2022-02-28: missing", "")
    assert cells(march)[1] == ("verdict-missing", "2022-03-01: missing", "")
    assert cells(march)[2] == ("verdict-no-data", "2022-03-02: no data, 0 rows", "")
    assert cells(march)[3] == ("", "", "")


def test_a_day_stands_below_its_weekday():
    page = index.render(days(("2022-02-05", 1, "ok", "")), runs(), {})  # a Saturday
    first = re.search(r'<div class="days">(.*?)</div>', page, re.DOTALL).group(1)
    assert re.findall(r"<span></span>|>(\d)<", first) == ["", *"123456"]


@pytest.mark.parametrize("verdict", [*VERDICTS, "missing"])
def test_every_verdict_has_a_sign_and_a_colour(verdict):
    assert len(index.SYMBOLS[verdict]) == 1
    assert f".verdict-{verdict.replace(' ', '-')} " in index.style("base.css")
    assert f"{index.SYMBOLS[verdict]} {verdict}</span>" in index.render(days(("2022-02-05", 1, "ok", "")), runs(), {})


def test_runs_by_model_and_notebook():
    table = runs(
        {"status": "failed", "error": "ValueError: <no>\nsecond line", "page": "f.html"},
        {"kind": "interactive", "page": "", "duration_seconds": None},
        {"model": "", "notebook": "smoke", "label": ""},
        {"notebook": "backfill", "label": "2022-02-01_2022-02-03"},
    )
    page = index.render(days(), table, {"m": "made <up>"})
    assert re.findall("<h[23]>(.*?)</h", page) == [
        "m", "backfill: 1 run", "monitor: 2 runs", "Without a model", "smoke: 1 run",
    ]  # fmt: skip
    assert '<p class="notice">made &lt;up&gt;</p>' in page
    assert '<td><a href="f.html">2022-02-05</a></td><td class="status">failed: ValueError: &lt;no&gt;</td>' in page
    assert "second line" not in page
    assert '<td>2022-02-05</td><td class="status">succeeded, interactive</td>\n<td>–</td><td>2026-11-24 20' in page
    assert '<a href="m/p.html">2022-02-01 to 2022-02-03</a>' in page
    assert "<td>2.2 s</td>" in page


@pytest.mark.parametrize(("count", "folded"), [(10, None), (11, "1 earlier runs"), (25, "15 earlier runs")])
def test_many_runs_are_folded(count, folded):
    page = index.render(days(), runs(*[{"page": f"{number}.html"} for number in range(count)]), {})
    assert re.findall("<summary>(.*?)</summary>", page) == ([folded] if folded else [])
    assert all(f'href="{number}.html"' in page for number in range(count))


def test_an_empty_archive_says_what_to_do():
    page = index.render(days(), runs(), {})
    assert "Nothing has been run yet. <code>make demo</code>" in page


def test_a_page_is_replaced_whole(tmp_path):
    for text in ("one", "two ü"):
        index.write(tmp_path / "index.html", text)
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("index.html", "two ü")]
