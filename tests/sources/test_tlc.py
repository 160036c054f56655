import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow.parquet as pq
import pytest
from driftbook import batches, patience
from driftbook.errors import BadData, BadInput
from driftbook.periods import between, one_day
from driftbook.sources import tlc

DAY = one_day("2022-02-05")


class Handler(BaseHTTPRequestHandler):
    """Answers each request with the next of the server's answers: a status, the bytes announced and those sent."""

    def do_GET(self):
        self.server.asked.append(self.path)
        status, size, body = self.server.answers.pop(0)
        self.send_response(status)
        if size is not None:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """No pauses between tries."""
    monkeypatch.setattr(patience, "LONGEST", 0.001)
    monkeypatch.setattr(patience, "CHANCE", 0)


@pytest.fixture
def server(monkeypatch):
    """A server on this machine in the place of the TLC's."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.answers, server.asked = [], []
        monkeypatch.setattr(tlc, "ADDRESS", f"http://127.0.0.1:{server.server_port}/trip-data")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def month(publish):
    """The bytes of a month that is not in the data folder."""
    file = publish()
    content = file.read_bytes()
    file.unlink()
    return content


@pytest.mark.parametrize("announced", [True, False])
def test_a_month_is_downloaded_once(green, server, month, tmp_path, announced):
    server.answers = [(200, len(month) if announced else None, month)]
    for _ in range(2):
        assert batches.read(green, DAY).table.num_rows == 20
    assert server.asked == ["/trip-data/green_tripdata_2022-02.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["green_tripdata_2022-02.parquet"]
    assert (tmp_path / "green_tripdata_2022-02.parquet").read_bytes() == month


def test_a_month_in_the_data_folder_is_not_downloaded(green, server, publish):
    publish()
    batches.read(green, DAY)
    assert server.asked == []


def bad_answers(month):
    return {
        "not there": ((404, 0, b""), "green_tripdata_2022-02.parquet is not published: choose a month that is"),
        "forbidden": (
            (403, 0, b""),
            "is not published: choose a month that is, or put the file into DRIFTBOOK_DATA_DIR",
        ),
        "server error": ((500, 0, b""), "cannot be downloaded (HTTPError): run again"),
        "broken off": ((200, len(month), month[:5000]), "green_tripdata_2022-02.parquet "),
        "cut short": ((200, None, month[:5000]), "green_tripdata_2022-02.parquet.part is no whole parquet file"),
        "a page": ((200, 6, b"<html>"), "green_tripdata_2022-02.parquet.part is no whole parquet file"),
        "empty": ((200, 0, b""), "green_tripdata_2022-02.parquet.part is no whole parquet file"),
    }


@pytest.mark.parametrize("case", bad_answers(b""))
def test_a_month_that_cannot_be_downloaded(green, server, month, tmp_path, case):
    answer, message = bad_answers(month)[case]
    times = tlc._TRIES if case in ("server error", "broken off") else 1
    server.answers = [*[answer] * times, (200, len(month), month)]
    with pytest.raises(BadData, match=re.escape(message)) as caught:
        batches.read(green, DAY)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "green_tripdata_2022-02.parquet").exists()
    # Run again, it starts from the beginning and leaves nothing else behind.
    assert batches.read(green, DAY).table.num_rows == 20
    assert (tmp_path / "green_tripdata_2022-02.parquet").read_bytes() == month
    assert [path.name for path in tmp_path.iterdir()] == ["green_tripdata_2022-02.parquet"]


def test_a_break_is_named(green, server, month):
    server.answers = [(200, len(month), month[:5000])] * tlc._TRIES
    with pytest.raises(BadData, match=r"cannot be downloaded \(ChunkedEncodingError\): run again"):
        batches.read(green, DAY)
    assert len(server.asked) == tlc._TRIES


def test_what_breaks_off_is_tried_again(green, server, month, tmp_path, caplog):
    whole = (200, len(month), month)
    server.answers = [(500, 0, b""), (200, len(month), month[:5000]), (503, 0, b""), whole]
    assert batches.read(green, DAY).table.num_rows == 20
    assert (len(server.asked), server.answers) == (4, [])
    assert [path.name for path in tmp_path.iterdir()] == ["green_tripdata_2022-02.parquet"]
    assert [record.getMessage()[:40] for record in caplog.records] == ["Trying again, as this may pass: 500 Serv"]


@pytest.mark.parametrize("status", [400, 403, 404])
def test_what_does_not_pass_is_asked_for_once(green, server, status):
    server.answers = [(status, 0, b"")]
    with pytest.raises(BadData):
        batches.read(green, DAY)
    assert len(server.asked) == 1


def test_no_connection(green, monkeypatch, tmp_path):
    with socket.socket() as held:  # bound, but not listening: nobody else gets the port, and it refuses
        held.bind(("127.0.0.1", 0))
        monkeypatch.setattr(tlc, "ADDRESS", f"http://127.0.0.1:{held.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with pytest.raises(BadData, match=r"cannot be downloaded \(ConnectionError\): run again, or put the file into"):
            batches.read(green, DAY)
    assert not (tmp_path / "green_tripdata_2022-02.parquet").exists()


def test_one_month_of_several_is_missing(green, server, publish):
    publish("2022-02")
    server.answers = [(404, 0, b"")]
    with pytest.raises(BadData, match=r"green_tripdata_2022-03.parquet is not published"):
        batches.read(green, between("2022-02-28", "2022-03-01"))


def test_days_before_the_first_month_are_refused_without_asking(green, server):
    with pytest.raises(BadInput, match="2013-07-31 lies before the first published month, 2013-08: give a later day"):
        batches.read(green, one_day("2013-07-31"))
    tlc.covers(green.source, one_day("2013-08-01"))
    assert server.asked == []


def test_the_address_is_the_published_one():
    assert tlc.ADDRESS.startswith("https://")


def test_a_truncated_month_in_the_data_folder_is_not_taken_for_a_whole_one(green, server, publish):
    file = publish()
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(BadData, match=r"is no whole parquet file .*: delete it, and it is fetched again"):
        batches.read(green, DAY)
    with pytest.raises(Exception, match="magic bytes"):
        pq.read_metadata(file)  # it is left to the person
