"""The classic: 3 to 10 replicas x 4 processes x a pool of 20 + 10, before a PostgreSQL that nobody touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
ENVIRONMENT = "classic"


def overlay(max_connections: int = 100) -> dict[str, Any]:
    """Return what the environment says of the shop's backend."""
    return {
        "platform": "kubernetes",
        "image": "ghcr.io/acme/shop:1",
        "postgres": {"instances": 1, "max_connections": max_connections},
        "services": {
            "orders": {"processes": 4, "database": {"size": 20, "overflow": 10}, "scale": {"min": 3, "max": 10}},
        },
        "workers": {"orders": {"database": {"size": 1, "overflow": 0}, "scale": {"min": 1, "max": 1}}},
    }


def project(folder: Path, backend: dict[str, Any]) -> Path:
    """Write a project of that one environment into a folder."""
    stacks = folder / "stacks"
    stacks.mkdir(parents=True, exist_ok=True)
    for name in ("backend.py", "__main__.py"):
        shutil.copy(ROOT / "stacks" / name, stacks / name)
    if not (folder / "app").exists():
        (folder / "app").symlink_to(ROOT / "app")
    said = {"config": {"scalewright:backend": backend}}
    (stacks / f"Pulumi.{ENVIRONMENT}.yaml").write_text(json.dumps(said))  # JSON is YAML
    return folder


def changed(backend: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Return an overlay with some properties set, each by its path in the declaration."""
    said = json.loads(json.dumps(backend))
    for path, value in settings.items():
        *above, last = path.split(".")
        holder = said
        for key in above:
            holder = holder.setdefault(key, {})
        holder[last] = value
    return said
