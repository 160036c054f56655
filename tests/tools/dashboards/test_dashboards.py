import json
import re

import pytest
from driftbook import metrics, paths
from driftbook.verdicts import VERDICTS
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from tools.dashboards import __main__ as grafana
from tools.dashboards import boards, parts, verdicts
from tools.dashboards.queries import RULES

FILES = sorted((paths.ROOT / "dashboards").glob("*"))
READ = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in FILES}
PANELS = [
    pytest.param(uid, panel, id=f"{uid}: {panel['title']}") for uid, board in READ.items() for panel in board["panels"]
]
OVER_DAYS = ["1-overview", "2-data-drift", "3-data-quality", "4-performance", "6-column", "6-segments"]
SOURCE = {"type": "grafana-postgresql-datasource", "uid": "driftbook"}


def named(board, name):
    return next(variable for variable in board["templating"]["list"] if variable["name"] == name)


def test_the_files_are_what_the_module_writes(tmp_path):
    written = grafana.write(tmp_path)
    assert [file.name for file in written] == [file.name for file in FILES]
    assert [file.read_bytes() for file in written] == [file.read_bytes() for file in FILES]


def test_another_range_and_archive(tmp_path):
    grafana.write(tmp_path, ("now-90d", "now"), "https://archive.example")
    boards_ = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()}
    assert {uid: board["time"]["from"] for uid, board in boards_.items()} == {
        **dict.fromkeys(OVER_DAYS, "now-90d"),
        "5-runs": "now-7d",
        "9-smoke": "now-15m",
    }
    assert {named(board, "archive")["query"] for board in boards_.values()} == {"https://archive.example"}


def test_the_eight_topics():
    assert sorted(READ) == sorted([*OVER_DAYS, "5-runs", "9-smoke"])


def lost(given, read, path=""):
    """Name what the SDK's types did not keep; they add their defaults."""
    if path.endswith("/target"):  # of an annotation: the type knows Grafana's own annotations only
        return
    if isinstance(given, dict) and isinstance(read, dict):
        for key, value in given.items():
            yield from lost(value, read.get(key), f"{path}/{key}")
    elif isinstance(given, list) and isinstance(read, list) and len(given) == len(read):
        for number, (one, other) in enumerate(zip(given, read, strict=True)):
            yield from lost(one, other, f"{path}/{number}")
    elif given != read:
        yield path, given, read


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_dashboard_is_what_grafana_reads(file):
    register_default_plugins()
    board = READ[file.stem]
    again = json.loads(json.dumps(Dashboard.from_json(board), cls=JSONEncoder))
    assert list(lost(board, again)) == []
    assert board["schemaVersion"] == 41
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 750


@pytest.mark.parametrize(("uid", "board"), READ.items(), ids=READ)
def test_a_dashboard(uid, board):
    assert board["uid"] == uid
    assert "id" not in board
    assert board["timezone"] == "utc"
    assert board["title"] == uid.replace("-", " ").capitalize().replace(
        f"{uid[0]} {uid[2]}", f"{uid[0]} {uid[2].upper()}"
    )
    assert board["description"].endswith(".")
    assert board["tags"] == board["links"][0]["tags"] == ["driftbook"]
    assert board["links"][0]["includeVars"]
    assert named(board, "archive") | {"type": "constant", "hide": 2, "query": boards.ARCHIVE} == named(board, "archive")
    ids = [panel["id"] for panel in board["panels"]]
    assert ids == list(range(1, len(ids) + 1))


@pytest.mark.parametrize(
    ("uid", "several"), [("1-overview", True), ("2-data-drift", False), ("5-runs", True), ("6-column", False)]
)
def test_the_variable_model(uid, several):
    model = named(READ[uid], "model")
    assert (model["multi"], model["includeAll"], model["datasource"]) == (several, several, SOURCE)


@pytest.mark.parametrize("uid", OVER_DAYS)
def test_alarms_are_annotations_and_the_range_is_that_of_the_demo(uid):
    (annotation,) = READ[uid]["annotations"]["list"]
    assert (annotation["name"], annotation["enable"], annotation["datasource"]) == ("alarms", True, SOURCE)
    assert READ[uid]["time"] == {"from": "2021-12-01T00:00:00.000Z", "to": "2022-03-01T00:00:00.000Z"}


@pytest.mark.parametrize(("uid", "panel"), PANELS)
def test_a_panel(uid, panel):
    assert re.fullmatch(r".{30,}\.", panel["description"])
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["datasource"] == SOURCE
    (target,) = panel["targets"]
    assert (target["datasource"], target["format"], target["rawQuery"]) == (SOURCE, "table", True)
    assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24


@pytest.mark.parametrize(("uid", "panel"), PANELS)
def test_a_panel_of_days_or_runs_leads_to_pages(uid, panel):
    links = json.dumps(panel["fieldConfig"])
    if re.search(r"\bpage\b", panel["targets"][0]["rawSql"]):
        assert "${archive:raw}/${__data.fields.page:raw}" in links or "${archive:raw}/${__value.raw:raw}" in links
    else:
        assert panel["type"] == "stat" or panel["title"] in (
            "Days missing",
            "$column: distribution against the reference",
        )


def test_panels_do_not_overlap():
    for board in READ.values():
        taken = [
            (x, y)
            for panel in board["panels"]
            for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        ]
        assert len(taken) == len(set(taken))


def test_every_link_to_a_dashboard_leads_to_one():
    linked = {uid for board in READ.values() for uid in re.findall(r"/d/([\w-]+)", json.dumps(board))}
    assert linked == set(OVER_DAYS)  # each is reached from another


