import papermill  # noqa: F401, D100, I001 - first, so that it is whole before this module is used, whoever comes first

import atexit
import gc
from functools import cache


def execute_notebook(nb, kernel_name, **options):  # noqa: ANN201
    """Execute a notebook: ours checked, archived and recorded, any other as papermill always did."""
    from papermill.engines import NBClientEngine

    if "driftbook" not in nb.metadata and not _is_stripped(nb):
        return NBClientEngine.execute_notebook(nb, kernel_name, **options)
    _say_the_message_only()
    return _executor()(nb, kernel_name, **options)


def nb_kernel_name(nb, name=None):  # noqa: ANN201
    """Return the kernel's name as papermill's own engine does; for one of ours that is not installed, this Python's.

    Editors write names of their own into a notebook: VS Code that of the environment it found.
    """
    from papermill.engines import NBClientEngine

    found = NBClientEngine.nb_kernel_name(nb, name)
    return found if name or "driftbook" not in nb.metadata else _installed(found)


def nb_language(nb, language=None):  # noqa: ANN201
    """Return the notebook's language as papermill's own engine does."""
    from papermill.engines import NBClientEngine

    return NBClientEngine.nb_language(nb, language)


def _is_stripped(nb) -> bool:
    """Return whether a notebook is ours but for its metadata, which it gets back."""
    if not any("driftbook" in cell.source for cell in nb.cells):
        return False
    from driftbook.runs import recognition

    _say_the_message_only()
    return recognition.restore(nb)


def _say_the_message_only() -> None:
    """Have an error that ends papermill say what went wrong; where it did, with `--log-level DEBUG` only."""
    import logging
    import sys
    import traceback

    def say(kind, error, its_traceback) -> None:
        if logging.getLogger().isEnabledFor(logging.DEBUG):
            sys.__excepthook__(kind, error, its_traceback)
        else:
            sys.stderr.write("".join(traceback.format_exception_only(error)))

    if sys.excepthook is sys.__excepthook__ and "papermill" in sys.argv[0]:
        sys.excepthook = say


def _installed(name):
    """Return the name of a kernel if there is one, else that of this Python's."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        KernelSpecManager().get_kernel_spec(name)
    except (NoSuchKernel, ValueError):
        return "python3"
    return name


@cache
def _executor():
    from driftbook.runs import memory

    with memory.without_collections():
        from driftbook.runs.execution import execute
    atexit.register(gc.freeze)
    return execute


def _register() -> None:
    """Make this module papermill's default engine: it serves as the engine itself, there is no state to keep."""
    import sys
    import warnings

    from papermill.engines import papermill_engines

    # The documented output of a run that only archives and stores is no mistake.
    warnings.filterwarnings("ignore", message="the file is not specified with any extension : null")
    papermill_engines.register(None, sys.modules[__name__])


_register()
