"""A notebook's cells in a process that was forked: an IPython shell that speaks Jupyter's messages over a pipe."""

import atexit
import datetime as dt
import io
import os
import sys
import tempfile
import threading
from multiprocessing.connection import Connection
from typing import Any

from ipykernel.compiler import XCachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from driftbook.runs import children, memory

_INLINE = "matplotlib_inline.backend_inline"


class _Results(DisplayHook):
    """Sends a cell's last value."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        count = self.shell.execution_count - 1
        self.shell.send("execute_result", data=format_dict, metadata=md_dict or {}, execution_count=count)


class _Displays(DisplayPublisher):
    """Sends what a cell displays, changes and clears."""

    def publish(
        self, data: dict, metadata: dict | None = None, *, transient: dict | None = None, update: bool = False, **_: Any
    ) -> None:
        kind = "update_display_data" if update else "display_data"
        self.shell.send(kind, data=data, metadata=metadata or {}, transient=transient or {})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.send("clear_output", wait=wait)


# The kernel's name: pandas, rich and plotly look at it to know that they are in a notebook.
class ZMQInteractiveShell(InteractiveShell):
    """A shell whose outputs are messages, as a kernel's are."""

    displayhook_class = Type(_Results)
    display_pub_class = Type(_Displays)
    compiler_class = Type(XCachingCompiler)  # gives cells the file names of a kernel, seen in tracebacks and warnings
    channel: Connection | None = None
    streams: tuple["_Stream", ...] = ()
    ended = False
    _last_traceback: list[str] | None = None

    def send(self, kind: str, **content: Any) -> None:
        """Send a message; what was printed before it goes first."""
        for stream in self.streams:
            stream.flush()
        _send(self.channel, _message(kind, content))

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self._last_traceback = stb
        self.send("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no event loop of windows here."""

    def ask_exit(self) -> None:
        """End after this cell, as `exit()` asks."""
        self.ended = True


class _Stream(io.TextIOBase):
    """A standard stream: what Python prints, and what the process's descriptor got since the last look."""

    encoding = "UTF-8"

    def __init__(self, channel: Connection, name: str, descriptor: int) -> None:
        self.name, self._channel, self._descriptor, self._process = name, channel, descriptor, os.getpid()
        self._printed, self._seen, self._lock = io.StringIO(), 0, threading.RLock()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it has no name, and lives as long as the process
        os.dup2(self._file.fileno(), descriptor)

    def write(self, text: str) -> int:
        if os.getpid() != self._process:  # a process of the cell's own: the channel is not its
            return os.write(self._descriptor, text.encode())
        with self._lock:
            return self._printed.write(text)

    def flush(self) -> None:
        if os.getpid() != self._process:
            return
        with self._lock:
            text, self._printed = self._printed.getvalue(), io.StringIO()
            if text:
                _send(self._channel, _message("stream", {"name": self.name, "text": text}))

    def drain(self) -> None:
        """Send what reached the descriptor past Python: of programs called, of libraries in C."""
        found = os.pread(self._file.fileno(), os.fstat(self._file.fileno()).st_size - self._seen, self._seen)
        self._seen += len(found)
        self.write(found.decode("utf-8", "replace"))
        self.flush()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor


_lock = threading.Lock()
_prepared: ZMQInteractiveShell | None = None


def can_draw() -> bool:
    """Return whether figures of a fork reach its notebook: not if pyplot was imported before there was a shell."""
    return _prepared is not None or "matplotlib.pyplot" not in sys.modules


def prepare() -> ZMQInteractiveShell:
    """Make a shell before the forks that will use it; cells never run in it in this process."""
    global _prepared
    os.environ["MPLBACKEND"] = f"module://{_INLINE}"  # before pyplot, or figures would vanish
    InteractiveShell.clear_instance()
    ZMQInteractiveShell.clear_instance()
    # No history: its thread would be one too many for a fork.
    shell = ZMQInteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.config.IPKernelApp.tqdm = "as in a kernel"
    if _INLINE in sys.modules:  # it is bound to the shell of whoever imported it
        from matplotlib_inline.backend_inline import configure_inline_support

        configure_inline_support.current_backend = "unset"
        configure_inline_support(shell, "inline")
    if matplotlib := sys.modules.get("matplotlib"):  # it read the environment when it was imported
        matplotlib.use(f"module://{_INLINE}")
    _prepared = shell
    return shell


def serve(channel: Connection, memory_mb: float | None = None) -> None:
    """Run cells as they come over the channel, until it is closed; to be called in a process just forked.

    They may take `memory_mb` megabytes beyond what this process has.
    """
    global _prepared
    children.detach()
    if memory_mb:
        memory.limit_memory(memory_mb)
    children.leave_threads_behind()
    shell, _prepared = _prepared or prepare(), None
    shell.channel, shell.streams = channel, (_Stream(channel, "stdout", 1), _Stream(channel, "stderr", 2))
    sys.stdout, sys.stderr = shell.streams
    while not shell.ended:
        try:
            source = channel.recv()
        except EOFError:
            break
        _run(shell, source)
    _finish(shell)


def _run(shell: ZMQInteractiveShell, source: str) -> None:
    count = shell.execution_count
    given = {"code": source, "execution_count": count}
    _send(shell.channel, _message("status", {"execution_state": "busy"}), _message("execute_input", given))
    result = shell.run_cell(source, store_history=True)
    for stream in shell.streams:
        stream.flush()
    for stream in shell.streams:
        stream.drain()
    reply = {"status": "ok", "execution_count": count}
    if not result.success:
        error = result.error_before_exec or result.error_in_exec
        named = {"ename": type(error).__name__, "evalue": str(error), "traceback": shell._last_traceback or []}
        reply |= {"status": "error", **named}
    for stream in shell.streams:  # what threads of the cell printed meanwhile
        stream.flush()
    _send(shell.channel, _message("status", {"execution_state": "idle"}), _message("execute_reply", reply))


def _message(kind: str, content: dict) -> dict:
    header = {"msg_type": kind, "date": dt.datetime.now(dt.UTC)}
    return {"msg_type": kind, "header": header, "parent_header": {}, "content": content}


def _send(channel: Connection, *messages: dict) -> None:
    with _lock:
        channel.send(messages)


def _finish(shell: ZMQInteractiveShell) -> None:
    """End the process as its interpreter would, without its last collection of a thousand modules."""
    atexit._run_exitfuncs()
    shell.user_ns.clear()  # files left open are written out
    for stream in (sys.__stdout__, sys.__stderr__):
        stream.flush()
    os._exit(0)
