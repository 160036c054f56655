"""Any table: files of parquet or CSV in any layout, or a query to a SQL database."""

from collections.abc import Iterator
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import fs
from pydantic import Field, model_validator

from driftbook.periods import Period
from driftbook.sources import csv, files, layout, sql
from driftbook.sources.contract import Part, SourceSettings
from driftbook.sources.layout import TableFile

NOTICE = ""

_DISK = fs.LocalFileSystem()


class Settings(SourceSettings):
    """A table in files, or behind a query.

    Attributes
    ----------
    path
        A file, a glob, a folder (partitioned as Hive does, or written by Spark), or `package:resource`. A relative one
        is looked for in the data folder, then below the project's root.
    format
        What the files hold, where their names do not say.
    query
        SQL with `:start` and `:end`, dates; it may give rows of other days too, which are left out.
    url_env
        The name of the environment variable that holds the database's URL.
    """

    kind: Literal["table"]
    path: str = ""
    format: Literal["", "parquet", "csv"] = ""
    query: str = ""
    url_env: str = Field("", pattern=r"^[A-Za-z_]\w*$|^$")

    @model_validator(mode="after")
    def _one_of_them(self) -> "Settings":
        if bool(self.path) == bool(self.query):
            raise ValueError("expected one of path and query: a table has files, or a database")
        if bool(self.query) != bool(self.url_env):
            raise ValueError("query and url_env go together: name the environment variable that holds the URL")
        if self.query and not sql.has_bounds(self.query):
            raise ValueError("query lacks :start or :end: ask for the days, like `where at >= :start and at < :end`")
        return self


def covers(source: Settings, period: Period) -> None:
    """Raise `BadInput` if the database's URL is not set; which days a table holds is known only after reading."""
    if source.query:
        sql.url(source.url_env)


def rows(source: Settings, period: Period) -> Iterator[Part]:
    """Yield the table's files, or what the query gives."""
    if source.query:
        for table in sql.read(source.query, source.url_env, period):
            yield Part(table, f"the query to {source.url_env}")
    else:
        yield from _parts(source)


def files_of(source: Settings, period: Period) -> list[Path]:
    """Return the table's files, any of which may hold rows of any day; none of a query."""
    return [] if source.query else [file.path for file in layout.find(source.path, source.format)]


def prepare(source: Settings) -> None:
    """Look into the table's files: forks of this process find what took long."""
    if not source.query:
        _ = [*_parts(source)]


def _parts(source: Settings) -> Iterator[Part]:
    found = layout.find(source.path, source.format)
    filled = [file for file in found if file.path.stat().st_size]  # Spark leaves empty CSV files
    for file in filled or found:
        with files.readable(file.name):
            yield Part(_rows(file, source.format), file.name)


def _rows(file: TableFile, given: str) -> ds.Dataset | pa.Table:
    """Return a file as a dataset, of which only what is needed is read, with the columns that its folders stand for.

    A small CSV file, all of which has to be read for any of its rows, is a table in memory.
    """
    path = files.unpacked(file.path) if file.format == "zip" else file.path
    is_csv = (given or layout.format_of(path)) == "csv"
    if is_csv and not file.values and (held := csv.held(path)) is not None:
        return held
    reader = csv.reader(path) if is_csv else files.PARQUET
    fragment = reader.make_fragment(str(path), _DISK)
    schema = fragment.physical_schema
    beside = {name: value for name, value in file.values.items() if name not in schema.names}
    if beside:
        known = [
            pc.field(name) == value if value.is_valid else pc.field(name).is_null() for name, value in beside.items()
        ]
        fragment = reader.make_fragment(str(path), _DISK, reduce(and_, known))
        schema = pa.schema([*schema, *(pa.field(name, value.type) for name, value in beside.items())])
    return ds.FileSystemDataset([fragment], schema, reader, _DISK)


def _is(name: str, value: pa.Scalar) -> pc.Expression:
    return pc.field(name) == value if value.is_valid else pc.field(name).is_null()
