"""Redis accepts all clients that there can be at the most replicas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.capacity import budgets_of_processes, redis, shares
from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.scaling._sums import of_machine, violations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings
    from scalewright.plan.records import Process


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    return violations(objects, redis.budgets(objects))


def _of_processes(processes: Sequence[Process], _settings: Settings) -> Iterator[Violation]:
    return of_machine(one for one in budgets_of_processes(processes) if one.name.startswith("clients of"))


def _example(replicas: int) -> str:
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: redis}}
spec: {{selector: {{app: redis}}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: redis}}
spec:
  template:
    metadata: {{labels: {{app: redis}}}}
    spec:
      containers: [{{name: valkey, args: [valkey-server, --maxclients, "1000"]}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: api}}
spec:
  replicas: {replicas}
  template:
    spec:
      containers:
      - name: api
        command: [uvicorn, "api:app", --workers, "4"]
        env:
        - {{name: REDIS_URL, value: "redis://redis:6379/0"}}
        - {{name: REDIS_MAX_CONNECTIONS, value: "20"}}
"""


RULE = Rule(
    name="redis-client-budget",
    group="scaling",
    title="All clients that replicas, processes and pools can open are within maxclients of Redis",
    why="Redis refuses every client beyond: the cache is lost to new replicas, and tasks neither come in nor go out.",
    severity="medium",
    remedy="Lower the replicas (scale.max), the processes or the pool of each client, and say by REDIS_MAX_CONNECTIONS "
    f"or by the annotation {shares.REDIS_ANNOTATION} what it is, or raise maxclients of the server",
    standards=(
        Standard(
            "Valkey", "Client handling: Maximum concurrent connected clients", "https://valkey.io/topics/clients/"
        ),
    ),
    examples=Example(good=_example(8), bad=_example(12)),
    of_plan=_judge,
    of_processes=_of_processes,
)
