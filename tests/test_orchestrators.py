"""The recipes of docs/orchestrators.md: what can be read without their schedulers is read."""

import ast
import configparser
import re
import shutil
import subprocess
import sys

import yaml
from driftbook import paths

PAGE = (paths.ROOT / "docs" / "orchestrators.md").read_text(encoding="utf-8")


def block(section, language):
    """Return the code blocks of a section."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_recipe_says_whether_it_was_tried():
    told = re.findall(r"^\| \[([\w ]+)\]\(#[\w-]+\) \| (?:yes|no|the line|against|`systemd)", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(re.findall(r"^## (.*)$", PAGE, re.MULTILINE))


def test_the_workflow_is_one_by_githubs_schema(tmp_path):
    (text,) = block("GitHub Actions", "yml")
    (tmp_path / "driftbook.yml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*command, tmp_path / "driftbook.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_cron_job_runs_one_notebook_at_a_time():
    (text,) = block("Kubernetes", "yml")
    job = yaml.safe_load(text)
    assert (job["apiVersion"], job["kind"], job["spec"]["concurrencyPolicy"]) == ("batch/v1", "CronJob", "Forbid")
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert subprocess.run(["sh", "-n", "-c", container["args"][0]], check=False).returncode == 0


def test_the_units_are_what_systemd_reads(tmp_path):
    service, timer = block("systemd timer", "ini")
    for name, text in (("driftbook.service", service), ("driftbook.timer", timer)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        configparser.RawConfigParser(strict=True).read_string(text)
    if analyze := shutil.which("systemd-analyze"):
        units = sorted(tmp_path.iterdir())
        done = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False)
        assert "Unknown" not in done.stderr
        assert "Failed to parse" not in done.stderr


def test_the_dag_gives_the_operator_what_the_notebook_takes():
    (text,) = block("Airflow", "py")
    (operator,) = (
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PapermillOperator"
    )
    given = {word.arg: ast.literal_eval(word.value) for word in operator.keywords}
    assert set(given["parameters"]) == {"params", "day"}
    assert (paths.ROOT / given["input_nb"].removeprefix("/srv/driftbook/")).is_file()


def test_the_cron_lines_are_commands_that_sh_reads():
    (text,) = block("cron", "")
    for line in text.splitlines():
        schedule = line.split()[:5]
        assert all(re.fullmatch(r"[\d*/,-]+", part) for part in schedule), line
        command = line.split(maxsplit=5)[5]
        assert re.search(r"(?<!\\)%", command) is None, "an unescaped % ends a command of cron"
        assert subprocess.run(["sh", "-n", "-c", command.replace("\\%", "%")], check=False).returncode == 0
