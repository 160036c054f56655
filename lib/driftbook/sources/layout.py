"""Where a table's files are: a file, a glob, a folder partitioned as Hive does, or data of an installed package."""

import importlib.util
import re
from dataclasses import dataclass, field, replace
from glob import has_magic
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from driftbook import paths
from driftbook.errors import BadData

_PACKAGE = re.compile(r"^(?P<package>[A-Za-z_]\w*(?:\.\w+)*):(?P<resource>[^/\\].*)$")
_FORMATS = {"parquet": (".parquet", ".pq", ".parq"), "csv": (".csv", ".tsv", ".txt"), "zip": (".zip",)}
_PACKED = (".gz", ".bz2", ".zst", ".lz4")
_WHOLE = re.compile(r"-?\d{1,18}")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class TableFile:
    """A file of a table.

    Attributes
    ----------
    name
        Its path below the folder that was named.
    format
        `parquet`, `csv` or `zip`, empty if its name does not say.
    values
        The columns that its folders stand for (`day=2022-02-05`), whole numbers, dates or text.
    """

    path: Path
    name: str
    format: str
    values: dict[str, pa.Scalar] = field(default_factory=dict)


def find(path: str, given: str = "") -> list[TableFile]:
    """Return the files of a table in the order of their paths, without hidden ones and those that writers leave.

    A relative path is looked for in the data folder first, then below the project's root; `package:resource` in an
    installed package. Files whose name does not say what they hold are left out of a folder unless a format is given.

    Raises
    ------
    BadData
        If there is no such file, none of a known format among them, or no such package.
    """
    if "://" in path:
        raise BadData(f"source.path is {path!r}: expected a path of this machine; mount it, or write a source")
    anchors = [_resource(path)] if _PACKAGE.match(path) else [paths.data_dir() / path, paths.anchored(path)]
    for anchor in anchors:
        if found := [file for file in _at(anchor) if given or file.format]:
            return _with_values(found)
    looked = " and ".join(dict.fromkeys(map(str, anchors)))
    raise BadData(
        f"source.path is {path!r}, and no parquet or CSV file is at {looked}: correct it, or give source.format if "
        "the files' names do not say it"
    )


def format_of(path: Path) -> str:
    """Return `parquet`, `csv` or `zip`, as a file's name says; empty if it does not."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in _PACKED]
    return next((name for name, endings in _FORMATS.items() if suffixes and suffixes[-1] in endings), "")


def _at(anchor: Path) -> list[TableFile]:
    if anchor.is_file():
        return [TableFile(anchor, anchor.name, format_of(anchor))]
    if anchor.is_dir():
        base, matches = anchor, [anchor]
    elif has_magic(str(anchor)):
        base, matches = _fixed(anchor), [*_fixed(anchor).glob(str(anchor.relative_to(_fixed(anchor))))]
    else:
        return []
    inside = {file for match in matches for file in (match.rglob("*") if match.is_dir() else [match])}
    if logs := [file for file in inside if file.name == "_delta_log"]:
        raise BadData(f"{logs[0].parent} is a Delta table, whose log says which files count: export it, or use a query")
    kept = [file for file in sorted(inside) if file.is_file() and not _is_left(file.relative_to(base))]
    return [TableFile(file, str(file.relative_to(base)), format_of(file)) for file in kept]


def _with_values(files: list[TableFile]) -> list[TableFile]:
    """Return the files with the columns of their folders, each in the one type that fits its value in every folder."""
    pairs = [dict(part.split("=", 1) for part in Path(file.name).parts[:-1] if "=" in part) for file in files]
    texts = [{name: None if text == _HIVE_NULL else unquote(text) for name, text in each.items()} for each in pairs]
    names = {name for each in texts for name in each}
    kinds = {name: _type({each.get(name) for each in texts} - {None}) for name in names}
    return [
        replace(file, values={name: pa.scalar(text).cast(kinds[name]) for name, text in each.items()})
        for file, each in zip(files, texts, strict=True)
    ]


def _type(texts: set[str]) -> pa.DataType:
    for kind, written in ((pa.int64(), _WHOLE), (pa.date32(), _DATE)):
        if texts and all(written.fullmatch(text) for text in texts):
            return kind
    return pa.string()


def _is_left(name: Path) -> bool:
    """Return whether a file is hidden or a writer's own, like `_SUCCESS`."""
    return any(part.startswith((".", "_")) and "=" not in part for part in name.parts)


def _fixed(pattern: Path) -> Path:
    """Return the folder above the first part of a path that stands for several."""
    parts = pattern.parts
    return Path(*parts[: next(place for place, part in enumerate(parts) if has_magic(part))])


def _resource(path: str) -> Path:
    """Return where the data of an installed package lie; the package is not imported."""
    package, resource = _PACKAGE.match(path).group("package", "resource")
    try:
        found = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        found = None
    if found is None or not found.submodule_search_locations:
        name = package.partition(".")[0]
        raise BadData(f"source.path is {path!r}, and no package {package!r} is installed: pip install {name}")
    return Path(found.submodule_search_locations[0]) / resource
