"""Figures that a service publishes in Prometheus' text format.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

import re

#: Names by which the doctor knows what it reads, where a service publishes it.
POOL_IN_USE = "database_pool_connections_in_use"
OUTBOX_BACKLOG = "outbox_backlog_tasks"

_SAMPLE = re.compile(r"^(?P<name>[A-Za-z_:][\w:]*)(?:\{(?P<labels>[^}]*)\})?\s+(?P<value>\S+)", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def samples(text: str, name: str) -> dict[tuple[tuple[str, str], ...], float]:
    """Return the values of one metric by their labels; a value that is no number is left out."""
    found = {}
    for match in _SAMPLE.finditer(text):
        if match["name"] == name:
            try:
                found[tuple(_LABEL.findall(match["labels"] or ""))] = float(match["value"])
            except ValueError:
                continue
    return found
