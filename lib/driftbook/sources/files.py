"""Files that are fetched once: written under another name, checked, and only then given their final one."""

import fcntl
from collections.abc import Callable
from pathlib import Path

from driftbook.errors import BadData
from driftbook.sources.parquet import check_whole


def once(file: Path, write: Callable[[Path], None]) -> Path:
    """Return a file, after writing it with `write(part)` if it is not there.

    Several processes may want it at once: one writes `<name>.part`, the others wait for its lock. What a broken
    one left there is written anew.

    Raises
    ------
    BadData
        If the folder cannot be written to, or what was written is no whole parquet file.
    """
    if file.exists():
        return file
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = part.open("ab")
    except OSError as error:
        raise BadData(
            f"{file.name} is not in {file.parent}, and that folder cannot be written to ({error.strerror}): "
            "put the file there, or set DRIFTBOOK_DATA_DIR to a folder that can be written to"
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if file.exists():  # another process wrote it while this one waited
            part.unlink(missing_ok=True)
        else:
            write(part)
            check_whole(part)
            part.replace(file)
    return file
