"""Whoever connects to a database says how many connections it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.capacity import clients, shares
from scalewright.plan.policy import Example, Rule, Standard, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for client in clients.of_postgres(objects):
        if client.lacks:
            variable = client.addresses[0].variable
            yield Violation(
                client.workload.subject,
                f"container {client.container.name} connects to a database ({variable}), and {client.lacks}",
                f"{client.container.path}.env",
            )


RULE = Rule(
    name="connections-known",
    group="scaling",
    title="Every client of a database says how many connections it opens",
    why="What says nothing is in no sum: whether the database takes all of them shows only under load.",
    severity="low",
    remedy="Declare database of the part, or set DATABASE_POOL_SIZE and DATABASE_POOL_OVERFLOW of the container and "
    f"its number of processes, or the annotation {shares.ANNOTATION} of its pods",
    standards=(
        Standard(
            "SQLAlchemy",
            "Connection Pooling: pool_size, max_overflow",
            "https://docs.sqlalchemy.org/en/20/core/pooling.html",
        ),
    ),
    advisory=True,
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    metadata: {annotations: {scalewright/connections-per-replica: "30"}}
    spec:
      containers:
      - name: api
        env: [{name: DATABASE_URL, value: "postgresql://shop@db/shop"}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrations}
spec:
  template:
    spec:
      containers:
      - name: migrations
        command: [alembic, upgrade, head]
        env: [{name: DATABASE_URL, value: "postgresql://shop@db/shop"}]
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
        env: [{name: DATABASE_URL, value: "postgresql://shop@db/shop"}]
""",
    ),
    of_plan=_judge,
)
