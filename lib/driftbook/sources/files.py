"""Files that are fetched once: written under another name, checked, and only then given their final one."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from driftbook.errors import BadData

#: What to do with a broken file that driftbook made or downloaded itself.
REMEDY = "delete it, and it is fetched again"


def once(file: Path, write: Callable[[Path], None]) -> Path:
    """Return a file, after writing it with `write(part)` if it is not there.

    Several processes may want it at once: one writes `<name>.part`, the others wait for it. What a broken one left
    there is written anew.

    Raises
    ------
    BadData
        If the folder cannot be written to, or what was written is no whole parquet file.
    """
    if file.exists():
        return file
    part, lock = (file.with_name(f"{file.name}.{end}") for end in ("part", "lock"))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock):
            if not file.exists():  # else another process wrote it while this one waited
                write(part)
                check_whole(part)
                part.replace(file)
            lock.unlink(missing_ok=True)
    except OSError as error:
        raise BadData(
            f"{file.name} is not in {file.parent}, and that folder cannot be written to ({error.strerror}): "
            "put the file there, or set DRIFTBOOK_DATA_DIR to a folder that can be written to"
        ) from None
    return file


def check_whole(file: Path) -> None:
    """Raise `BadData` if a fetched file is no whole parquet file; reads its footer only."""
    try:
        pq.read_metadata(file)
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise BadData(f"{file} is no whole parquet file ({reason}): {REMEDY}") from error
