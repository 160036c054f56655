"""Grafana's dashboards, written with Grafana's own SDK: a tool of the developers, imported by nothing that runs.

`python -m tools.dashboards` writes `dashboards/*.json`.
"""
