"""What makes a container not ready does not end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability._probes import HANDLERS, URL, patience, probe, working

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings


def _judge(pod: Pod, settings: Settings) -> Iterator[Violation]:
    for container in working(pod):
        ready, alive = probe(container, "readinessProbe"), probe(container, "livenessProbe")
        if not ready or not alive or _question(ready) != _question(alive):
            continue
        # To connect asks nothing of what a server depends on: only the order matters.
        bound = patience(ready) + 1 if "tcpSocket" in ready else settings["seconds"]
        if patience(alive) < bound:
            yield Violation(
                pod.owner,
                f"container {container.name}: both probes ask the same, and after {patience(alive)} s without the "
                f"answer it is restarted; at least {bound} s",
                f"{container.path}.livenessProbe",
            )


def _question(found: Mapping[str, Any]) -> list[Any]:
    return [found.get(one) for one in HANDLERS]


RULE = Rule(
    name="probes-differ",
    group="reliability",
    title="Liveness and readiness ask different things, or liveness has the patience of an outage",
    why="Where both ask the same, a database that is away for a minute has every replica restarted, and their start "
    "adds to the outage.",
    severity="medium",
    remedy="Let the livenessProbe ask for what depends on nothing but the process, or raise its failureThreshold",
    standards=(
        Standard("Kubernetes", "Liveness, Readiness, and Startup Probes", f"{URL}#when-should-you-use-a-liveness-probe"),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
      - name: api
        readinessProbe: {httpGet: {path: /readyz, port: 8000}}
        livenessProbe: {httpGet: {path: /healthz, port: 8000}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: patient}
spec:
  template:
    spec:
      containers:
      - name: patient
        readinessProbe: {httpGet: {path: /healthz, port: 8000}}
        livenessProbe: {httpGet: {path: /healthz, port: 8000}, failureThreshold: 30}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
      - name: api
        readinessProbe: {httpGet: {path: /healthz, port: 8000}, periodSeconds: 5}
        livenessProbe: {httpGet: {path: /healthz, port: 8000}}
""",
    ),
    settings={"seconds": 300},
    of_pod=_judge,
)
