"""Files: fetched once under another name and checked before they get their final one; opened with their own types."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from filelock import FileLock

from driftbook import paths
from driftbook.errors import BadData

#: What to do with a broken file that driftbook made or downloaded itself.
REMEDY = "delete it, and it is fetched again"
#: Old writers' 96-bit times in microseconds: in nanoseconds years beyond 2262 would come out as others.
PARQUET = ds.ParquetFileFormat(read_options=ds.ParquetReadOptions(coerce_int96_timestamp_unit="us"))


def once(file: Path, write: Callable[[Path], None], check: Callable[[Path], None] | None = None) -> Path:
    """Return a file, after writing it with `write(part)` if it is not there.

    Several processes may want it at once: one writes `<name>.part`, the others wait for it. What a broken one left
    there is written anew.

    Raises
    ------
    BadData
        If the folder cannot be written to, or `check` (a whole parquet file, if nothing else is given) fails.
    """
    if file.exists():
        return file
    part, lock = (file.with_name(f"{file.name}.{end}") for end in ("part", "lock"))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock):
            if not file.exists():  # else another process wrote it while this one waited
                write(part)
                (check or check_whole)(part)
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


def unpacked(archive: Path) -> Path:
    """Return the one file of a zip archive, unpacked once into `data/unpacked` of the project.

    Raises
    ------
    BadData
        If it is no zip archive, or holds several files or none.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            held = [each for each in opened.infolist() if not each.is_dir() and not _is_hidden(each.filename)]
            if len(held) != 1:
                names = ", ".join(each.filename for each in held) or "none"
                raise BadData(f"{archive} holds {len(held)} files ({names}): expected one; unpack it, and name a path")
            name = Path(held[0].filename)
            file = paths.unpacked_dir() / f"{name.stem}_{held[0].CRC:08x}{name.suffix}"  # the same content once
            return once(file, partial(_copy, opened, held[0]), check=lambda part: None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise BadData(f"{archive} cannot be unpacked: {error}") from error


@contextmanager
def readable(name: str, remedy: str = "") -> Iterator[None]:
    """Turn what Arrow says of rows that cannot be read into a sentence that names them and keeps the cause."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeError) as error:
        reason = " ".join(str(error).split())
        raise BadData(f"{name} cannot be read ({reason}): {remedy or 'correct the file, or where it is'}") from error


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__")) for part in Path(name).parts)


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, part: Path) -> None:
    with archive.open(member) as packed, part.open("wb") as plain:
        while block := packed.read(1 << 20):
            plain.write(block)
