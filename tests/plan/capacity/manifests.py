"""Manifests as short as they can be."""

from __future__ import annotations

from typing import Any

import yaml

from scalewright.plan.policy import Objects, Subject


def objects(*texts: str) -> Objects:
    """Return the objects of some YAML."""
    return Objects(Subject(one) for text in texts for one in yaml.safe_load_all(text) if one)


def deployment(name: str, *command: str, replicas: int = 1, kind: str = "Deployment", **env: str) -> str:
    """Return a workload of one container without a surge; `annotations` go to its pods."""
    template: dict[str, Any] = {
        "metadata": {"labels": {"app": name}},
        "spec": {
            "containers": [
                {
                    "name": name,
                    "command": list(command),
                    "env": [{"name": key, "value": value} for key, value in env.items()],
                }
            ]
        },
    }
    spec: dict[str, Any] = {"template": template}
    if kind == "Deployment":
        spec |= {"replicas": replicas, "strategy": {"rollingUpdate": {"maxSurge": 0}}}
    elif kind == "StatefulSet":
        spec["replicas"] = replicas
    group = "batch/v1" if kind == "Job" else "apps/v1"
    return yaml.safe_dump({"apiVersion": group, "kind": kind, "metadata": {"name": name}, "spec": spec})


def service(name: str, app: str = "") -> str:
    """Return a Service before the pods of a workload."""
    spec = {"selector": {"app": app or name}}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec})


def annotated(text: str, **annotations: str) -> str:
    """Return a workload whose pods have annotations, each named without its prefix, and with underscores."""
    manifest = yaml.safe_load(text)
    said = {f"scalewright/{name.replace('_', '-')}": value for name, value in annotations.items()}
    manifest["spec"]["template"]["metadata"]["annotations"] = said
    return yaml.safe_dump(manifest)
