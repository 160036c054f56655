import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from driftbook import store
from psycopg.rows import dict_row

from tools.dashboards import sql
from tools.dashboards.queries import Expansion, Query, expanded, queries

ALL = list(queries())
#: The panels of lines, by the name of their query.
LINES = [
    (f"{file.stem}: {panel['title']}", panel)
    for file in sorted(Path(__file__).parents[3].glob("dashboards/*.json"))
    for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]
    if panel["type"] == "timeseries"
]
#: The day of the archive that `debug` took apart, as `conftest.py` has it.
TAKEN_APART = dt.date(2022, 2, 14)
#: On the demo, which is a month of the past, these have nothing to show.
EMPTY = {
    "alert: The newest day is older than expected",
    "alert: The database has gone quiet",
    "alert: Monitoring is slower or less sure than asked",
}
#: These may have nothing to show: measures of columns that need not be there.
OPTIONAL = {"3-data-quality: Invalid values"}
#: What the library and its users read of a view beside the dashboards.
CONTRACT = {
    "daily_overview": "model day rows prediction_drift num_drifted_columns share_missing_values labelled_rows "
    "mean_absolute_error verdict page error error_metric",
    "current_measure": "model day metric feature segment value lower upper verdict rows revision model_version "
    "reference run_id page",
    "service_day": "model day run_seconds rows rows_per_second hours_after attempts finished_at page",
    "measure_interval": "model day metric feature segment value low high verdict run_id page",
    "run_overview": "run_id notebook model day label kind status started_at finished_at error page notebook_hash "
    "data_hash model_version code_version stored_at revision duration_seconds",
    "run_page": "run_id page",
    "current_judgement": "model day verdict reason day_class feature cell day_share reference_share severity "
    "fixed_score fixed_threshold trailing_score trailing_threshold fixed_days trailing_days labels model_version "
    "revision run_id page",
    "current_detectability": "model model_version position fault feature unit smallest said level weakest strongest "
    "powers held_back_days alarming_days reference_days false_alarms_per_month status run_id page",
    "column_score": "model day feature score threshold severity verdict page trailing_score trailing_threshold",
    "alarm": "model day metric feature segment value lower upper verdict page reason",
    "debug_page": "model day page",
    "current_alarm": "model day facts since fixed_threshold_error trailing_threshold_error reason page",
    "open_item": "model since fact newest_day days reason page facts",
    "day_summary": "model day summary lasted",
    "open_item_page": "model since fact facts newest_day lasted summary page debug first_day first_page first_debug",
    "comparison_page": "model day beside page",
    "revision": "model day revision run_id known_from known_until page",
    "measure_history": "model day metric feature segment value lower upper verdict rows low high revision "
    "model_version run_id page known_from known_until",
    "judgement_history": "model day verdict reason summary feature severity since labels revision model_version run_id "
    "page known_from known_until",
    "column_cell": "model day feature position cell rows share reference_share page",
    "day_of_measures": "model day rows prediction_drift num_drifted_columns share_missing_values labelled_rows "
    "mean_absolute_error verdict run_id error error_metric",
}
#: A column of a query that is not called as its measure is.
NAMES = {"fixed_score": "score", "trailing": "trailing_score"}


def in_range(query: Query, expansion: Expansion, wall_clock: Expansion) -> str:
    return expanded(query, wall_clock if query.name.startswith(("5-", "9-")) else expansion)


def fetched(stack, sql):
    with psycopg.connect(stack.reader, row_factory=dict_row) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("query", ALL, ids=lambda query: query.name)
def test_it_runs_as_the_reader_and_returns_rows(stack, expansion, wall_clock, query):
    found = fetched(stack, in_range(query, expansion, wall_clock))
    assert query.name in OPTIONAL or bool(found) != (query.name in EMPTY)


def test_nothing_is_shown_of_other_models_days_and_columns(stack, expansion):
    other_days = Expansion(dt.date(2023, 1, 1), dt.date(2023, 2, 1), variables=expansion.variables)
    other_model = Expansion(expansion.start, expansion.end, variables={"models": ["o'ther"], "column": ["x"]})
    for query in (query for query in ALL if "$__timeFilter(day)" in query.sql):
        assert fetched(stack, expanded(query, other_days)) == []
        assert fetched(stack, expanded(query, other_model)) == []


@pytest.mark.parametrize("query", ALL, ids=lambda query: query.name)
def test_it_answers_from_an_index(stack, expansion, wall_clock, query):
    with psycopg.connect(stack.admin) as connection:
        connection.execute("set enable_seqscan = off")
        plan = connection.execute(f"explain {in_range(query, expansion, wall_clock)}").fetchall()
    assert [line for (line,) in plan if "Seq Scan" in line] == []


