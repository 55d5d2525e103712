"""The kubelet asks the pod itself, and nobody else, how it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import mapping
from scalewright_policies.security._standards import pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def _handlers(container: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from ((one, mapping(container.get(one))) for one in PROBES)
    lifecycle = mapping(container.get("lifecycle"))
    yield from ((f"lifecycle.{one}", mapping(lifecycle.get(one))) for one in ("postStart", "preStop"))


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for container in pod.containers():
        for name, handler in _handlers(container.spec):
            for means in ("httpGet", "tcpSocket"):
                if host := mapping(handler.get(means)).get("host"):
                    message = f"container {container.name}: {name} asks host {host}; it must ask the pod itself"
                    yield Violation(pod.owner, message, f"{container.path}.{name}.{means}.host")


RULE = Rule(
    name="pod-probe-hosts",
    group="security",
    title="Probes and hooks go to the pod itself",
    why=(
        "The kubelet sends them from the node's network, where no policy holds: a host of the author's choice is asked "
        "with the node's address."
    ),
    severity="medium",
    remedy="Take host out of the probe or hook; a Host header goes into httpGet.httpHeaders",
    standards=(pod_security("baseline", "Host Probes / Lifecycle Hooks"),),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, livenessProbe: {httpGet: {path: /healthz, port: 8000}}}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, livenessProbe: {httpGet: {host: 169.254.169.254, path: /, port: 80}}}
""",
    ),
    of_pod=_judge,
)
