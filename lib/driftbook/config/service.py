"""What a params file asks of the service itself: how fresh, how fast and how free of failures monitoring has to be."""

from typing import Annotated

from pydantic import Field

from driftbook.config.strict import Strict


class Service(Strict):
    """Thresholds of the service status, which calls nobody by the verdict of a day, and the limits of a run.

    Attributes
    ----------
    max_age_days
        How old the newest monitored day may be.
    max_seconds
        How long the slowest of the last 28 runs may have taken.
    min_rows_per_second
        How many rows a second the median of these runs has to read, measure and render.
    max_failures
        How many days of which the newest run failed there may be, of the runs of the last seven days; the same holds
        for runs that were lost.
    max_calibration_days
        How long ago the reference period may have ended.
    timeout_seconds
        How long the cells of a run may take before it is ended: one that never ends must end. A backfill may take as
        long for each of its days.
    memory_limit_mb
        How many megabytes a run may take beyond what its process starts with; on Linux only.
    """

    max_age_days: Annotated[float, Field(gt=0)] = 2.0
    max_seconds: Annotated[float, Field(gt=0)] = 600.0
    min_rows_per_second: Annotated[float, Field(ge=0)] = 0.0
    max_failures: Annotated[int, Field(ge=0)] = 0
    max_calibration_days: Annotated[float, Field(gt=0)] = 365.0
    timeout_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 21_600.0
    memory_limit_mb: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    @property
    def limits(self) -> dict[str, tuple[float | None, float | None]]:
        """The lower and the upper threshold of each metric of the service status; None is open."""
        return {
            "age_days": (None, self.max_age_days),
            "run_seconds": (None, self.max_seconds),
            "rows_per_second": (self.min_rows_per_second, None),
            "failed_days": (None, float(self.max_failures)),
            "lost_runs": (None, float(self.max_failures)),
            "calibration_days": (None, self.max_calibration_days),
        }
