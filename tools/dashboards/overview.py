"""`1-overview`: how each model is today, and how its last 90 days were."""

from driftbook.metrics import ERRORS
from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards import verdicts
from tools.dashboards.boards import board, models
from tools.dashboards.panels import history, rows, series
from tools.dashboards.parts import ARCHIVE, config, link
from tools.dashboards.sql import DAYS_OF_ALL, MODELS, TIME, debug, gravest, highest, listed

_TITLES = {
    "2-data-drift": "data drift",
    "3-data-quality": "data quality",
    "4-performance": "performance",
    "6-segments": "segments",
}


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "1-overview",
        "1 Overview",
        "The state of each monitored model today, its last 90 days, and what needs a person.",
        [_models(), _verdicts(), _open_alarms(), _open_items(), _severity(), _error(), *_as_the_course_had_them()],
        variables=[models(several=True)],
        alarms=DAYS_OF_ALL,
    )


def _models():
    panel = rows(
        "Models today",
        """One row per model, whatever range is chosen: the verdict of its newest day is the gravest of that day's
        measures; the alarms are those of its last seven days; labels are pending of days whose true values have not all
        arrived. The threshold of the day score, in tail units, stands with its standard error: by so much another
        reference's would lie elsewhere. The model leads to its last 90 days.""",
        f"""
        select m.model, m.verdict, m.newest_day::text as day, m.age_days as "age", m.days,
            m.missing_days as "missing days",
            (
                select count(distinct a.day) from driftbook.alarm a
                where a.model = m.model and a.day > m.newest_day - 7
            ) as alarms,
            (
                select count(*) from driftbook.current_judgement j where j.model = m.model and j.labels = 'pending'
            ) as "labels pending",
            (
                select round(a.fixed_threshold::numeric, 1) || ' ± ' || round(a.error::numeric, 1)
                from (
                    select j.fixed_threshold, c.fixed_threshold_error as error
                    from driftbook.current_judgement j
                    join driftbook.current_alarm c using (model, day)
                    where j.model = m.model and c.fixed_threshold_error is not null
                    order by j.day desc
                    limit 1
                ) a
            ) as threshold, m.page, (m.newest_day - 89)::text || 'T00:00:00.000Z' as first,
            (m.newest_day + 1)::text || 'T00:00:00.000Z' as last
        from driftbook.model_overview m
        where m.{MODELS}
        order by m.model
        """,
        units={"age": "d", "days": "locale"},
        hidden=("page", "first", "last"),
        height=6,
    )
    range_ = "var-model=${__data.fields.model}&from=${__data.fields.first:raw}&to=${__data.fields.last:raw}"
    links = [link("its last 90 days here", f"/d/1-overview?{range_}")]
    links += [link(f"its {title}", f"/d/{uid}?{range_}") for uid, title in _TITLES.items()]
    return panel.override_by_name("model", [config("links", links)])


def _verdicts():
    return history(
        "Verdict of each day",
        f"""The gravest verdict of the day's measures. From harmless to grave: {verdicts.MEANING}. A cell opens the
        notebook that computed the day; no cell is a day that was not monitored. In a long range a cell stands for
        several days and shows the gravest. A row below has the days that `debug` took apart: the newest page of each.
        """,
        f"""
        select time, model, '' as notebook, verdict from ({gravest("driftbook.daily_overview", "model", DAYS_OF_ALL)}) v
        union all
        select {TIME}, model, 'debug' as notebook, max(page) || '#debug' as verdict
        from driftbook.debug_page
        where {DAYS_OF_ALL}
        group by 1, 2
        order by time
        """,
        by="model notebook",
        links=[link("its columns", "/d/2-data-drift?var-model=${__field.labels.model}&${__url_time_range}")],
    )


