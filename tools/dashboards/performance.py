"""`4-performance`: whether the model still predicts well."""

from driftbook.metrics import ERRORS
from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards.boards import board, models
from tools.dashboards.panels import rows, series
from tools.dashboards.parts import GAP
from tools.dashboards.sql import DAYS, MODEL, debug, each, listed, one

_ERROR = (
    "Of the rows that pass the params file's filters: the mean absolute error of a number, in the target's unit; the "
    "log loss of classes, or the share of wrong ones where no probabilities are known. The threshold is the higher one "
    "of both references under the budget: an error above it has the verdict of the column `error`."
)


def dashboard() -> Dashboard:
    """Return the dashboard."""
    return board(
        "4-performance",
        "4 Performance",
        """The model's error on the rows with a usable label, and how many rows had one. Drift is no harm; this is.
        Where several models are chosen, it shows the first.""",
        [_error(), _estimate(), *_record(), *_others(), _labelled(), _share(), _waiting(), _worst()],
        variables=[models(several=False)],
    )


def _error():
    return series(
        "Error",
        _ERROR,
        f"""
        select m.day::timestamp as time, m.model, m.metric as measure, m.value as error, m.upper as threshold,
            {debug("m")}, m.page
        from {each(*ERRORS)} m
        order by m.day
        """,
        unit="none",
        by="model measure",
        width=24,
        label="unit of the target, or log loss",
        bounds={"threshold": ""},
    ).insert_nulls(GAP)


def _estimate():
    return series(
        "Error, and what it was estimated at without labels",
        """The error with its 90 % interval, which tells how far chance may have moved it, beside the error estimated
        before the labels came, with the interval that was to hold it in 90 % of cases. An estimate supposes that
        rows alike err alike: a changed relation it cannot see. Shown, not judged.""",
        f"""
        select e.day::timestamp as time, e.value as estimated_error, e.low as estimate_lower,
            e.high as estimate_upper, m.value as error, m.metric as measure, m.low as error_lower,
            m.high as error_upper, coalesce(m.page, e.page) as page
        from driftbook.measure_interval e
        left join driftbook.measure_interval m on m.model = e.model and m.day = e.day
            and m.metric in {listed(ERRORS)} and m.feature = '' and m.segment = ''
        where e.{MODEL} and $__timeFilter(e.day) and e.metric = 'estimated_error'
        order by e.day
        """,
        unit="none",
        width=24,
        label="unit of the target, or log loss",
        bounds={
            "estimate_lower": "",
            "estimate_upper": "estimate_lower",
            "error_lower": "",
            "error_upper": "error_lower",
        },
    ).insert_nulls(GAP)


def _record():
    yield _measures(
        "What estimates are worth",
        """Of the last labelled days, at most 28, the share that lay within the estimate's 90 % interval; how many there
        were, and how many of the newest five lay outside: from three on the estimate is not to be trusted.""",
        *("estimate_coverage", "estimate_days", "estimate_misses"),
        low=0,
    )
    yield _measures(
        "Bias of the estimates",
        "The mean of estimated minus true error over the last labelled days, at most 28, in the error's unit.",
        "estimate_bias",
    )


def _others():
    yield _measures(
        "Size and direction of the error",
        "Of a number, in the target's unit: the root mean squared error, and the bias, prediction minus truth.",
        *("root_mean_squared_error", "bias"),
    )
    yield _measures(
        "Quality of the predictions",
        """Of a number: R2, the share of its variance that is explained. Of classes: accuracy, area under the ROC curve,
        Brier score, macro F1, and the base rate, the share of positive rows.""",
        *("r2", "accuracy", "roc_auc", "brier_score", "macro_f1", "base_rate"),
    )


def _measures(title: str, rule: str, *metrics: str, low: float | None = None):
    return series(
        title,
        f"{rule} Shown, not judged.",
        f"""
        select day::timestamp as time, metric as measure, value, page
        from {each(*metrics)} m
        order by day
        """,
        unit="none",
        by="measure",
        low=low,
    ).insert_nulls(GAP)


def _labelled():
    return series(
        "Rows labelled",
        "Rows of the day that pass the params file's filters: the error is measured on these. Shown, not judged.",
        f"""
        select day::timestamp as time, labelled_rows, rows, page
        from driftbook.daily_overview
        where {DAYS}
        order by day
        """,
        unit="locale",
        width=8,
    )


def _share():
    return series(
        "Share of rows labelled",
        "Labelled rows of all rows: an error of few rows says little. Shown, not judged.",
        f"""
        select day::timestamp as time, labelled_rows::double precision / nullif(rows, 0) as share, page
        from driftbook.daily_overview
        where {DAYS}
        order by day
        """,
        unit="percentunit",
        width=8,
    )


def _waiting():
    return series(
        "Share of rows without a label",
        """Of all rows. More than the dashed line, which lies above the most of the reference, says that labels are
        still to come: the day is judged on everything else, and `backfill` computes it again once they are there.""",
        f"""
        select day::timestamp as time, value as unlabelled_share, upper as threshold, page
        from driftbook.current_measure
        where {one("unlabelled_share")}
        order by day
        """,
        unit="percentunit",
        width=8,
        bounds={"threshold": ""},
    )


def _worst():
    return rows(
        "Worst days",
        f"The 50 days of the range with the largest error. {_ERROR}",
        f"""
        select m.day::text as day, m.metric as measure, m.value as error, m.upper as threshold, m.verdict, m.rows,
            {debug("m")}, m.page
        from {each(*ERRORS)} m
        order by m.value desc nulls last
        limit 50
        """,
        units={"error": "none", "threshold": "none", "rows": "locale"},
    )
