"""PostgreSQL can be brought back to any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import get, items, mapping
from scalewright_policies.reliability._replicas import POSTGRES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects, Subject
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for cluster in objects.of("Cluster", POSTGRES):
        plugins = _plugins(cluster)
        archived = any(one.get("isWALArchiver") is True for one in plugins.values())
        if not archived and not mapping(cluster.get("spec.backup.barmanObjectStore")):
            yield Violation(
                cluster, "nothing archives its write-ahead log: it cannot be brought back to a moment", "spec.plugins"
            )
        schedules = [
            one
            for one in objects.of("ScheduledBackup", POSTGRES, cluster.namespace)
            if one.get("spec.cluster.name") == cluster.name
        ]
        reasons = {one.name: _reason(one, cluster, set(plugins)) for one in schedules}
        if not schedules:
            yield Violation(cluster, "no ScheduledBackup makes base backups of it")
        elif all(reasons.values()):
            yield Violation(schedules[0], *_said(reasons[schedules[0].name]))


def _plugins(cluster: Subject) -> dict[str, dict[str, object]]:
    """Return the plugins that are in use: https://cloudnative-pg.io/docs/current/cloudnative-pg.v1#pluginconfiguration."""
    found = [mapping(one) for one in items(cluster.spec.get("plugins"))]
    return {str(one.get("name", "")): dict(one) for one in found if one.get("enabled") is not False}


def _reason(schedule: Subject, cluster: Subject, plugins: set[str]) -> tuple[str, str] | None:
    """Return the field of a schedule by which it makes no backup of a cluster, and why."""
    method = str(schedule.get("spec.method", "barmanObjectStore"))
    plugin = str(schedule.get("spec.pluginConfiguration.name"))
    if schedule.get("spec.suspend") is True:
        return "spec.suspend", "suspend is true: it makes no backups"
    if method == "plugin" and plugin not in plugins:
        known = ", ".join(sorted(plugins)) or "none"
        return "spec.pluginConfiguration.name", f"its plugin is {plugin}, and those of the cluster are {known}"
    if method != "plugin" and not get(cluster.manifest, f"spec.backup.{method}"):
        return "spec.method", f"method is {method}, and spec.backup.{method} of Cluster {cluster.name} is not set"
    return None


def _said(reason: tuple[str, str] | None) -> tuple[str, str]:
    path, message = reason or ("", "")
    return message, path


RULE = Rule(
    name="postgres-backups",
    group="reliability",
    title="PostgreSQL archives its log, and a schedule makes base backups",
    why="Replicas copy a mistake within milliseconds: a table that was dropped is only in a backup.",
    severity="critical",
    remedy="Declare postgres.backups (a plugin of the Cluster with isWALArchiver: true, and a ScheduledBackup of it "
    "with the same method)",
    standards=(
        Standard("CloudNativePG", "Backup: WAL archive", "https://cloudnative-pg.io/docs/current/backup#wal-archive"),
        Standard(
            "CloudNativePG",
            "Backup: Scheduled Backups",
            "https://cloudnative-pg.io/docs/current/backup#scheduled-backups",
        ),
    ),
    examples=Example(
        good="""
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {plugins: [{name: barman-cloud.cloudnative-pg.io, isWALArchiver: true}]}
---
apiVersion: postgresql.cnpg.io/v1
kind: ScheduledBackup
metadata: {name: postgres}
spec:
  schedule: "0 0 2 * * *"
  cluster: {name: postgres}
  method: plugin
  pluginConfiguration: {name: barman-cloud.cloudnative-pg.io}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: older}
spec: {backup: {barmanObjectStore: {destinationPath: "s3://older"}}}
---
apiVersion: postgresql.cnpg.io/v1
kind: ScheduledBackup
metadata: {name: older}
spec: {schedule: "0 0 2 * * *", cluster: {name: older}}
""",
        bad="""
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {plugins: [{name: barman-cloud.cloudnative-pg.io, isWALArchiver: true, enabled: false}]}
---
apiVersion: postgresql.cnpg.io/v1
kind: ScheduledBackup
metadata: {name: postgres}
spec: {schedule: "0 0 2 * * *", cluster: {name: postgres}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: forgotten}
spec: {instances: 3}
""",
    ),
    of_plan=_judge,
)
