"""CSV files as datasets whose types hold for every line, not only for the first block."""

import re
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import csv, fs

_DELIMITERS = ",;\t|"
#: The rows of the last file of no more bytes stay in memory.
_HELD = 1 << 26
#: How Arrow says that a value is not of the type that the lines before it were of.
_UNFIT = re.compile(r"In CSV column #(\d+): .*CSV conversion error to ")
#: What a column may turn out to be, in this order; the first type that holds for every line is taken.
_TYPES = (
    *(pa.int64(), pa.float64(), pa.bool_(), pa.date32()),
    *(pa.timestamp(unit, zone) for zone in (None, "UTC") for unit in ("s", "us", "ns")),
    *(pa.time32("s"), pa.string(), pa.binary()),
)


def reader(path: Path) -> ds.CsvFileFormat:
    """Return how to read a CSV file, gzipped or not.

    The delimiter is the one that the first line holds most of. What pandas takes for missing (empty text, `NA`, ...) is
    missing. A type is that of the first block or, where a later line does not fit, the next wider one: an integer
    becomes a float, anything else text. Reads the whole file once in a process.
    """
    found = path.stat()
    return _reader(path, found.st_mtime_ns, found.st_size)


def held(path: Path) -> pa.Table | None:
    """Return the rows of a file that is small enough for them to stay in memory, else None.

    The days of a backfill read the same file again and again, which takes longer than all that is computed of a day.
    """
    found = path.stat()
    return _held(path, found.st_mtime_ns, found.st_size) if found.st_size <= _HELD and path.suffix == ".csv" else None


@lru_cache(maxsize=1)
def _held(path: Path, *changed: int) -> pa.Table:
    return ds.dataset(path, format=_reader(path, *changed)).to_table(use_threads=False)


@lru_cache(maxsize=1024)
def _reader(path: Path, *_changed: int) -> ds.CsvFileFormat:
    delimiter = _delimiter(path)
    types: dict[str, pa.DataType] = {}
    while True:
        found = _format(delimiter, types)
        fragment = found.make_fragment(str(path), fs.LocalFileSystem())
        try:
            types = types or {field.name: field.type for field in fragment.physical_schema}
            for _ in fragment.to_batches():
                pass
        except pa.ArrowInvalid as error:
            types = _widened(types, error)
        else:
            return found


def _widened(types: dict[str, pa.DataType], error: pa.ArrowInvalid) -> dict[str, pa.DataType]:
    """Return the types with a wider one for the column that an error names; raises the error if there is none."""
    unfit = _UNFIT.search(str(error))
    name = [*types][int(unfit[1])] if types and unfit else None
    wider = _after(types[name]) if name is not None else None
    if wider is None:
        raise error
    return types | {name: wider}


def _format(delimiter: str, types: dict[str, pa.DataType]) -> ds.CsvFileFormat:
    return ds.CsvFileFormat(
        parse_options=csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=True
        ),
    )


def _delimiter(path: Path) -> str:
    with pa.input_stream(path, compression="detect") as stream:
        first = stream.read(1 << 16).partition(b"\n")[0].decode("utf-8", "replace")
    return max(_DELIMITERS, key=first.count)


def _after(kind: pa.DataType) -> pa.DataType | None:
    """Return the type to try where a value is not of this one, None after the last."""
    place = _TYPES.index(kind) + 1 if kind in _TYPES else 0
    return _TYPES[place] if place < len(_TYPES) else None
