"""The stack's Compose file, its environment and its secrets; there is no Docker here, so they are read, not run."""

import datetime as dt
import json
import os
import re
import shutil
import stat
import subprocess
from importlib.resources import files

import jsonschema
import pytest
import yaml
from driftbook import paths, stack, store
from driftbook.records import DayResult, Measure

TEXT = (paths.ROOT / "docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = (paths.ROOT / ".env.example").read_text(encoding="utf-8")
SECRETS = [
    "POSTGRES_PASSWORD",
    "DRIFTBOOK_PASSWORD",
    "GRAFANA_READER_PASSWORD",
    "GRAFANA_ADMIN_PASSWORD",
    "GRAFANA_SECRET_KEY",
]
GIVEN = dict.fromkeys(SECRETS, "s3cret")


def compose(**environment):
    """Return the file as Compose reads it with an environment; raise as Compose does on a missing or empty secret."""

    def value(match):
        name, how, word = match[1], match[2], match[3]
        given = environment.get(name, "")
        if how == ":?" and not given:
            raise LookupError(f"{name}: {word}")
        return {":?": given, ":-": given or word, ":+": word if given else ""}[how]

    return yaml.safe_load(re.sub(r"\$\{(\w+)(:[?+-])([^}]*)\}", value, TEXT))


SERVICES = compose(**GIVEN)["services"]


def test_it_is_valid_against_the_compose_specification():
    schema = json.loads(
        files("check_jsonschema.builtin_schemas.vendor").joinpath("compose-spec.json").read_text("utf-8")
    )
    jsonschema.validate(compose(**GIVEN), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(compose(**GIVEN) | {"service": {}}, schema)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", [None, ""])
def test_it_refuses_a_missing_or_empty_secret(name, value):
    given = {key: secret for key, secret in GIVEN.items() if key != name} | ({} if value is None else {name: value})
    with pytest.raises(LookupError, match=f"{name}: run make stack, which writes .env"):
        compose(**given)


def test_nothing_is_interpolated_without_saying_what_an_empty_value_means():
    assert re.findall(r"\$\{\w+\}|\$\w+", TEXT) == []


@pytest.mark.parametrize(
    ("name", "image", "port"),
    [
        ("db", r"postgres:17\.\d+", 5432),
        ("adminer", r"adminer:\d+\.\d+\.\d+", 8080),
        ("archive", r"nginx:\d+\.\d+\.\d+-alpine", 8081),
        ("grafana", r"grafana/grafana-oss:11\.6\.\d+", 3000),
    ],
)
def test_a_service(name, image, port):
    service = SERVICES[name]
    assert re.fullmatch(image, service["image"])
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert "privileged" not in service and "no-new-privileges:true" in service["security_opt"]


def test_the_services_start_by_health_and_meet_where_they_have_to():
    assert list(SERVICES) == ["db", "adminer", "archive", "grafana"]
    after = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}
    assert after["adminer"] == after["grafana"] == {"db": {"condition": "service_healthy"}}
    networks = {name: set(service["networks"]) for name, service in SERVICES.items()}
    assert networks == {
        "db": {"back"},
        "adminer": {"back", "front"},
        "grafana": {"back", "front"},
        "archive": {"front"},
    }


def test_data_is_in_named_volumes_and_files_are_mounted_read_only():
    assert compose(**GIVEN)["volumes"] == {"database": {}, "grafana": {}}
    for mount in (mount for service in SERVICES.values() for mount in service.get("volumes", [])):
        source = mount.split(":")[0]
        if source.startswith("./"):
            assert mount.endswith(":ro")
            assert source == "./archive" or (paths.ROOT / source).exists()
        else:
            assert source in ("database", "grafana")


def test_grafana_lets_nobody_in_and_tells_nobody():
    environment = SERVICES["grafana"]["environment"]
    off = [
        "AUTH_ANONYMOUS_ENABLED",
        "USERS_ALLOW_SIGN_UP",
        "ANALYTICS_REPORTING_ENABLED",
        "ANALYTICS_CHECK_FOR_UPDATES",
    ]
    off += ["ANALYTICS_CHECK_FOR_PLUGIN_UPDATES", "NEWS_NEWS_FEED_ENABLED", "SNAPSHOTS_EXTERNAL_ENABLED"]
    assert [environment[f"GF_{name}"] for name in off] == ["false"] * len(off)


@pytest.mark.parametrize(
    ("address", "file"), [("", "contact.yaml"), ("https://hooks.example/x:y", "contact-webhook.yaml")]
)
def test_the_contact_point_follows_the_environment(address, file):
    mounts = compose(**GIVEN, ALERT_WEBHOOK_URL=address)["services"]["grafana"]["volumes"]
    (mount,) = [mount for mount in mounts if "contact" in mount]
    assert mount == f"./config/grafana/contact/{file}:/etc/grafana/provisioning/alerting/contact.yaml:ro"
    assert (paths.ROOT / mount.split(":")[0]).is_file()


def test_the_dashboards_are_those_with_the_range_of_the_data():
    mounts = compose(**GIVEN, GRAFANA_DASHBOARDS="/x/.dashboards")["services"]["grafana"]["volumes"]
    assert "/x/.dashboards:/var/lib/grafana-dashboards:ro" in mounts
    assert ".dashboards/" in (paths.ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_archive_of_the_environment_is_the_one_served():
    mounts = compose(**GIVEN, DRIFTBOOK_ARCHIVE_DIR="/data/archive")["services"]["archive"]["volumes"]
    assert "/data/archive:/srv/archive:ro" in mounts


def test_docker_itself_accepts_it(tmp_path):
    found = (
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if shutil.which("docker")
        else None
    )
    if found is None or found.returncode:
        return  # the schema above stands in for it
    command = ["docker", "compose", "--project-directory", str(paths.ROOT), "config", "--quiet"]
    subprocess.run(command, env={**os.environ, **GIVEN}, check=True)


# The secrets.


@pytest.fixture
def root(tmp_path):
    (tmp_path / ".env.example").write_text(EXAMPLE, encoding="utf-8")
    return tmp_path


def values(root):
    lines = (root / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_example_names_and_explains_everything_and_holds_no_secret():
    names = re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE)
    assert set(names) == {*SECRETS, "DATABASE_URL", "ALERT_WEBHOOK_URL"}
    assert len(re.findall(r"^# .*\n(?:# .*\n)*\w+=", EXAMPLE, re.MULTILINE)) == len(names)
    assert [name for name in SECRETS if f"\n{name}=\n" not in EXAMPLE] == []


def test_secrets_are_random_and_private(root):
    assert stack.write_secrets(root)
    first = values(root)
    assert stat.S_IMODE((root / ".env").stat().st_mode) == 0o600
    secrets = [first[name] for name in SECRETS]
    assert len(set(secrets)) == len(SECRETS)
    assert all(re.fullmatch(r"[\w-]{32}", secret) for secret in secrets)
    assert first["DATABASE_URL"] == f"postgresql://driftbook:{first['DRIFTBOOK_PASSWORD']}@localhost:5432/driftbook"
    compose(**first)
    (root / ".env").unlink()
    stack.write_secrets(root)
    assert not set(secrets) & set(values(root).values())


def test_secrets_that_are_there_stay(root):
    (root / ".env").write_text("mine", encoding="utf-8")
    assert not stack.write_secrets(root)
    assert (root / ".env").read_text(encoding="utf-8") == "mine"


def test_the_secrets_file_is_ignored_by_git():
    assert ".env" in (paths.ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_no_committed_file_holds_a_secret():
    listing = ["git", "-C", str(paths.ROOT), "ls-files", "-z"]
    try:
        names = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(paths.ROOT)) for path in (paths.ROOT / "config").rglob("*") if path.is_file()]
    assigned = re.compile(
        r"(?i)^\s*[\w.]*(?:password|secret_?key|token)\w*\s*[:=]\s*[\"']?([\w+/-]{8,})[\"']?\s*$", re.M
    )
    kinds = (".yml", ".yaml", ".sh", ".sql", ".conf", ".json", ".example", ".toml", ".env", "Makefile")
    found = {
        name: assigned.findall((paths.ROOT / name).read_text(encoding="utf-8"))
        for name in names
        if name.endswith(kinds) and (paths.ROOT / name).is_file()
    }
    assert {name: hits for name, hits in found.items() if hits} == {}
    assert assigned.findall("  password: hunter2hunter2\n")


# What make hands to the library.


@pytest.fixture
def project(tmp_path):
    """A project whose `make run` says which database it would write to."""
    text = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    text = re.sub(r"^(run|demo):.*\n(?:\t.*\n)+", r'\1:\n\t@echo "[$$DATABASE_URL]"\n', text, flags=re.MULTILINE)
    (tmp_path / "Makefile").write_text(text, encoding="utf-8")
    return tmp_path


def made(project, target="run", **environment):
    environment = {"PATH": os.environ["PATH"], **environment}
    done = subprocess.run(
        ["make", "-s", target], cwd=project, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_make_writes_to_the_stack_where_its_secrets_are(project):
    assert made(project) == "[]"
    (project / ".env").write_text("DATABASE_URL=postgresql://driftbook:x@localhost/driftbook\n", encoding="utf-8")
    assert made(project) == "[postgresql://driftbook:x@localhost/driftbook]"
    assert made(project, DATABASE_URL="postgresql://mine") == "[postgresql://mine]"
    assert made(project, "demo") == "[]"


def test_make_shows_no_secret():
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://me:s3cret@localhost/driftbook"}
    command = ["make", "--dry-run", "demo"]
    done = subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "driftbook db during" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr


def test_stack_starts_compose_after_writing_its_secrets(root, monkeypatch, capsys):
    (root / "bin").mkdir()
    (root / "bin" / "docker").write_text('#!/bin/sh\necho "$@" >called; test -s .env\n', encoding="utf-8")
    (root / "bin" / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{root / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(root / "archive"))
    monkeypatch.setattr(paths, "ROOT", root)
    assert stack.up() == 0
    assert (root / "called").read_text(encoding="utf-8") == "compose up --detach --wait\n"
    assert (root / "archive").is_dir()
    said = capsys.readouterr().out
    assert all(f"http://localhost:{port}" in said for port in (3000, 8080, 8081))
    assert not [secret for name, secret in values(root).items() if name in SECRETS and secret in said]


# The dashboards' range.


def written(folder):
    """The ranges that the dashboards of a folder open on."""
    boards = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*.json")}
    return {uid: (board["time"]["from"], board["time"]["to"]) for uid, board in boards.items()}


COMMITTED = written(paths.ROOT / "dashboards")
OVER_DAYS = {uid for uid, (start, _) in COMMITTED.items() if not start.startswith("now")}


@pytest.fixture
def with_dashboards(root):
    shutil.copytree(paths.ROOT / "dashboards", root / "dashboards")
    return root


@pytest.mark.parametrize(
    ("newest", "days_ago", "opens_on"),
    [
        (dt.date(2013, 3, 6), None, ("2012-12-07T00:00:00.000Z", "2013-03-07T00:00:00.000Z")),
        (None, 3, ("now-90d", "now")),
        (None, 200, None),
    ],
)
def test_dashboards_open_on_the_newest_days(with_dashboards, newest, days_ago, opens_on):
    newest = newest or dt.datetime.now(dt.UTC).date() - dt.timedelta(days_ago)
    opens_on = opens_on or tuple(f"{newest + dt.timedelta(n)}T00:00:00.000Z" for n in (-89, 1))
    found = written(stack.write_dashboards(with_dashboards, (dt.date(2010, 1, 1), newest)))
    assert len(OVER_DAYS) == 6
    assert found == COMMITTED | dict.fromkeys(OVER_DAYS, opens_on)
    assert written(with_dashboards / "dashboards") == COMMITTED, "the committed files stay"
    (first, *_) = json.loads((with_dashboards / ".dashboards" / "1-overview.json").read_text())["timepicker"][
        "quick_ranges"
    ]
    assert (first["display"], first["from"]) == ("All monitored days", "2010-01-01T00:00:00.000Z")


def test_dashboards_without_days_open_on_the_demos(with_dashboards):
    assert written(stack.write_dashboards(with_dashboards, None)) == COMMITTED


def test_stack_writes_the_range_of_its_own_database(with_dashboards, database, monkeypatch, capsys):
    for day in (dt.date(2013, 1, 5), dt.date(2013, 3, 6)):
        run_id = store.open_run("monitor", "m", day, str(day), {}, "papermill", "n", "c")
        store.write_day(run_id, DayResult("m", day, 1, (Measure("rows", 1.0),), {}, "d", "v"))
        store.close_run(run_id, "succeeded")
    root = with_dashboards
    (root / ".env").write_text(f"DATABASE_URL={database}\n", encoding="utf-8")
    (root / "bin").mkdir()
    (root / "bin" / "docker").write_text('#!/bin/sh\necho "$GRAFANA_DASHBOARDS" >called\n', encoding="utf-8")
    (root / "bin" / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{root / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(root / "archive"))
    monkeypatch.setenv("DATABASE_URL", "postgresql://another.example/elsewhere")
    monkeypatch.setattr(paths, "ROOT", root)
    assert stack.up() == 0
    assert (root / "called").read_text(encoding="utf-8") == f"{root / '.dashboards'}\n"
    assert written(root / ".dashboards")["1-overview"] == ("2012-12-07T00:00:00.000Z", "2013-03-07T00:00:00.000Z")
    assert "the dashboards open on the days up to 2013-03-06" in capsys.readouterr().out


def test_stack_says_that_docker_is_missing(root, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(root))
    monkeypatch.setattr(paths, "ROOT", root)
    monkeypatch.setenv("DRIFTBOOK_ARCHIVE_DIR", str(root / "archive"))
    assert stack.up() == 1
    assert "install Docker" in capsys.readouterr().err