def test_every_verdict_has_its_colour_in_tables_and_histories():
    (in_tables,) = verdicts.mappings()
    in_histories = {found.options.result.text: found.options.result for found in verdicts.link_mappings()}
    for name, verdict in VERDICTS.items():
        for shown in (in_tables.options[name], in_histories[name]):
            assert (shown.color, shown.index) == (verdict.color, verdict.rank)


def test_every_verdict_is_explained():
    (panel,) = (panel for panel in READ["1-overview"]["panels"] if panel["title"] == "Verdict of each day")
    assert verdicts.MEANING in panel["description"]
    places = [verdicts.MEANING.find(verdict) for verdict in verdicts.COLORS]
    assert -1 not in places
    assert places == sorted(places), "from harmless to grave"


def test_every_measure_of_performance_is_on_a_panel():
    shown = " ".join(panel["targets"][0]["rawSql"] for panel in READ["4-performance"]["panels"])
    assert [name for name in metrics.PERFORMANCE if f"'{name}'" not in shown] == []


def test_the_alert_opens_the_open_alarms():
    (panel,) = (panel for panel in READ["1-overview"]["panels"] if panel["title"] == "Open alarms")
    assert f'__panelId__: "{panel["id"]}"' in RULES.read_text(encoding="utf-8").partition("uid: driftbook-failed")[0]


@pytest.mark.parametrize("verdict", verdicts.COLORS)
def test_a_cell_of_a_history_has_one_colour(verdict):
    cell = f"demo/monitor/2022-02-10/x/monitor.html#{verdict.replace(' ', '-')}"
    matching = [m.options.result.text for m in verdicts.link_mappings() if re.fullmatch(m.options.pattern, cell)]
    assert matching == [verdict]


def test_the_library_does_not_need_the_sdk():
    folder = paths.ROOT / "lib" / "driftbook"
    importing = {
        file.relative_to(folder).parts[0]
        for file in folder.rglob("*.py")
        if re.search(r"^\s*(from|import) (grafana_foundation_sdk|tools)", file.read_text("utf-8"), re.M)
    }
    assert importing == set()


# What can be read of a panel, and where it leads.


def luminance(color):
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """As WCAG 2.1 defines it."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("color", sorted({*verdicts.COLORS.values(), *verdicts.STATUSES.values(), verdicts.DEBUG}))
def test_a_colour_is_readable_on_the_dark_panel(color):
    assert contrast("#3d3d3d", "#181b1f") == pytest.approx(1.6, abs=0.02), "what `failed` was"
    assert contrast(color, "#181b1f") >= 4.5


@pytest.mark.parametrize(("uid", "panel"), PANELS)
def test_a_number_has_its_decimals_and_a_gap_its_word(uid, panel):
    defaults = panel["fieldConfig"]["defaults"]
    assert defaults["unit"] != "short", "2,411 rows would read 2.41 K"
    assert defaults["noValue"]
    units = {"table": None, "status-history": None if defaults["unit"] == "string" else 1}
    assert defaults.get("decimals") == units.get(panel["type"], parts.DECIMALS.get(defaults["unit"]))
    signed = ("Size and direction of the error", "Quality of the predictions", "$column: quantiles")
    signed += ("Bias of the estimates",)
    if panel["type"] == "timeseries":
        assert defaults.get("min") == (None if panel["title"] in signed else 0)


def test_above_one_a_severity_is_red():
    multiples = [
        panel
        for board in READ.values()
        for panel in board["panels"]
        if panel["type"] == "timeseries" and "multiple" in panel["fieldConfig"]["defaults"]["custom"]["axisLabel"]
    ]
    assert len(multiples) == 4
    for panel in multiples:
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["thresholds"]["steps"][1] == {"value": 1, "color": verdicts.COLORS["alarm"]}
        assert defaults["custom"]["thresholdsStyle"] == {"mode": "dashed+area"}


def test_a_tile_has_a_colour_where_its_number_calls_a_person():
    tiles = {panel["title"]: panel for panel in READ["5-runs"]["panels"] if panel["type"] == "stat"}
    steps = {title: tile["fieldConfig"]["defaults"]["thresholds"]["steps"] for title, tile in tiles.items()}
    assert (
        steps["Failed"]
        == steps["Lost"]
        == [
            {"value": None, "color": verdicts.COLORS["ok"]},
            {"value": 1, "color": verdicts.COLORS["alarm"]},
        ]
    )
    assert {tile["options"]["colorMode"] for tile in tiles.values()} == {"value"}
    assert sum(tile["gridPos"]["w"] for tile in tiles.values()) == 24


def links(panel):
    return [link["url"] for link in panel["fieldConfig"]["defaults"].get("links", [])]


def test_a_cell_leads_to_its_column_and_a_day_to_debug():
    (cells,) = (panel for panel in READ["2-data-drift"]["panels"] if panel["title"] == "Verdict of each column")
    column = "/d/6-column?${model:queryparam}&var-column=${__field.labels.feature}&${__url_time_range}"
    assert column in links(cells)
    debug = "${archive:raw}/${__data.fields.debug:raw}"
    leading = {
        f"{uid}: {panel['title']}"
        for uid, board in READ.items()
        for panel in board["panels"]
        if debug in json.dumps(panel["fieldConfig"])
    }
    assert leading == {
        "1-overview: Open alarms",
        "1-overview: Open items",
        "2-data-drift: Severity of the day",
        "2-data-drift: Gravest days",
        "3-data-quality: Beyond the bounds",
        "4-performance: Error",
        "4-performance: Worst days",
        "6-column: $column: scores",
        "6-column: $column: gravest days",
        "6-segments: Segments on the newest day",
    }
