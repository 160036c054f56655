"""What a process just forked leaves behind of its parent, and what ends it."""

import atexit
import builtins
import getpass
import logging
import multiprocessing
import os
import random
import signal
import sys
import weakref
from typing import Any

from IPython.core.error import StdinNotImplementedError
from threadpoolctl import ThreadpoolController

from driftbook.runs import identity, signals

_threads: ThreadpoolController | None = None


def detach() -> None:
    """Take on what a kernel's process has, and drop what belongs to the process forked from."""
    os.setsid()  # its own group, which is ended with it
    end_with_parent()
    signals.leave()
    identity.keep()
    atexit._clear()
    weakref.finalize._registry.clear()  # the parent's temporary folders are its own
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)
    sys.argv[:] = ["ipykernel_launcher.py"]
    if "" not in sys.path:
        sys.path.insert(0, "")
    builtins.input = getpass.getpass = _no_input
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if pandas := sys.modules.get("pandas"):
        pandas.set_option("display.max_columns", 20)  # 0 where it was imported outside of a kernel
    if tqdm := sys.modules.get("tqdm"):
        tqdm.tqdm.set_lock(tqdm.std.TqdmDefaultWriteLock())  # the parent's monitor may have held the old one


def end_with_parent() -> None:
    """Have this process killed when the one that forked it ends, however it ends."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    parent = multiprocessing.parent_process()
    if parent and os.getppid() != parent.pid:  # it ended before it could be noticed
        os._exit(1)


def _no_input(*_: Any, **__: Any) -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def leave_threads_behind() -> None:
    """Give each OpenMP that was loaded before the fork one thread.

    GNU's waits for ever in a child for the threads that its parent had (GCC bug 52303); with one it asks for none. An
    OpenMP that a cell loads itself keeps all of its threads.
    """
    (_threads or find_threads()).limit(limits=1, user_api="openmp")


def find_threads() -> ThreadpoolController:
    """Find each OpenMP and BLAS: a process that will load no other one saves its forks the search."""
    global _threads
    _threads = ThreadpoolController()
    return _threads
