"""What PostgreSQL has acknowledged is on two nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import mapping
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._replicas import POSTGRES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

_PATH = "spec.postgresql.synchronous"
#: What stood for `failoverQuorum` before there was that field.
_ANNOTATION = "alpha.cnpg.io/failoverQuorum"


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if (subject.group, subject.kind) != (POSTGRES, "Cluster"):
        return
    synchronous = mapping(subject.get(_PATH))
    number = integer(synchronous.get("number"))
    if not synchronous:
        older = "; minSyncReplicas is given up when replicas are away" if subject.get("spec.minSyncReplicas") else ""
        yield Violation(subject, f"synchronous is not set: a commit waits for no replica{older}", _PATH)
    elif number is not None and number < 1:
        yield Violation(subject, f"a commit waits for {number} replicas; at least 1", f"{_PATH}.number")
    elif (durability := synchronous.get("dataDurability", "required")) != "required":
        yield Violation(
            subject, f"dataDurability is {durability}: with its replica away, a commit waits for none", f"{_PATH}.dataDurability"
        )
    elif not _elects_safely(subject, number):
        yield Violation(
            subject,
            f"failoverQuorum is not set: of {subject.get('spec.instances', 1)} instances, a failover may promote one "
            f"that has not what {number} others have",
            f"{_PATH}.failoverQuorum",
            remedy="Set spec.postgresql.synchronous.failoverQuorum to true",
        )


def _elects_safely(cluster: Subject, number: int | None) -> bool:
    """Whether what is promoted has all that was acknowledged: because it is asked for, or every replica has it."""
    instances = integer(cluster.get("spec.instances", 1))
    annotation = mapping(cluster.metadata.get("annotations")).get(_ANNOTATION)
    quorum = cluster.get(f"{_PATH}.failoverQuorum") is True or annotation == "true"
    return quorum or number is None or instances is None or number >= instances - 1


RULE = Rule(
    name="postgres-durability",
    group="reliability",
    title="A commit of PostgreSQL waits until a replica has it, and no failover gives it up",
    why="Otherwise a primary that is lost takes with it what it had acknowledged a moment before.",
    severity="critical",
    remedy="Set postgres.synchronous to required (spec.postgresql.synchronous with method: any, number: 1, "
    "dataDurability: required and failoverQuorum: true)",
    standards=(
        Standard(
            "CloudNativePG",
            "Replication: Required Data Durability",
            "https://cloudnative-pg.io/docs/current/replication#required-data-durability",
        ),
        Standard(
            "CloudNativePG",
            "Automated failover: Failover Quorum",
            "https://cloudnative-pg.io/docs/current/failover#failover-quorum-quorum-based-failover",
        ),
    ),
    examples=Example(
        good="""
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {instances: 3, postgresql: {synchronous: {method: any, number: 1, failoverQuorum: true}}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: all}
spec: {instances: 3, postgresql: {synchronous: {method: any, number: 2, dataDurability: required}}}
""",
        bad="""
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {instances: 3, postgresql: {synchronous: {method: any, number: 1, dataDurability: preferred}}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: asynchronous}
spec: {instances: 3, minSyncReplicas: 1, maxSyncReplicas: 1}
""",
    ),
    of_object=_judge,
)
