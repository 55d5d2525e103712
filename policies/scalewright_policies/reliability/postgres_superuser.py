"""Nobody logs in to PostgreSQL as its superuser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import written
from scalewright_policies.reliability._replicas import POSTGRES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

_PATH = "spec.enableSuperuserAccess"


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if (subject.group, subject.kind) == (POSTGRES, "Cluster") and subject.get(_PATH, False) is not False:
        yield Violation(subject, f"enableSuperuserAccess is {written(subject.get(_PATH))}; it must be false", _PATH)


RULE = Rule(
    name="postgres-superuser",
    group="reliability",
    title="The superuser of PostgreSQL has no password",
    why="Whoever reads its Secret may drop every database, and run programs in the pod of the primary.",
    severity="high",
    remedy="Take spec.enableSuperuserAccess out; the owner of the database may do all that an application needs",
    standards=(
        Standard("CloudNativePG", "Security: PostgreSQL", "https://cloudnative-pg.io/docs/current/security#postgresql"),
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
spec: {instances: 3, enableSuperuserAccess: true}
""",
    ),
    of_object=_judge,
)
