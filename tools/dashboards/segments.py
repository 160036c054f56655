"""`6-segments`: for whom the model predicts well, and for whom not."""

from driftbook.metrics import ERRORS
from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards.boards import board, models
from tools.dashboards.panels import rows, series
from tools.dashboards.parts import GAP
from tools.dashboards.sql import DAYS, MODEL, debug, listed

_OF_A_SEGMENT = f"metric in {listed(ERRORS)} and segment <> ''"
_RULE = (
    "Of the rows with a usable label in each segment that the params file names, with the interval that holds the true "
    "value in 90 % of cases; segments of few rows have none. Shown, and judged only where the params file says so."
)


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "6-segments",
        "6 Segments",
        """The model's error in each segment that the params file names, and how far apart groups of rows fare that
        should fare alike. Where several models are chosen, it shows the first.""",
        [_newest(), _error(), _labelled(), *_groups()],
        variables=[models(several=False)],
    )


def _newest():
    return rows(
        "Segments on the newest day",
        f"The newest day of the range that has segments, the largest error first. {_RULE}",
        f"""
        select m.day::text as day, m.segment, m.metric as measure, m.value as error, m.low, m.high, l.value as rows,
            m.verdict, {debug("m")}, m.page
        from driftbook.measure_interval m
        left join driftbook.current_measure l on l.model = m.model and l.day = m.day
            and l.metric = 'labelled_rows' and l.feature = '' and l.segment = m.segment
        where m.{MODEL} and m.{_OF_A_SEGMENT.replace("segment", "m.segment")} and m.day = (
            select max(day) from driftbook.measure_interval where {DAYS} and {_OF_A_SEGMENT}
        )
        order by m.value desc nulls last, m.segment
        """,
        units={"rows": "locale"},
        height=10,
    )


def _error():
    return series(
        "Error by segment",
        _RULE,
        f"""
        select day::timestamp as time, segment, metric as measure, value as error, page
        from driftbook.measure_interval
        where {DAYS} and {_OF_A_SEGMENT}
        order by day
        """,
        unit="none",
        by="segment measure",
        width=24,
        label="unit of the target, or log loss",
        many=True,
    ).insert_nulls(GAP)


def _labelled():
    return series(
        "Labelled rows by segment",
        "Rows with a usable label: the error of few rows says little. Shown, not judged.",
        f"""
        select day::timestamp as time, segment, value as labelled_rows, page
        from driftbook.current_measure
        where {DAYS} and metric = 'labelled_rows' and segment <> ''
        order by day
        """,
        unit="locale",
        by="segment",
        width=24,
        many=True,
    ).insert_nulls(GAP)


def _groups():
    yield _measures(
        "Gaps between groups",
        "The greatest group's value less the least one's.",
        *("error_gap", "bias_gap", "selection_rate_gap", "true_positive_rate_gap", "false_positive_rate_gap"),
    )
    yield _measures(
        "Ratios between groups",
        "The least group's value over the greatest one's: 1 is alike.",
        *("error_ratio", "selection_rate_ratio", "true_positive_rate_ratio", "false_positive_rate_ratio"),
    )


def _measures(title: str, rule: str, *metrics: str):
    return series(
        title,
        f"{rule} Of the groups under `fairness` in the params file; judged only by thresholds that stand there.",
        f"""
        select day::timestamp as time, metric as measure, segment, value, page
        from driftbook.current_measure
        where {DAYS} and metric in {listed(metrics)} and segment <> ''
        order by day
        """,
        unit="none",
        by="measure segment",
    ).insert_nulls(GAP)
