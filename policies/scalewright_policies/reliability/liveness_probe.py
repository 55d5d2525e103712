"""Kubernetes knows when a container must be started again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard
from scalewright_policies.reliability._probes import URL, lacking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod, Violation
    from scalewright.plan.policy.rule import Settings


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    return lacking(pod, "livenessProbe", "one that hangs stays as it is")


RULE = Rule(
    name="liveness-probe",
    group="reliability",
    title="Every container that listens has a liveness probe, and so has the first of a pod that does not",
    why="A process that hangs does not end, and is started again only by a person who notices.",
    severity="medium",
    remedy="Give the container a livenessProbe that depends on nothing but the process itself",
    standards=(Standard("Kubernetes", "Liveness, Readiness, and Startup Probes", f"{URL}#liveness-probe"),),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
      - {name: api, livenessProbe: {httpGet: {path: /healthz, port: 8000}}}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
      - {name: api}
""",
    ),
    of_pod=_judge,
)
