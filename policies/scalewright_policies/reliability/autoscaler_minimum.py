"""What answers requests is scaled up from two, and not from one or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability import _traffic
from scalewright_policies.reliability._replicas import Fewest, fewest, idle, replicated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, settings: Settings) -> Iterator[Violation]:
    for pod in replicated(objects):
        if objects.scaling(pod.owner) is None:
            continue
        leads = _traffic.route(objects, pod) or next(_traffic.services(objects, pod), None)
        found = fewest(objects, pod.owner)
        if found and (resting := idle(objects.scaling(pod.owner))) is not None:
            found = min(found, Fewest(resting, found.subject, "spec.idleReplicaCount"), key=lambda one: one.number)
        if leads and found and found.number < settings["replicas"]:
            yield Violation(
                found.subject,
                f"the fewest replicas are {found.number}, and {leads.kind} {leads.name} leads there; at least "
                f"{settings['replicas']}",
                found.path,
            )


RULE = Rule(
    name="autoscaler-minimum",
    group="reliability",
    title="An autoscaler keeps at least two replicas of what answers requests",
    why="At the quietest hour one lost node is an outage, and of none, the first request waits for a pod to start. "
    "What works off a queue may go to none: tasks wait.",
    severity="high",
    remedy="Set scale.min of the service to 2 (minReplicas, or minReplicaCount without idleReplicaCount)",
    standards=(
        Standard(
            "Kubernetes",
            "Disruptions: Dealing with disruptions",
            "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#dealing-with-disruptions",
        ),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template: {metadata: {labels: {app: worker}}}
---
apiVersion: v1
kind: Service
metadata: {name: worker}
spec: {selector: {app: worker}, ports: [{name: http-metrics, port: 9090}]}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: worker}
spec: {scaleTargetRef: {name: worker}, minReplicaCount: 0}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template: {metadata: {labels: {app: api}}}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{name: http, port: 80}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec: {scaleTargetRef: {kind: Deployment, name: api}, maxReplicas: 4}
""",
    ),
    settings={"replicas": 2},
    of_plan=_judge,
)
