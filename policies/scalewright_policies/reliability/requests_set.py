"""The scheduler knows what each container takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability._resources import sized
from scalewright_policies.scaling._metrics import lacking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    # Of what a workload is scaled by, another rule demands requests.
    measured = {(id(subject), path, resource) for subject, path, resource in lacking(objects)}
    for one in sized(objects):
        for resource in ("cpu", "memory"):
            asked = one.requests.get(resource) or one.limits.get(resource)
            if not asked and (id(one.subject), one.path, resource) not in measured:
                yield Violation(
                    one.subject,
                    f"container {one.name} has no request for {resource}",
                    f"{one.path}.requests.{resource}",
                )


RULE = Rule(
    name="requests-set",
    group="reliability",
    title="Every container says how much processor and memory it needs",
    why="What asks for nothing is put anywhere, gets what is left over, and is the first that is evicted; a "
    "namespace's default is a guess that is the same for all.",
    severity="medium",
    remedy="Set resources of the part in the declaration, or resources.requests.cpu and .memory of the container",
    standards=(
        Standard(
            "Kubernetes",
            "Resource Management for Pods and Containers: Requests and limits",
            "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#requests-and-limits",
        ),
    ),
    examples=Example(
        good="""
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
          - {name: report, resources: {requests: {cpu: 100m}, limits: {memory: 64Mi}}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {resources: {requests: {cpu: "1", memory: 1Gi}}}
""",
        bad="""
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
          - {name: report, resources: {limits: {memory: 64Mi}}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {instances: 3}
---
apiVersion: postgresql.cnpg.io/v1
kind: Pooler
metadata: {name: pooler}
spec: {instances: 2}
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaNodePool
metadata: {name: nodes}
spec: {replicas: 3}
---
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {entityOperator: {topicOperator: {}}}
---
apiVersion: barmancloud.cnpg.io/v1
kind: ObjectStore
metadata: {name: backup}
spec: {configuration: {destinationPath: "s3://backup"}}
""",
    ),
    of_plan=_judge,
)