def test_what_stands_on_a_dashboard_stands_in_the_database_and_on_the_page(stack, expansion):
    pages, compared = {}, set()
    with psycopg.connect(stack.admin) as connection:
        stored = {
            (day, metric, feature, segment): value
            for day, metric, feature, segment, value in connection.execute(
                "select day, metric, feature, segment, value from driftbook.measure where current"
            )
        }
    for query in (
        query for query in ALL if query.name.startswith(("1-", "2-", "3-", "4-", "6-")) and "page" in query.sql
    ):
        for row in fetched(stack, expanded(query, expansion)):
            for name, value in row.items():
                metric, segment = name, row.get("segment", "")
                if name in ("value", "error"):
                    metric = row.get("measure", "")
                elif query.name == "6-column: $column: quantiles":
                    metric, segment = "quantile", name
                key = (as_day(row), NAMES.get(metric, metric), column_of(query, row), segment)
                if key in stored:
                    assert value == stored[key] == on_page(stack, pages, row["page"], key[1:]), (query.name, key)
                    compared.add(key[1])
    shown = {metric for _, metric, _, _ in stored}
    assert compared == shown, "measures that no panel shows, or shows under another name"


def as_day(row):
    at = row.get("time", row.get("day"))
    if isinstance(at, dt.datetime):
        return at.date()
    if isinstance(at, str):
        return dt.date.fromisoformat(at)
    return dt.datetime.fromtimestamp(float(at), dt.UTC).date() if at is not None else None


def column_of(query, row):
    of_one_column = sql.COLUMN in query.sql
    return "trip_distance" if of_one_column else row.get("feature", row.get("column", ""))


def on_page(stack, pages, page, key):
    if page not in pages:
        tags = re.findall(r"<data [^>]*>", (stack.archive / page).read_text(encoding="utf-8"))
        read = [dict(re.findall(r'data-(\w+)="([^"]*)"', tag)) for tag in tags]
        pages[page] = {
            (tag["metric"], tag["feature"], tag["segment"]): tag["value"]
            for tag in read
            if "metric" in tag and "part" not in tag
        }
    text = pages[page][key]
    return float(text) if text else None


@pytest.mark.parametrize("query", [q for q in ALL if re.search(r"\bpage\b", q.sql)], ids=lambda query: query.name)
def test_links_lead_to_files(stack, expansion, wall_clock, query):
    found = fetched(stack, in_range(query, expansion, wall_clock))
    named = [str(row.get("page") or row.get("verdict") or row["text"]) for row in found]
    addresses = {re.sub(r".*8081/([^\"]*)\".*", r"\1", name).partition("#")[0] for name in named}
    assert query.name in OPTIONAL or bool(addresses) != (query.name in EMPTY)
    assert [address for address in addresses if not (stack.archive / address).is_file()] == []


def test_a_cell_of_a_history_leads_to_its_page_and_names_its_verdict(stack, expansion):
    (query,) = (query for query in ALL if query.name == "1-overview: Verdict of each day")
    found = {row["time"].date(): row["verdict"] for row in fetched(stack, expanded(query, expansion))}
    assert found[dt.date(2022, 2, 20)].endswith("monitor.html#no-data")
    assert found[dt.date(2022, 2, 16)].endswith("monitor.html#failed")
    assert dt.date(2022, 2, 13) not in found


def test_a_table_opens_the_debug_page_of_a_day_that_has_one(stack, expansion):
    (query,) = (query for query in ALL if query.name == "2-data-drift: Gravest days")
    found = {row["day"]: row for row in fetched(stack, expanded(query, expansion))}
    taken_apart = found.pop(str(TAKEN_APART))
    assert taken_apart["debug"].endswith("/debug.html")
    assert taken_apart["debug"] != taken_apart["page"]
    assert [day for day, row in found.items() if row["debug"] != row["page"]] == [], "the page tells how to run it"


def test_the_newest_debug_page_is_the_one_that_ran_through(database):
    for number, status in enumerate(["succeeded", "succeeded", "failed"]):
        run_id = store.open_run("debug", "m", TAKEN_APART, "", {}, "papermill", "n", "c")
        store.close_run(run_id, status, page=f"m/debug/{number}.html")
    with store.connect() as connection:
        assert connection.execute("select * from driftbook.debug_page").fetchall() == [
            ("m", TAKEN_APART, "m/debug/1.html")
        ]


@pytest.mark.parametrize("query", ALL, ids=lambda query: query.name)
def test_it_survives_all_models_and_none(stack, expansion, wall_clock, query):
    of_one = query.name.startswith(("2-", "3-", "4-", "6-"))
    ranges = wall_clock if query.name.startswith(("5-", "9-")) else expansion
    several, none = (
        replace(ranges, variables={"models": models, "column": column})
        for models, column in ((["demo", "other"], ["trip_distance", "x"]), ([], []))
    )
    assert steady(fetched(stack, expanded(query, several))) == steady(fetched(stack, expanded(query, ranges)))
    found = fetched(stack, expanded(query, none))
    assert found == [] or not of_one or query.name.endswith(": variable model")


