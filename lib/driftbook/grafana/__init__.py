"""Grafana's dashboards, written with Grafana's own SDK: a tool of the developers, imported by nothing that runs.

`python -m driftbook.grafana` writes `dashboards/*.json`.
"""
