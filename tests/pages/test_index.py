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
    assert cells(march)[2] == (
        "verdict-no-data",
        "2022-03-02: no data, 0 rows, it has no page",
        "",
    )
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


def lines(page):
    """Return the runs' lines as (notebook, verdict to filter by, cells)."""
    found = re.findall(r'<tr data-notebook="(.*?)" data-verdict="(.*?)">(.*?)</tr>', page, re.DOTALL)
    return [(name, verdict, re.findall("<td[^>]*>(.*?)</td>", cells, re.DOTALL)) for name, verdict, cells in found]


def test_runs_by_model():
    table = runs(
        {"status": "failed", "error": "ValueError: <no>\nsecond line", "page": "f.html"},
        {"kind": "interactive", "page": "", "duration_seconds": None},
        {"model": "", "notebook": "smoke", "label": ""},
        {"notebook": "backfill", "label": "2022-02-01_2022-02-03"},
    )
    page = index.render(days(), table, {"m": "made <up>"}, titles={"m": "trip <time>"})
    assert re.findall("<h2>(.*?)</h", page) == ["trip &lt;time&gt; (m)", "Without a model"]
    assert re.findall("<summary>(.*?)</summary>", page) == ["3 runs", "1 run"]
    assert '<p class="notice">made &lt;up&gt;</p>' in page
    started = "2026-11-24 20:00:01"
    assert lines(page) == [
        ("monitor", "failed", [
            '<a href="f.html">2022-02-05</a>', "monitor", "failed: ValueError: &lt;no&gt;", "2.2 s", started,
        ]),
        ("monitor", "succeeded", [
            "2022-02-05", "monitor", "succeeded, interactive: it has no page", "–", started,
        ]),
        ("backfill", "succeeded", [
            '<a href="m/p.html">2022-02-01 to 2022-02-03</a>', "backfill", "succeeded", "2.2 s", started,
        ]),
        ("smoke", "succeeded", ['<a href="m/p.html">open</a>', "smoke", "succeeded", "2.2 s", started]),
    ]  # fmt: skip


def test_a_run_has_the_verdict_of_its_day():
    table = runs({"page": "new.html"}, {"page": "old.html"})
    found = lines(index.render(days(("2022-02-05", 1, "alarm", "new.html")), table, {}))
    assert [verdict for _, verdict, _ in found] == ["alarm", "succeeded"]  # the older one was computed anew since
    assert 'verdict-alarm"' in found[0][2][2]


@pytest.mark.parametrize(("count", "is_open"), [(10, True), (11, False), (25, False)])
def test_many_runs_are_folded(count, is_open):
    page = index.render(days(), runs(*[{"page": f"{number}.html"} for number in range(count)]), {})
    assert (" open><summary>" in page) is is_open
    assert all(f'href="{number}.html"' in page for number in range(count))


def judged(*rows):
    table = [(dt.date.fromisoformat(day), feature, summary, None) for day, feature, summary in rows]
    return {"m": pd.DataFrame(table, columns=["day", "feature", "summary", "since"])}


def called(page):
    top = page.split("<h2>")[0]
    return [" ".join(re.sub("<[^>]*>", " ", line).split()) for line in re.findall("<li>(.*?)</li>", top, re.DOTALL)]


def test_the_days_that_need_a_person_come_first_the_newest_on_top():
    table = days(
        ("2022-02-01", 9, "alarm", "1.html"), ("2022-02-02", 9, "alarm", "2 b.html"), ("2022-02-03", 9, "ok", "3.html"),
        ("2022-02-04", 0, "no data", ""), ("2022-02-05", 9, "drift", "5.html"),
    )  # fmt: skip
    reasons = judged(("2022-02-01", "fare", "x"), ("2022-02-02", "fare", "<odd>"), ("2022-02-04", "", "No row."))
    page = index.render(table, runs(), {}, judgements=reasons)
    assert called(page) == [
        "no data No row. m 2022-02-04 (no page)",
        "alarm &lt;odd&gt; m 2022-02-01 , 2022-02-02",
    ]
    assert re.findall('href="([^"]*)"', page.split("<h2>")[0].split("<h1>")[1]) == ["1.html", "2%20b.html"]


