"""A stopping pod finishes what it has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import get, items, mapping
from scalewright_policies.reliability import _commands, _traffic
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._probes import working

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scalewright.plan.policy import Container, Objects, Pod
    from scalewright.plan.policy.rule import Settings
    from scalewright.plan.records import Process

#: Seconds of a pod that says nothing.
_GRACE = 30


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for pod in objects.pods:
        if not pod.lasts:
            continue
        if integer(pod.spec.get("terminationGracePeriodSeconds")) == 0:
            said = "terminationGracePeriodSeconds is 0: its containers are killed at once, whatever they have begun"
            yield Violation(pod.owner, said, f"{pod.path}.terminationGracePeriodSeconds")
            continue
        for container in pod.main():
            yield from _of_container(pod, container)
        containers = working(pod)
        if containers and all(_pre_stop(one) == 0 for one in containers) and (found := _traffic.route(objects, pod)):
            yield Violation(
                pod.owner,
                f"{found.kind} {found.name} leads there, and container {containers[0].name} has no preStop: it stops "
                "while requests are still sent to it",
                f"{containers[0].path}.lifecycle.preStop",
                remedy="Set lifecycle.preStop.sleep.seconds: 5 on the container, longer than proxies take to notice",
            )


def _of_container(pod: Pod, container: Container) -> Iterator[Violation]:
    given = integer(pod.spec.get("terminationGracePeriodSeconds"))
    grace = _GRACE if given is None else given
    before, server = _pre_stop(container) or 0, _commands.drain(container.arguments)
    if (before or server) and grace <= before + (server[1] if server else 0):
        parts = [f"preStop takes {before:g} s"] if before else []
        parts += [f"{server[0]} up to {server[1]:g} s for its requests"] if server else []
        yield Violation(
            pod.owner,
            f"container {container.name} is killed {grace} s after it was told to stop, and {' and '.join(parts)}",
            f"{pod.path}.terminationGracePeriodSeconds",
        )


def _judge_processes(processes: Sequence[Process], _settings: Settings) -> Iterator[Violation]:
    for one in processes:
        server = _commands.drain(one.command)
        if server and one.stop.seconds <= server[1]:
            message = f"it is killed {one.stop.seconds} s after it was told to stop, and {server[0]} takes up to"
            yield Violation(None, f"{message} {server[1]:g} s for its requests", "stop.seconds", name=one.name)


def _pre_stop(container: Container) -> float | None:
    """Return for how long a container goes on before it is told to stop; None for what only its script knows."""
    hook = mapping(get(container.spec.get("lifecycle"), "preStop", {}))
    if "sleep" in hook:
        return float(integer(get(hook, "sleep.seconds")) or 0)
    if "exec" in hook:
        return _commands.sleep([str(one) for one in items(get(hook, "exec.command"))])
    return None if hook else 0.0


RULE = Rule(
    name="drain-covered",
    group="reliability",
    title="The grace period is longer than preStop and the server's own drain, and what a route leads to has a preStop",
    why="Proxies learn only after a pod was told to stop that they must not send to it any more: it has to serve "
    "meanwhile, finish what it has, and not be killed before.",
    severity="high",
    remedy="Raise terminationGracePeriodSeconds above the sum, or lower the server's drain "
    "(drain of the service, --timeout-graceful-shutdown of uvicorn)",
    standards=(
        Standard(
            "Kubernetes",
            "Pod Lifecycle: Pod Termination Flow",
            "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow",
        ),
        Standard("Uvicorn", "Settings: Timeouts", "https://uvicorn.dev/settings/#timeouts"),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    metadata: {labels: {app: api}}
    spec:
      terminationGracePeriodSeconds: 40
      containers:
      - name: api
        command: [uvicorn, "api:app", --timeout-graceful-shutdown, "30"]
        lifecycle: {preStop: {sleep: {seconds: 5}}}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api}
spec: {rules: [{backendRefs: [{name: api, port: 80}]}]}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - name: api
        command: [uvicorn, "api:app", --timeout-graceful-shutdown, "30"]
        lifecycle: {preStop: {sleep: {seconds: 5}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: pages}
spec:
  template:
    metadata: {labels: {app: pages}}
    spec: {containers: [{name: pages}]}
---
apiVersion: v1
kind: Service
metadata: {name: pages}
spec: {selector: {app: pages}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: pages}
spec:
  rules:
  - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: pages, port: {number: 80}}}}]}
""",
    ),
    of_plan=_judge,
    of_processes=_judge_processes,
)
