"""The `driftbook` command: the embedded database, the summary of a period, numbers for Prometheus, the stack."""

import subprocess
import sys
from pathlib import Path

import click

from driftbook.errors import DriftbookError


class _Group(click.Group):
    """Ends with one sentence and the exit status 1 where a user's mistake or a missing server is the cause."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except DriftbookError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Group)
def main() -> None:
    """Model monitoring as notebooks; papermill runs them, this command is for what surrounds them."""


@main.group()
def db() -> None:
    """Start or stop the embedded PostgreSQL, used where DATABASE_URL is not set."""


@db.command()
def start() -> None:
    """Start it unless it runs, and print its address."""
    from driftbook.store.embedded import server

    click.echo(f"embedded PostgreSQL is running: {server.start()}")


@db.command()
def stop() -> None:
    """Stop it; open transactions are rolled back."""
    from driftbook.store.embedded import server

    click.echo("embedded PostgreSQL stopped" if server.stop() else "embedded PostgreSQL was not running")


@db.command(context_settings={"ignore_unknown_options": True})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def during(command: tuple[str, ...]) -> None:
    """Run COMMAND, then stop the server unless it ran before or another `during` goes on; the status is COMMAND's."""
    from driftbook.store.embedded import server

    with server.during():
        status = subprocess.run(command, check=False).returncode
    sys.exit(status)


@main.command()
@click.argument("params")
@click.argument("start")
@click.argument("end")
def summary(params: str, start: str, end: str) -> None:
    """Print what became of the days START to END of the model PARAMS."""
    from driftbook import config
    from driftbook.periods import between
    from driftbook.runs.summary import summary

    click.echo(summary(config.load(params), between(start, end)))


@main.command()
@click.option("--textfile", type=click.Path(path_type=Path), help="Write them for node exporter, at once and whole.")
@click.option("--serve", metavar="[HOST:]PORT", help="Answer at /metrics there, 127.0.0.1 unless a host is named.")
def metrics(textfile: Path | None, serve: str | None) -> None:
    """Print how each model and its service are, as Prometheus reads it."""
    from driftbook import exporter

    if textfile and serve:
        raise click.UsageError("--textfile and --serve: expected one of them; run the command twice for both")
    if serve:
        exporter.serve(serve)
    elif textfile:
        exporter.write(textfile)
    else:
        click.echo(exporter.text(), nl=False)


@main.command()
@click.argument("model")
@click.argument("day")
@click.option("--at", default="", help="A moment like 2022-02-06T12:00+00:00, in UTC unless it says otherwise; now.")
def known(model: str, day: str, at: str) -> None:
    """Print what was known about the DAY of a MODEL at a moment."""
    from driftbook.periods import one_day
    from driftbook.runs import summary

    click.echo(summary.known(model, one_day(day).start, at))


@main.group()
def archive() -> None:
    """Check the archive, remove what nobody needs, write its index anew."""


@archive.command()
def check() -> None:
    """Print which files are missing, changed, nobody's or unsent; the exit status is 1 if there are any."""
    from driftbook.runs import retention

    found = retention.check()
    click.echo("\n".join(found) or "the archive holds what its runs recorded")
    sys.exit(bool(found))


@archive.command()
@click.option("--days", type=float, required=True, help="Runs that ended within so many days stay.")
@click.option("--keep", type=int, default=1, show_default=True, help="So many newest runs of each day stay at any age.")
def prune(days: float, keep: int) -> None:
    """Remove pages and rows of runs behind nothing current; their records stay."""
    from driftbook.runs import retention

    pages, rows = retention.prune(days, keep)
    click.echo(f"removed: {pages} pages, and {rows:,} rows that were no longer current")


@archive.command()
def index() -> None:
    """Write the index and the pages of the years anew, from the records of the runs."""
    from driftbook.runs import listing

    listing.refresh(anew=True)


@main.command()
def stack() -> None:
    """Write secrets at first use, start PostgreSQL, Adminer, Grafana and the archive in Docker, print the addresses."""
    from driftbook import stack

    sys.exit(stack.up())
