"""The README says what is true: its commands, files, notebooks and variables exist."""

import re

import papermill
import pytest
import yaml
from driftbook import paths

README = (paths.ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE)


def test_one_sentence_a_picture_and_two_commands_come_first():
    lines = README.splitlines()
    assert lines[2].count(". ") == 0 and lines[2].endswith(".")
    assert lines[4].startswith("![")
    commands = [number for number, line in enumerate(lines, 1) if line.startswith("make ")]
    assert commands[1] <= 25
    assert "PARAMS=green_taxi" in lines[commands[2] - 1]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z-]+)", README))))
def test_commands_are_targets(target):
    assert target in TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_targets_are_in_the_readme_and_phony(target):
    assert target == "help" or f"make {target}" in README
    assert target in MAKEFILE.split(".PHONY:")[1].split()


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_lead_somewhere(link):
    assert link.startswith("https://") or (paths.ROOT / link).exists()


@pytest.mark.parametrize("notebook", sorted(path.stem for path in paths.notebooks_dir().glob("*.ipynb")))
def test_every_notebook_has_a_row_with_its_parameters(notebook):
    (row,) = [line for line in README.splitlines() if line.startswith(f"| [`{notebook}`]")]
    named = re.findall(r"`(\w+)`", row.split("|")[3])
    known = papermill.inspect_notebook(paths.notebooks_dir() / f"{notebook}.ipynb")
    assert named == [name for name in known if name != "store"]


def test_variables_are_those_the_code_reads():
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    code = "".join(path.read_text(encoding="utf-8") for path in (paths.ROOT / "lib").rglob("*.py"))
    read = set(re.findall(r"\"(DATABASE_URL|DRIFTBOOK_[A-Z_]+)\"", code)) - {"DRIFTBOOK_RUN", "DRIFTBOOK_RUN_FOLDER"}
    assert documented == read


@pytest.mark.parametrize("name", sorted(path.name for path in (paths.ROOT / "lib" / "driftbook").iterdir()))
def test_the_tree_names_every_room(name):
    room = name.removesuffix(".py")
    assert room in ("__init__", "__pycache__") or re.search(rf"\b{room}\b", README.split("## Where things are")[1])


def test_the_workflow_runs_what_ci_runs():
    workflow = yaml.safe_load((paths.ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["test"]["steps"]
    assert any("bash .ci/run" in step.get("run", "") for step in steps)
    assert "make test" in (paths.ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", ["README.md", "CHANGELOG.md", "LICENSE", "requirements.txt", ".gitignore"])
def test_usual_files(file):
    assert (paths.ROOT / file).stat().st_size > 50
    if file == "requirements.txt":
        assert "-e ." in (paths.ROOT / file).read_text(encoding="utf-8")
