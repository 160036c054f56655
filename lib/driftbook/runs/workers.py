"""A warm process that executes the notebooks of days: everything imported and the model loaded once."""

import datetime as dt
import gc
import itertools
import json
import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from driftbook import model, paths, store
from driftbook.errors import DatabaseUnavailable
from driftbook.model import TrainedModel
from driftbook.runs import archive, children, memory, shell, versions

#: What a worker says of a day that another process has at work, and of one that another has done meanwhile.
BUSY, DONE = "busy: another process computes it", "done: another process has computed it"
#: Days that this process has taken apart.
_taken_apart = itertools.count()


@store.kept()
def work(channel: Connection, trained: TrainedModel, params: str | Mapping) -> None:
    """Execute the days that come over the channel until there is none; the work of a worker's process."""
    _settle()
    warm(trained)
    while True:
        message = channel.recv()
        if message is None:
            os._exit(0)
        channel.send(store.scrub(_in_turn(trained, params, *message)))


@memory.without_collections()
def warm(trained: TrainedModel) -> None:
    """Load what each day needs: forks of this process find it there."""
    shell.prepare()  # first: matplotlib asks it where figures go
    import papermill  # noqa: F401 - its entry points load the engine

    from driftbook import diagnosis, monitoring
    from driftbook.pages import (  # noqa: F401
        day_figures,
        day_sentences,
        estimate_sentences,
        headline,
        period_sentences,
        segment_figures,
        segment_sentences,
        segment_tables,
        tables,
    )
    from driftbook.runs import execution, in_notebook  # noqa: F401

    archive.prepare()
    calibration, rows = trained.calibration, trained.validation
    _ = calibration.fixed, calibration.plan, calibration.by_day, [day.sha256 for day in calibration.days]
    monitoring.prepare(trained)
    diagnosis.usual_errors(trained), diagnosis.error_by_hour(trained, trained.reference_rows)
    if "sklearn" in sys.modules:  # its first look at an array goes through all packages that are installed
        from sklearn.preprocessing import StandardScaler

        StandardScaler().fit([[0.0]])
    rows.head(1).to_html()
    model.keep(trained)
    _one_thread_of_blas()


def _warm_causes(trained: TrainedModel) -> None:
    """Load and compute what days that are taken apart share."""
    with suppress(Exception):  # a day that needs what went wrong says so
        from driftbook import causes, diagnosis
        from driftbook.pages import cause_figures, cause_sentences  # noqa: F401

        with causes.crossfit.one_thread():
            causes.prepare(trained), diagnosis.outliers(trained, trained.validation.head(1))
        _one_thread_of_blas()  # of libraries that a model of delivered predictions had not needed
        gc.freeze()


def _one_thread_of_blas() -> None:
    """Have days compute in one thread each, as others do beside them: threads that wait for work cost each 60 ms.

    To be said before the fork, in which it would start the threads.
    """
    children.find_threads().limit(limits=1, user_api="blas")


def _settle() -> None:
    """Make this process a worker: ended with its parent, silent, with nothing of the run it was forked in."""
    if sys.platform == "linux":
        children.end_with_parent()
    for name in [name for name in os.environ if name.startswith("DRIFTBOOK_RUN")]:
        del os.environ[name]
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - as long as the process
    for descriptor in (1, 2):
        os.dup2(sys.stdout.fileno(), descriptor)


def _in_turn(
    trained: TrainedModel, params: str | Mapping, item: tuple[str, Any], since: dt.datetime, wait: bool
) -> str:
    """Execute a day unless another process does, or did meanwhile; a day that one was killed over is nobody's."""
    name, day = item
    if name != "monitor":
        if next(_taken_apart) == 1:  # the first may be the only one
            _warm_causes(trained)
        return _run(params, item)
    model_name = trained.settings.name
    try:
        with store.alone(model_name, day, wait=wait) as ours:
            if not ours:
                return BUSY
            if store.is_done_since(model_name, day, since, trained.version, versions.library_version()):
                return DONE
            return _run(params, item)
    except DatabaseUnavailable as error:
        return last_line("".join(traceback.format_exception_only(error)))


def _run(params: str | Mapping, item: tuple[str, Any]) -> str:
    """Execute a notebook's day and return the last line of what went wrong."""
    import papermill

    name, day = item
    notebook = str(paths.notebooks_dir() / f"{name}.ipynb")
    rest = {"report": False} if name == "debug" else {}
    parameters = json.loads(json.dumps({"params": params, "day": str(day), **rest}))
    try:
        papermill.execute_notebook(notebook, os.devnull, parameters, progress_bar=False, in_batch=True)
    except BaseException as error:
        return last_line("".join(traceback.format_exception_only(error)))
    return ""


def last_line(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it ended without a message"
