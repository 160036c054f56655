"""Where the embedded server listens: a private folder with a short path, one per data folder and user."""

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from driftbook.errors import DatabaseUnavailable

PORT = 5432  # only part of the socket's file name


def uri(directory: Path, database: str = "postgres") -> str:
    """Return the libpq URI of a database of the server of a resolved directory; it holds no password."""
    return f"postgresql://postgres@/{database}?host={folder(directory)}&port={PORT}"


def folder(directory: Path) -> Path:
    """Return the folder of the socket of a resolved directory's server."""
    # /tmp rather than $TMPDIR: every process must find the same socket, and its path may have 107 bytes only.
    temporary = "/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir()
    digest = hashlib.sha256(os.fsencode(directory / "data")).hexdigest()[:16]
    return Path(temporary) / f"driftbook-{os.getuid()}-{digest}"


def is_own(path: Path) -> bool:
    """Return whether a path is a folder of this user's, so that nobody else listens in it."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def make_private(path: Path) -> None:
    """Make a folder that only this user may enter.

    Raises
    ------
    DatabaseUnavailable
        If something else is there, or somebody else's folder.
    """
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    if not is_own(path):
        raise DatabaseUnavailable(
            f"the socket folder {str(path)!r} belongs to user {path.lstat().st_uid}, or is no folder: "
            f"expected one of user {os.getuid()}; remove it, or set DATABASE_URL"
        )
    path.chmod(0o700)
