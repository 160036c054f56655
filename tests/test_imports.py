"""Imports point one way, and each outside package has one importer."""

import ast
from graphlib import TopologicalSorter

import pytest
from driftbook import paths

LIBRARY = paths.ROOT / "lib" / "driftbook"
#: A module may import from its own layer and from those before it.
LAYERS = [
    {"", "errors", "metrics", "once", "paths", "patience", "periods", "records", "verdicts"},
    {"faults", "sources"},
    {"config"},
    {
        "alarms",
        "batches",
        "estimates",
        "history",
        "measures",
        "model",
        "monitoring",
        "profiles",
        "relations",
        "store",
        "tally",
        "training",
    },
    {"adoption", "causes", "detectability", "diagnosis"},
    {"pages"},
    {"cli", "exporter", "runs", "stack"},
]
#: Which part of the library alone may import a package.
ONLY = {
    "duckdb": "batches.derive",
    "evidently": "measures.drift",
    "psycopg": "store",
    "requests": "sources.tlc",
    "sqlalchemy": "sources.sql",
    "tenacity": "patience",
    "papermill": "runs",
    "shap": "causes.attributions",
    "prometheus_client": "exporter",
    "nbconvert": "pages",
    "jinja2": "pages",
    "matplotlib": "pages",
}


def modules():
    """Return each module's dotted name below driftbook, and the absolute names it imports anywhere in it."""
    found = {}
    for path in sorted(LIBRARY.rglob("*.py")):
        parts = path.relative_to(LIBRARY).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        found[name] = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = modules()
WITHIN = {
    name: ({found.removeprefix("driftbook.") for found in names if found.startswith("driftbook.")} - {name})
    & {*MODULES}
    for name, names in MODULES.items()
}


def layer(module):
    found = [number for number, names in enumerate(LAYERS) if module.partition(".")[0] in names]
    assert found, f"{module} has no layer: give it one"
    return found[0]


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module):
    assert [other for other in WITHIN[module] if layer(other) > layer(module)] == []


def test_no_module_imports_itself_round_a_corner():
    # `from driftbook.store import server` imports the package too, which may import the module in turn.
    graph = {name: {other for other in others if not name.startswith(f"{other}.")} for name, others in WITHIN.items()}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)


@pytest.mark.parametrize(("package", "owner"), ONLY.items())
def test_one_importer_per_package(package, owner):
    importers = {name for name, names in MODULES.items() if any(n.partition(".")[0] == package for n in names)}
    assert importers, f"nothing imports {package}: take it out of the list"
    assert {name for name in importers if name != owner and not name.startswith(f"{owner}.")} == set()


@pytest.mark.parametrize("start", ["alarms", "store"])
def test_alarms_and_store_never_reach_evidently(start):
    reached, waiting = set(), [name for name in MODULES if name.partition(".")[0] == start]
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting += WITHIN[module]
    assert "measures.drift" not in reached
