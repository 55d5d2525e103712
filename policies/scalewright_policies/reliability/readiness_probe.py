"""Kubernetes knows when a container can do its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard
from scalewright_policies.reliability._probes import URL, lacking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod, Violation
    from scalewright.plan.policy.rule import Settings


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    return lacking(pod, "readinessProbe", "it counts as ready from its first moment on")


RULE = Rule(
    name="readiness-probe",
    group="reliability",
    title="Every container that listens has a readiness probe, and so has the first of a pod that does not",
    why="Without one, requests are sent to a process that still starts, and a rollout replaces all replicas by a "
    "release that never works.",
    severity="high",
    remedy="Give the container a readinessProbe that tells whether it can work now",
    standards=(Standard("Kubernetes", "Liveness, Readiness, and Startup Probes", f"{URL}#readiness-probe"),),
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
        ports: [{containerPort: 8000}]
        readinessProbe: {httpGet: {path: /readyz, port: 8000}}
      - name: logs
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
        ports: [{containerPort: 8000}]
        readinessProbe: {periodSeconds: 5}
""",
    ),
    of_pod=_judge,
)
