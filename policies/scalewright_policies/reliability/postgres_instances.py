"""PostgreSQL survives the loss of a node while another is being replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._replicas import POSTGRES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings


def _judge(subject: Subject, settings: Settings) -> Iterator[Violation]:
    if (subject.group, subject.kind) == (POSTGRES, "Cluster"):
        instances = integer(subject.get("spec.instances", 1))
        if instances is not None and instances < settings["instances"]:
            yield Violation(
                subject, f"instances are {instances}; at least {settings['instances']}", "spec.instances"
            )


RULE = Rule(
    name="postgres-instances",
    group="reliability",
    title="PostgreSQL has a primary and two replicas",
    why="With one replica, writes that must be on two nodes stop whenever either is away; with none, so does everything.",
    severity="high",
    remedy="Set postgres.instances to 3 (spec.instances of the Cluster)",
    standards=(
        Standard(
            "CloudNativePG",
            "Architecture: Reserving nodes for PostgreSQL workloads",
            "https://cloudnative-pg.io/docs/current/architecture#reserving-nodes-for-postgresql-workloads",
        ),
    ),
    examples=Example(
        good="""
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {instances: 3}
""",
        bad="""
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {storage: {size: 1Gi}}
""",
    ),
    settings={"instances": 3},
    of_object=_judge,
)