def steady(rows):
    return [{name: value for name, value in row.items() if name != "age"} for row in rows]


def test_the_first_of_several_models_is_the_one_shown(stack, expansion):
    other_first = replace(expansion, variables={"models": ["another", "demo"], "column": ["trip_distance"]})
    for query in (query for query in ALL if sql.MODEL in query.sql):
        assert fetched(stack, expanded(query, other_first)) == []


def test_a_distribution_is_the_days_rows_beside_the_references(stack, expansion, results):
    """From the stored profile of the gravest day, against what monitoring gave of it."""
    (query,) = (query for query in ALL if query.name == "6-column: $column: gravest day beside the reference")
    found = fetched(stack, expanded(query, expansion))
    (result,) = (result for result in results[1] if str(result.day) == found[0]["day"])
    day, reference = result.histograms["trip_distance"], result.references["trip_distance"]
    assert [row["cell"] for row in found] == list(day)
    assert [row["the day"] for row in found] == pytest.approx([n / sum(day.values()) for n in day.values()])
    shares = [n / sum(reference.values()) for n in reference.values()]
    assert [row["reference"] for row in found] == pytest.approx(shares)
    (over_time,) = (query for query in ALL if query.name == "6-column: $column: distribution against the reference")
    moved = {
        row["cell"]: row["moved"]
        for row in fetched(stack, expanded(over_time, expansion))
        if str(row["time"].date()) == found[0]["day"]
    }
    assert moved == {row["cell"]: pytest.approx(row["the day"] - row["reference"]) for row in found}
    assert sum(abs(value) for value in moved.values()) > 0.3, "the demo's planted fault in trip_distance"


@pytest.mark.parametrize(("name", "panel"), LINES)
def test_what_is_usual_is_an_area(stack, expansion, wall_clock, name, panel):
    (query,) = (query for query in ALL if query.name == name)
    rows = fetched(stack, in_range(query, expansion, wall_clock))
    bounds = {key for row in rows for key in row if re.fullmatch(r"(\w+_)?(lower|upper|threshold)", key)}
    drawn = {field["matcher"]["options"]: field["properties"] for field in panel["fieldConfig"]["overrides"]}
    assert set(drawn) == bounds - {"error_of_threshold"}
    for key, properties in drawn.items():
        given = {one["id"]: one["value"] for one in properties}
        assert ("custom.fillOpacity" in given) == (not key.endswith("lower"))
        assert given.get("custom.fillBelowTo", key) in drawn


def test_renaming_any_column_of_any_view_is_noticed(stack, expansion, wall_clock):
    views = "select table_name, column_name from information_schema.columns where table_schema = 'driftbook'"
    only = " and table_name in (select viewname from pg_views where schemaname = 'driftbook')"
    statements = [in_range(query, expansion, wall_clock) for query in ALL]
    unnoticed = []
    with psycopg.connect(stack.writer) as connection:
        columns = connection.execute(f"{views}{only} order by table_name, ordinal_position").fetchall()
        for view, column in columns:
            with connection.transaction(force_rollback=True):
                connection.execute(f'alter view driftbook."{view}" rename column "{column}" to renamed')
                if not (is_contract(connection, view, column) or some_fails(connection, statements)):
                    unnoticed.append((view, column))
    assert len(columns) > 130
    assert unnoticed == []


def is_contract(connection, view, column):
    query = "select column_name from information_schema.columns where table_name = %s"
    present = {name for (name,) in connection.execute(query, [view])}
    return column in CONTRACT.get(view, "").split() and column not in present


def some_fails(connection, statements):
    for statement in statements:
        try:
            with connection.transaction():
                connection.execute(f"explain {statement}")
        except (psycopg.errors.UndefinedColumn, psycopg.errors.WrongObjectType):  # `rank` is a function as well
            return True
    return False


def test_the_contract_is_what_the_views_have(stack):
    query = "select column_name::text from information_schema.columns where table_name = '{}' order by ordinal_position"
    for view, columns in CONTRACT.items():
        assert [name for (name,) in stack.rows(query.format(view))] == columns.split()


@pytest.mark.parametrize("sql", ["select $__unixEpochFilter(day)", "select '$model'", "where ${column}"])
def test_what_nothing_expands_is_an_error(expansion, sql):
    with pytest.raises(ValueError, match=r"here: this holds '.*', which nothing expands"):
        expanded(Query("here: this", sql), expansion)


def test_committed_dashboards_are_the_ones_read():
    assert {query.name.partition(":")[0] for query in queries()} == {
        *(file.stem for file in Path(__file__).parents[3].glob("dashboards/*.json")),
        "alert",
    }