def _severity():
    return series(
        "Severity of the day",
        """The largest score of a column as a multiple of its threshold, against the reference that it exceeds less:
        above the dashed 1 the day alarms, without a fault about as often as the params file's budget says. How sure
        the threshold is stands in Models today. In a long range a point is the highest of several days.""",
        highest("severity", "driftbook.current_judgement", "model", DAYS_OF_ALL),
        unit="none",
        by="model",
        label="multiple of the threshold",
        limit=1,
    )


def _error():
    of_the_day = f"{DAYS_OF_ALL} and metric in {listed(ERRORS)} and feature = '' and segment = ''"
    return series(
        "Error, of its threshold",
        """The error that alarms, of the rows with a usable label, as a multiple of its threshold: models whose targets
        have different units share this axis, the error itself is on 4 Performance. Above the dashed 1 it has the
        verdict of the column `error`; no point where the reference has too few days for a threshold. In a long range a
        point is the largest of several days.""",
        highest("value / nullif(upper, 0)", "driftbook.current_measure", "model", of_the_day, "error_of_threshold"),
        unit="none",
        by="model",
        label="multiple of the threshold",
        limit=1,
    )


def _open_items():
    panel = rows(
        "Open items",
        """One row per alarm that nobody has acknowledged, whatever range is chosen and however many days it lasts: what
        its newest day is about, and the pages of its first and its newest day. `acknowledge` has the command that ends
        it where the change is no fault.""",
        f"""
        select i.newest_day::text as day, i.model, i.since::text as since, i.lasted as days, i.summary as what,
            i.fact as "column", coalesce(i.debug, i.page) as debug,
            coalesce(i.first_debug, i.first_page) as first_debug, i.first_page, i.page,
            format('papermill acknowledge.ipynb /dev/null -p params %s -p since %s', i.model, i.since) as acknowledge
        from driftbook.open_item_page i
        where i.{MODELS}
        order by i.newest_day desc, i.model, i.since desc
        limit 100
        """,
        units={"days": "locale"},
        wide=("what", "acknowledge"),
        hidden=("page", "first_page", "first_debug"),
    ).no_value("none")
    links = [link("the first day's page", f"{ARCHIVE}/${{__data.fields.first_page:raw}}")]
    links += [link("the first day's debug, if it was run", f"{ARCHIVE}/${{__data.fields.first_debug:raw}}")]
    return panel.override_by_name("since", [config("links", links)])


def _open_alarms():
    return rows(
        "Open alarms",
        """What calls a person in the last seven days of each model, whatever range is chosen, and why: days that alarm,
        by a column's score beyond the threshold of both references or by a deterministic check; days without rows; days
        that failed.""",
        f"""
        select a.day::text as day, a.model, a.verdict, a.reason,
            coalesce(nullif(a.feature, ''), 'the day') as "column", concat_ws(' ', a.metric, a.segment) as measure,
            a.value, coalesce(a.upper, a.lower) as threshold, {debug("a")}, a.page
        from driftbook.model_overview m
        cross join lateral (
            select * from driftbook.alarm a where a.model = m.model and a.day > m.newest_day - 7 limit 100
        ) a
        where m.{MODELS}
        order by a.day desc, a.model, a.value / nullif(a.upper, 0) desc nulls last
        limit 100
        """,
        units={"value": "none", "threshold": "none"},
        wide=("reason",),
    ).no_value("none")


def _as_the_course_had_them():
    compared = "Evidently's, against the validation reference; its 0.1 is reached on undisturbed days too: no alarm."
    yield _daily("Prediction drift", "prediction_drift", f"The prediction's distance. {compared}", "none")
    yield _daily("Drifted columns", "num_drifted_columns", f"Features and prediction. {compared}", "locale")
    yield _daily(
        "Missing cells",
        "share_missing_values",
        "Missing cells of all cells of the delivered columns and the prediction; its threshold is on 3 Data quality.",
        "percentunit",
    )


def _daily(title: str, column: str, rule: str, unit: str):
    rule = f"{rule} In a long range a point is the highest of several days."
    query = highest(column, "driftbook.daily_overview", "model", DAYS_OF_ALL)
    return series(title, rule, query, unit=unit, by="model", width=8)
