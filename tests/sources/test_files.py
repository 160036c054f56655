import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from driftbook.errors import BadData
from driftbook.sources import files

TABLE = pa.table({"x": [1, 2, 3]})


def write(part):
    pq.write_table(TABLE, part)


def test_written_once(tmp_path):
    file = tmp_path / "deep" / "er" / "month.parquet"
    assert files.once(file, write) == file
    assert pq.read_table(file).equals(TABLE)
    assert [path.name for path in file.parent.iterdir()] == ["month.parquet"]
    files.once(file, lambda part: pytest.fail("written again"))


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda part: part.write_bytes(b"<html>no</html>"), BadData, "month.parquet.part is no whole parquet file"),
        (lambda part: 1 / 0, ZeroDivisionError, "division"),
        (lambda part: None, BadData, "month.parquet.part is no whole parquet file"),
    ],
)
def test_a_failure_leaves_nothing_under_the_final_name(tmp_path, spoil, error, message):
    file = tmp_path / "month.parquet"
    with pytest.raises(error, match=message):
        files.once(file, spoil)
    assert not file.exists()
    files.once(file, write)
    assert pq.read_table(file).equals(TABLE)
    assert [path.name for path in tmp_path.iterdir()] == ["month.parquet"]


def test_what_a_killed_process_left_is_written_anew(tmp_path):
    (tmp_path / "month.parquet.part").write_bytes(b"PAR1 and then it broke off")
    assert pq.read_table(files.once(tmp_path / "month.parquet", write)).equals(TABLE)


def test_a_folder_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").touch()
    message = r"month.parquet is not in .*, and that folder cannot be written to \(.+\): put the file there, or set"
    with pytest.raises(BadData, match=message):
        files.once(tmp_path / "file" / "month.parquet", write)


def test_several_processes_write_one_file_once(tmp_path):
    script = f"""
import pathlib
import pyarrow as pa, pyarrow.parquet as pq
from driftbook.sources import files
def write(part):
    print("wrote")
    pq.write_table(pa.table({{"x": list(range(100_000))}}), part)
files.once(pathlib.Path({str(tmp_path)!r}) / "month.parquet", write)
"""

    def run(_):
        return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(run, range(3))) == ["", "", "wrote\n"]
    assert [path.name for path in tmp_path.iterdir()] == ["month.parquet"]
