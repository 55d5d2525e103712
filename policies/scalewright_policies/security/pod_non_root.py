"""Containers are refused when their user is root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security._contexts import broken, told
from scalewright_policies.security._standards import cis, nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

FIELD = "runAsNonRoot"


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    # Pod Security of Kubernetes 1.35 lets root be where `hostUsers` is false. It still is root over all of its files.
    for one in broken(pod, FIELD, lambda value: value is not True):
        yield Violation(pod.owner, told(one, FIELD, "true"), one.path)


RULE = Rule(
    name="pod-non-root",
    group="security",
    title="Containers are not run as root",
    why=(
        "Root in a container is root to the kernel, and to every file that is mounted: whoever breaks out has the "
        "node. Without runAsNonRoot, an image that forgets its user runs as root, and nobody is told."
    ),
    severity="high",
    remedy="Set securityContext.runAsNonRoot: true on the pod, and leave it out of containers",
    standards=(
        pod_security("restricted", "Running as Non-root"),
        cis("5.2.7"),
        nsa("Kubernetes Pod security: Non-root containers"),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true}
      containers:
      - {name: api}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true}
      initContainers:
      - {name: chown, securityContext: {runAsNonRoot: false}}
      containers:
      - {name: api}
""",
    ),
    of_pod=_judge,
)
