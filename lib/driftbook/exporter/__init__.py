"""Numbers for Prometheus: a text file for its node exporter, or an address that it scrapes. The importer of its client.

Nothing is kept between two questions: a number is as new as the question, or it is not there.
"""

import logging
import time
from pathlib import Path

from prometheus_client import generate_latest, start_http_server, write_to_textfile
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from driftbook import store
from driftbook.errors import BadInput, DatabaseUnavailable
from driftbook.exporter.families import database, disk, one

_logger = logging.getLogger(__name__)


class _Answer(Collector):
    """What was found once, with the reason why the database gave nothing, if it did not."""

    def __init__(self) -> None:
        self.error: DatabaseUnavailable | None = None
        self.families = [one("collected_timestamp_seconds", "When these numbers were read", time.time()), *disk()]
        try:
            self.families += database(store.service_status())
        except DatabaseUnavailable as error:
            self.error = error
            self.families.append(one("up", "Whether the database answers", 0))

    def collect(self) -> list[GaugeMetricFamily]:
        return self.families


class _Live(Collector):
    """An answer anew whenever it is asked for."""

    def collect(self) -> list[GaugeMetricFamily]:
        answer = _Answer()
        if answer.error:
            _logger.error("driftbook_up is 0: %s", answer.error)
        return answer.families


def text() -> str:
    """Return the numbers as Prometheus reads them.

    Raises
    ------
    DatabaseUnavailable
        If the database does not answer.
    """
    answer = _Answer()
    if answer.error:
        raise answer.error
    return generate_latest(answer).decode()


def write(path: Path) -> None:
    """Write the numbers into a file, which readers see whole: the old one or the new one.

    Raises
    ------
    BadInput
        If node exporter would not read a file of that name, or it cannot be written.
    DatabaseUnavailable
        If the database does not answer. The file is written before: `driftbook_up 0`, and no number of a model.
    """
    if path.suffix != ".prom":
        raise BadInput(f"the text file is {str(path)!r}: node exporter reads names that end in .prom; give it one")
    answer = _Answer()
    try:
        write_to_textfile(str(path), answer)
        path.chmod(0o644)  # node exporter is another user, whatever the umask
    except OSError as error:
        raise BadInput(f"cannot write the text file: {error}; is its folder there, may you write to it?") from None
    if answer.error:
        raise answer.error


def serve(address: str) -> None:
    """Answer at `http://<address>/metrics` until the process ends; `address` is `[HOST:]PORT`, by default 127.0.0.1.

    Raises
    ------
    BadInput
        If the address is none, or is taken.
    """
    host, _, port = address.rpartition(":")
    if not port.isdecimal():
        raise BadInput(f"the address to serve at is {address!r}: expected [HOST:]PORT, as in 127.0.0.1:9817")
    host = host.strip("[]") or "127.0.0.1"
    try:
        server, thread = start_http_server(int(port), host, _Live())
    except (OSError, OverflowError) as error:
        raise BadInput(f"cannot serve at {address!r}: {error}; choose another address") from None
    print(f"serving http://{host}:{server.server_port}/metrics", flush=True)
    thread.join()
