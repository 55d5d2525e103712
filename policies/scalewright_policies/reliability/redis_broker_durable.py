"""A queue in Redis keeps its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability import _redis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings

#: What must hold, and what happens otherwise.
_BOUNDS = {
    "maxmemory-policy": ("noeviction", "when memory is full, waiting tasks are thrown away"),
    "appendonly": ("yes", "a restart forgets all waiting tasks"),
}


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for server in _redis.servers(objects):
        broker, _ = _redis.uses(objects, server)
        if broker is None:
            continue
        for name, (bound, otherwise) in _BOUNDS.items():
            found = server.setting(name)
            if found and found.value.lower() != bound:
                message = f"{name} is {found.value}; it must be {bound}, or {otherwise}: {broker}"
                yield Violation(found.subject, message, found.path)
        kept = server.setting("appendonly")
        if kept and kept.value.lower() == "yes" and not server.keeps:
            yield Violation(
                server.pod.owner,
                f"its append-only file is on no disk that outlives the pod: {broker}",
                "spec.volumeClaimTemplates",
                remedy="Keep its folder on a volumeClaimTemplate, or a PersistentVolumeClaim",
            )


RULE = Rule(
    name="redis-broker-durable",
    group="reliability",
    title="A Redis that holds queues evicts nothing, and writes everything to disk",
    why="A broker that evicts, or forgets, loses tasks that it had acknowledged, and nobody is told.",
    severity="critical",
    remedy="Set maxmemory-policy noeviction and appendonly yes (redis.eviction and redis.persistence), and put what may be "
    "forgotten into a server of its own (redis.cache)",
    standards=(
        Standard("Valkey", "Key eviction: Eviction policies", "https://valkey.io/topics/lru-cache/"),
        Standard("Valkey", "Persistence: Append-only file", "https://valkey.io/topics/persistence/"),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: queue}
spec:
  template:
    metadata: {labels: {app: queue}}
    spec:
      containers:
      - {name: valkey, image: "valkey/valkey:9", args: [--appendonly, "yes"]}
  volumeClaimTemplates: [{metadata: {name: data}}]
---
apiVersion: v1
kind: Service
metadata: {name: queue}
spec: {selector: {app: queue}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - {name: web, env: [{name: CELERY_BROKER_URL, value: "redis://queue:6379/0"}]}
""",
        bad="""
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: queue}
spec:
  template:
    metadata: {labels: {app: queue}}
    spec:
      containers:
      - {name: redis, image: "redis:8", command: [redis-server, /etc/redis/redis.conf]}
      volumes: [{name: configuration, configMap: {name: queue}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: queue}
data:
  redis.conf: |
    maxmemory 100mb
    maxmemory-policy allkeys-lru
    appendonly yes
---
apiVersion: v1
kind: Service
metadata: {name: queue}
spec: {selector: {app: queue}}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: worker}
spec:
  scaleTargetRef: {name: worker}
  triggers: [{type: redis, metadata: {address: "queue.default.svc:6379", listName: celery}}]
""",
    ),
    of_plan=_judge,
)
