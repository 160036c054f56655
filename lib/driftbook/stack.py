"""The stack in Docker Compose: its secrets, made at first use, and where to look."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

from driftbook import paths

_COMPOSE = ("docker", "compose", "up", "--detach", "--wait")
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


def up() -> int:
    """Write the secrets if need be, start the stack, wait until it is healthy, print the addresses."""
    if write_secrets(paths.ROOT):
        print("wrote .env with random secrets")
    paths.archive_dir().mkdir(parents=True, exist_ok=True)
    try:
        status = subprocess.run(_COMPOSE, cwd=paths.ROOT, check=False).returncode
    except FileNotFoundError:
        print("there is no `docker`: install Docker with its Compose plugin", file=sys.stderr)
        return 1
    if status:
        print("the stack did not come up: `docker compose ps` and `docker compose logs` say why", file=sys.stderr)
        return status
    print(_ADDRESSES)
    return 0