def test_an_open_item_is_one_line_with_its_pages_and_what_ends_it():
    first, newest = dt.date(2022, 2, 1), dt.date(2022, 2, 3)
    item = {
        "model": "m", "since": first, "newest_day": newest, "lasted": 2, "summary": "fare is <odd>.",
        "first_day": first, "first_page": "1 b.html", "first_debug": "d1.html", "page": "3.html", "debug": None,
    }  # fmt: skip
    short = item | {"since": newest, "lasted": 1, "first_day": newest, "first_page": "3.html", "first_debug": None}
    table = days(("2022-02-01", 9, "alarm", "1 b.html"), ("2022-02-03", 9, "alarm", "3.html"))
    reasons = judged(("2022-02-01", "fare", "x"), ("2022-02-03", "fare", "y"))
    reasons["m"]["since"] = [first, newest]
    items = {"m": pd.DataFrame([item, short])}

    def command(notebook, model, **given):
        return f"{notebook} {model} {given.get('since')}"

    page = index.render(table, runs(), {}, judgements=reasons, items=items, command=command)
    ends = "it is no fault: acknowledge it From {0} on the change alarms no more: acknowledge m {0}"
    assert called(page) == [
        "alarm since 1 February, day 2 : fare is &lt;odd&gt;. m 2022-02-01 ( why ) … 2022-02-03 " + ends.format(first),
        "alarm 3 February : fare is &lt;odd&gt;. m 2022-02-03 " + ends.format(newest),
    ]
    links = re.findall('href="([^"]*)"', page.split("<h2>")[0].split("<h1>")[1])
    assert links == ["1%20b.html", "d1.html", "3.html", "3.html"]
    assert called(index.render(table, runs(), {}, judgements=reasons, items={})) == []  # acknowledged


def test_many_calls_are_folded():
    found = [(f"2022-02-{number:02}", 9, "alarm", "x.html") for number in range(1, 24, 2)]
    page = index.render(days(*found), runs(), {}, judgements=judged(*((day, "", "r") for day, *_ in found)))
    assert "<summary>2 earlier ones</summary>" in page
    assert len(called(page)) == 12


def test_a_calm_archive_says_so():
    page = index.render(days(("2022-02-05", 9, "ok", "5.html")), runs(), {}, judgements=judged())
    assert "None: no day alarms" in page


def test_a_day_without_a_page_says_so():
    page = index.render(days(("2022-02-05", 9, "alarm", "")), runs(), {})
    assert cells(page)[5] == ("verdict-alarm", "2022-02-05: alarm, 9 rows, it has no page", "")


def test_an_empty_archive_says_what_to_do():
    page = index.render(days(), runs(), {})
    assert "Nothing has been run yet. <code>make demo</code>" in page


def test_what_was_acknowledged_is_said_once():
    table = days(("2022-02-01", 9, "alarm", "1 b.html"))
    first, other = dt.date(2022, 2, 1), dt.date(2022, 1, 5)
    known = {"m": [(other, ()), (first, ("fare", "<tip>"))], "n": [(first, ("zone",))]}
    page = index.render(table, runs(), {}, acknowledged=known)
    (said,) = re.findall("<p>(Acknowledged.*?)</p>", page)
    assert re.sub("<[^>]*>", "", said) == (
        "Acknowledged, and alarming no more: the change of all columns since 2022-01-05; "
        "the change of fare, &lt;tip&gt; since 2022-02-01."
    )
    assert re.findall('href="(.*?)"', said) == ["1%20b.html"]
    assert "Acknowledged" not in index.render(table, runs(), {})


def test_any_two_days_with_rows_can_be_compared():
    table = days(
        ("2022-02-01", 9, "ok", "1.html"), ("2022-02-02", 0, "no data", "2.html"), ("2022-02-03", 9, "alarm", "3.html"),
        ("2022-02-04", None, "failed", "4.html"),
    )  # fmt: skip
    day, other = dt.date(2022, 2, 3), dt.date(2022, 2, 1)
    known = [("m", day, other, "c d.html"), ("n", day, other, "n.html")]
    done = pd.DataFrame(known, columns=["model", "day", "beside", "page"])

    def command(notebook, model, day, beside):
        return f"{notebook} {model} {day} {beside}"

    page = index.render(table, runs(), {}, comparisons=done, command=command)
    picker = page.partition('<details class="picker"')[2].partition("</details>")[0]
    assert re.findall("<option>(.*?)</option>", picker) == ["2022-02-03", "2022-02-01"]
    assert 'data-command="debug m DAY OTHER"' in picker
    assert re.findall('href="(.*?)" data-days="(.*?)"', picker) == [("c%20d.html", "2022-02-03 2022-02-01")]
    alone = index.render(table.head(2), runs(), {}, comparisons=done, command=command)
    assert '<details class="picker"' not in alone


def test_a_page_is_replaced_whole(tmp_path):
    for text in ("one", "two ü"):
        index.write(tmp_path / "index.html", text)
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("index.html", "two ü")]
