"""What changes of CloudNativePG's kinds come to, and of PostgreSQL's settings.

What is refused is what the operator's webhook refuses:
https://github.com/cloudnative-pg/cloudnative-pg/blob/main/internal/webhook/v1/cluster_webhook.go
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scalewright.plan.consequences.rule import Rule, ends, falls, rises

if TYPE_CHECKING:
    from scalewright.plan.diff import FieldChange

_DOCS = "https://cloudnative-pg.io/docs/current"
WEBHOOK = "https://github.com/cloudnative-pg/cloudnative-pg/blob/main/internal/webhook/v1/cluster_webhook.go"
STORAGE = f"{_DOCS}/storage"
ROLLING = f"{_DOCS}/rolling_update"
UPGRADE = f"{_DOCS}/postgres_upgrades"
CONFIGURATION = f"{_DOCS}/postgresql_conf"
BOOTSTRAP = f"{_DOCS}/bootstrap"
REFERENCE = f"{_DOCS}/cloudnative-pg.v1"
POOLING = f"{_DOCS}/connection_pooling"
BACKUP = f"{_DOCS}/backup"

#: Settings that a server reads when it starts (`context` is postmaster):
#: https://www.postgresql.org/docs/current/view-pg-settings.html
AT_START = frozenset(
    """
    archive_mode autovacuum_freeze_max_age autovacuum_multixact_freeze_max_age autovacuum_worker_slots
    commit_timestamp_buffers data_sync_retry dynamic_shared_memory_type hot_standby huge_page_size huge_pages
    io_max_combine_limit io_max_concurrency io_method jit_provider logging_collector max_active_replication_origins
    max_connections max_files_per_process max_locks_per_transaction max_logical_replication_workers
    max_notify_queue_pages max_pred_locks_per_transaction max_prepared_transactions max_replication_slots
    max_wal_senders max_worker_processes min_dynamic_shared_memory multixact_member_buffers multixact_offset_buffers
    notify_buffers recovery_target recovery_target_action recovery_target_inclusive recovery_target_lsn
    recovery_target_name recovery_target_time recovery_target_timeline recovery_target_xid reserved_connections
    serializable_buffers shared_buffers shared_memory_type shared_preload_libraries subtransaction_buffers
    superuser_reserved_connections track_activity_query_size track_commit_timestamp transaction_buffers wal_buffers
    wal_decode_buffer_size wal_level wal_log_hints
    """.split()  # noqa: SIM905 - a list of it would be three times as long
)
_MAJOR = re.compile(r":(\d+)(?:[.\w-]*)(?:@|$)")

SWITCHES = "rolls the instances of {name}: replicas first, then a switchover, for which writes wait some seconds"
SHRINKS = (
    "impossible: a volume cannot shrink, and CloudNativePG refuses it. "
    "Keep the size, or restore a backup into a new, smaller cluster"
)
GROWS = "grows the volumes of {name} in place where their storage class lets them expand; it cannot be taken back"


def _at_start(field: FieldChange) -> bool:
    return field.path.rpartition(".")[2] in AT_START or field.path.rpartition(".")[2] == "parameters"


def _major(image: object) -> int | None:
    found = _MAJOR.search(image) if isinstance(image, str) else None
    return int(found[1]) if found else None


def _newer(field: FieldChange) -> bool:
    old, new = _major(field.before), _major(field.after)
    return old is not None and new is not None and new > old


def _older(field: FieldChange) -> bool:
    old, new = _major(field.before), _major(field.after)
    return old is not None and new is not None and new < old


_ROLLED = (
    *("affinity", "env", "envFrom", "inheritedMetadata", "plugins", "priorityClassName", "projectedVolumeTemplate"),
    *("resources", "schedulerName", "seccompProfile", "serviceAccountTemplate", "topologySpreadConstraints"),
    *("ephemeralVolumeSource", "ephemeralVolumesSizeLimit"),
)
_OF_VOLUMES = tuple(
    rule
    for volume in ("storage", "walStorage", "tablespaces[].storage")
    for rule in (
        Rule(f"spec.{volume}.size", "refused", SHRINKS, STORAGE, falls),
        Rule(f"spec.{volume}.size", "quiet", GROWS, STORAGE, rises),
        Rule(f"spec.{volume}.resizeInUseVolumes", "quiet", "no restart", STORAGE),
        Rule(
            f"spec.{volume}.storageClass",
            "quiet",
            "for instances that are made later: the volumes that are there stay as they are",
            STORAGE,
        ),
    )
)
RULES: dict[str, tuple[Rule, ...]] = {
    "Cluster": (
        *_OF_VOLUMES,
        Rule("spec.walStorage", "refused", "impossible: a volume for the log cannot be taken away", WEBHOOK, ends),
        Rule("spec.tablespaces", "refused", "impossible: a tablespace cannot be taken away", WEBHOOK, ends),
        Rule("spec.instances", "scales", "makes more replicas of {name}, each with a copy of the data", ROLLING, rises),
        Rule("spec.instances", "scales", "ends replicas of {name}, and their volumes with them", ROLLING, falls),
        Rule(
            "spec.imageName",
            "refused",
            "impossible: PostgreSQL's data does not go back to an older major version",
            WEBHOOK,
            _older,
        ),
        Rule(
            "spec.imageName",
            "rolls",
            "stops {name} for an upgrade to another major version: no reads and no writes until it is done",
            UPGRADE,
            _newer,
        ),
        Rule("spec.imageName", "rolls", SWITCHES, ROLLING),
        Rule("spec.postgresql.parameters", "rolls", f"{SWITCHES} (it is read at start)", CONFIGURATION, _at_start),
        Rule("spec.postgresql.parameters[]", "unknown", "an extension's: read again, or at start", CONFIGURATION),
        Rule("spec.postgresql.shared_preload_libraries", "rolls", SWITCHES, CONFIGURATION),
        Rule("spec.postgresql", "quiet", "no restart: PostgreSQL reads it again", CONFIGURATION),
        Rule("spec.bootstrap", "quiet", "nothing: it is read only when {name} is made", BOOTSTRAP),
        *(Rule(f"spec.{one}", "rolls", SWITCHES, ROLLING) for one in _ROLLED),
        *(
            Rule(f"spec.{one}", "refused", "impossible: files of the data belong to that user", WEBHOOK)
            for one in ("postgresUID", "postgresGID")
        ),
        Rule("spec.serviceAccountName", "refused", "impossible: it is fixed once {name} is made", REFERENCE),
        Rule("spec", "quiet", "no restart", REFERENCE),
    ),
    "Pooler": (
        Rule(
            "spec.cluster",
            "refused",
            "impossible: the cluster of a pooler is fixed. Give the new pooler another name",
            POOLING,
        ),
        Rule("spec.instances", "scales", "scales {name}", POOLING),
        Rule("spec.pgbouncer", "quiet", "no restart: PgBouncer reads it again", POOLING),
        Rule("spec.template", "rolls", "rolls the pods of {name}, some at a time", POOLING),
        Rule("spec.deploymentStrategy", "quiet", "no restart", POOLING),
        Rule("spec.type", "rolls", "rolls the pods of {name}: they connect to other instances", POOLING),
    ),
    "ScheduledBackup": (Rule("spec", "quiet", "from the next backup on", BACKUP),),
    "ObjectStore": (
        Rule(
            "spec.configuration.destinationPath",
            "quiet",
            "no restart: backups and log go to another place from now on; those that are there stay in the old one",
            "https://cloudnative-pg.io/plugin-barman-cloud/docs/usage/",
        ),
        Rule(
            "spec.retentionPolicy",
            "quiet",
            "no restart: backups are kept for another time, and those beyond it are deleted",
            "https://cloudnative-pg.io/plugin-barman-cloud/docs/retention/",
        ),
        Rule("spec", "quiet", "no restart", "https://cloudnative-pg.io/plugin-barman-cloud/docs/usage/"),
    ),
}
