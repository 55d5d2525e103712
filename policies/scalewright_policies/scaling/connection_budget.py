"""PostgreSQL accepts all connections that there can be at the most replicas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.capacity import budgets_of_processes, postgres
from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.scaling._sums import of_machine, violations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings
    from scalewright.plan.records import Process


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    return violations(objects, postgres.budgets(objects))


def _of_processes(processes: Sequence[Process], _settings: Settings) -> Iterator[Violation]:
    return of_machine(one for one in budgets_of_processes(processes) if one.name.startswith("connections to"))


_SERVER = """
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {instances: 1}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: orders}
spec:
  scaleTargetRef: {kind: Deployment, name: orders}
  minReplicas: 3
  maxReplicas: 10
---
"""
_CLIENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  strategy: {rollingUpdate: {maxSurge: 1}}
  template:
    spec:
      containers:
      - name: api
        command: [gunicorn, shop:app, --workers, "4"]
        env:
        - {name: DATABASE_URL, value: "postgresql://shop@postgres-rw:5432/shop"}
"""

RULE = Rule(
    name="connection-budget",
    group="scaling",
    title="All connections that replicas, processes and pools can open are within what PostgreSQL accepts",
    why="Under the load for which it was scaled out, the database answers new replicas that there are too many clients "
    "already: they fail their probes, and the load falls on those that are left.",
    severity="high",
    remedy="Lower the pool (database of the part), the replicas (scale.max) or the processes, add postgres.pooler, or "
    "raise postgres.max_connections: `scalewright capacity ENV` shows the sum, and the smallest change of each kind",
    standards=(
        Standard(
            "PostgreSQL",
            "Connections and Authentication: max_connections, superuser_reserved_connections",
            "https://www.postgresql.org/docs/current/runtime-config-connection.html",
        ),
        Standard(
            "PgBouncer",
            "Configuration: default_pool_size, max_client_conn",
            "https://www.pgbouncer.org/config.html",
        ),
    ),
    examples=Example(
        good=_SERVER
        + _CLIENT
        + """        - {name: DATABASE_POOL_SIZE, value: "1"}
        - {name: DATABASE_POOL_OVERFLOW, value: "1"}
""",
        bad=_SERVER
        + _CLIENT
        + """        - {name: DATABASE_POOL_SIZE, value: "20"}
        - {name: DATABASE_POOL_OVERFLOW, value: "10"}
""",
    ),
    of_plan=_judge,
    of_processes=_of_processes,
)
