"""`1-overview`: how each model is today, and how its last 90 days were."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from driftbook.grafana.boards import board, models
from driftbook.grafana.panels import config, history, link, rows, series
from driftbook.grafana.sql import MODELS, gravest, highest
from driftbook.grafana.verdicts import COLORS

_TITLES = {"2-data-drift": "data drift", "3-data-quality": "data quality", "4-performance": "performance"}


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "1-overview",
        "1 Overview",
        "The state of each monitored model today, its last 90 days, and what needs a person.",
        [_models(), _verdicts(), _error(), _open_alarms(), *_as_the_course_had_them()],
        variables=[models(several=True)],
    )


def _models():
    panel = rows(
        "Models today",
        """One row per model, whatever range is chosen: the verdict of its newest day is the gravest of that day's
        measures; the alarms are those of its last seven days. The model leads to its last 90 days.""",
        f"""
        select m.model, m.verdict, m.newest_day::text as day, m.age_days as "age", m.days,
            m.missing_days as "missing days",
            (select count(*) from driftbook.alarm a where a.model = m.model and a.day > m.newest_day - 7) as alarms,
            m.page, to_char(m.newest_day - 89, 'YYYY-MM-DD"T00:00:00.000Z"') as first,
            to_char(m.newest_day + 1, 'YYYY-MM-DD"T00:00:00.000Z"') as last
        from driftbook.model_overview m
        where m.{MODELS}
        order by m.model
        """,
        units={"age": "d"},
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
        f"""The gravest verdict of the day's measures: {", ".join(COLORS)}, in this order. A cell opens the notebook
        that computed the day; no cell is a day that was not monitored. In a long range a cell stands for several days
        and shows the gravest.""",
        gravest("driftbook.daily_overview", "model"),
        by="model",
    )


def _error():
    return series(
        "Mean absolute error",
        """Of the rows with a usable label, in the unit of the target. Above the dashed threshold, the largest error of
        the reference's own days times the margin of the params file, the day alarms. In a long range a point is the
        largest error of several days.""",
        highest("mean_absolute_error", "driftbook.daily_overview", "model", judged=True),
        unit="short",
        by="model",
        label="unit of the target",
    )


def _open_alarms():
    return rows(
        "Open alarms",
        """What calls a person in the last seven days of each model, whatever range is chosen: measures that alarm, days
        without rows, days that failed.""",
        f"""
        select a.day::text as day, a.model, coalesce(nullif(a.feature, ''), a.metric) as "column or measure", a.segment,
            a.value, coalesce(a.upper, a.lower) as threshold, a.verdict, a.page
        from driftbook.model_overview m
        cross join lateral (
            select * from driftbook.alarm a where a.model = m.model and a.day > m.newest_day - 7 limit 100
        ) a
        where m.{MODELS}
        order by a.day desc, a.model, a.value / nullif(a.upper, 0) desc nulls last
        limit 100
        """,
        width=12,
    )


def _as_the_course_had_them():
    compared = "Evidently's, against the validation reference; its 0.1 is reached on undisturbed days too: no alarm."
    yield _daily("Prediction drift", "prediction_drift", f"The prediction's distance. {compared}", "short")
    yield _daily("Drifted columns", "num_drifted_columns", f"Features and prediction. {compared}", "short")
    yield _daily(
        "Missing cells",
        "share_missing_values",
        "Missing cells of all cells of the delivered columns and the prediction; its threshold is on 3 Data quality.",
        "percentunit",
    )


def _daily(title: str, column: str, rule: str, unit: str):
    rule = f"{rule} In a long range a point is the highest of several days."
    return series(title, rule, highest(column, "driftbook.daily_overview", "model"), unit=unit, by="model", width=8)
