"""The stack in Docker Compose: its secrets, made at first use, dashboards that open on its days, where to look."""

import datetime as dt
import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

from driftbook import paths, store
from driftbook.errors import DatabaseUnavailable

_COMPOSE = ("docker", "compose", "up", "--detach", "--wait")
#: A newest day of less than this ago is one of a model that is monitored still.
_LIVE = dt.timedelta(days=4)
_ADDRESSES = """\
Grafana   http://localhost:3000   user admin, password GRAFANA_ADMIN_PASSWORD in .env
archive   http://localhost:8081
Adminer   http://localhost:8080/?pgsql=db&username=driftbook&db=driftbook   password DRIFTBOOK_PASSWORD in .env
`make run` writes to its database now; `make stack-down` stops it and keeps the data."""


def write_secrets(root: Path) -> bool:
    """Write `.env` from `.env.example` with random secrets unless it is there; return whether it was written.

    Only its owner may read it. Every empty name that ends in `_PASSWORD` or `_KEY` gets a secret of its own, of
    characters that need no quoting in a URL, a shell or a Makefile.
    """
    text = (root / ".env.example").read_text(encoding="utf-8")
    made = {name: secrets.token_urlsafe(24) for name in re.findall(r"^(\w+_(?:PASSWORD|KEY))=$", text, re.MULTILINE)}
    for name, secret in made.items():
        text = text.replace(f"\n{name}=\n", f"\n{name}={secret}\n").replace(f"${{{name}}}", secret)
    try:
        handle = os.open(root / ".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return True


def write_dashboards(root: Path, days: tuple[dt.date, dt.date] | None) -> Path:
    """Write the committed dashboards into `.dashboards/` and return that folder, which the stack's Grafana reads.

    Those that open on fixed days open on the last 90 up to the newest of `days`, the first and the newest monitored
    one, and reach up to now if that is recent. Without days they stay as they are.
    """
    folder = root / ".dashboards"
    folder.mkdir(exist_ok=True)
    for file in (root / "dashboards").glob("*.json"):
        dashboard = json.loads(file.read_text(encoding="utf-8"))
        if days and not dashboard["time"]["from"].startswith("now"):
            first, newest = days
            is_live = dt.datetime.now(dt.UTC).date() - newest < _LIVE
            last = ("now-90d", "now") if is_live else (_midnight(newest, -89), _midnight(newest, 1))
            dashboard["time"] = dict(zip(("from", "to"), last, strict=True))
            every = {"display": "All monitored days", "from": _midnight(first), "to": _midnight(newest, 1)}
            dashboard["timepicker"]["quick_ranges"].insert(0, every)
        (folder / file.name).write_text(json.dumps(dashboard, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return folder


def up() -> int:
    """Write the secrets if need be, start the stack, wait until it is healthy, print the addresses.

    The dashboards open on the newest days that its database holds by then.
    """
    if write_secrets(paths.ROOT):
        print("wrote .env with random secrets")
    paths.archive_dir().mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"GRAFANA_DASHBOARDS": str(write_dashboards(paths.ROOT, None))}
    try:
        status = subprocess.run(_COMPOSE, cwd=paths.ROOT, env=environment, check=False).returncode
    except FileNotFoundError:
        print("there is no `docker`: install Docker with its Compose plugin", file=sys.stderr)
        return 1
    if status:
        print("the stack did not come up: `docker compose ps` and `docker compose logs` say why", file=sys.stderr)
        return status
    _open_on_the_newest_days()
    print(_ADDRESSES)
    return 0


def _open_on_the_newest_days() -> None:
    """Grafana reads the changed files within half a minute."""
    text = (paths.ROOT / ".env").read_text(encoding="utf-8")
    url = re.search(r"^DATABASE_URL=(.*)$", text, re.MULTILINE)
    try:
        days = store.monitored_days(url[1]) if url else None
    except DatabaseUnavailable as error:
        print(f"the dashboards open on the demo's days: {error}", file=sys.stderr)
        return
    if days:
        write_dashboards(paths.ROOT, days)
        print(f"the dashboards open on the days up to {days[1]}")


def _midnight(day: dt.date, later: int = 0) -> str:
    return f"{day + dt.timedelta(later)}T00:00:00.000Z"
