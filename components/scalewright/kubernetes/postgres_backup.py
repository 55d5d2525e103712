"""Backups of a PostgreSQL of CloudNativePG by its barman-cloud plugin: an archive of the write-ahead log, base backups.

https://cloudnative-pg.io/plugin-barman-cloud/docs/usage
"""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource

from scalewright.kubernetes.metadata import metadata

PLUGIN = "barman-cloud.cloudnative-pg.io"
ROLE = "backup"
ACCESS_KEY, SECRET_KEY = "access-key", "secret-key"
#: The plugin's own container beside each instance, which compresses what is archived. What it took above its request
#: would count against the database: nodes that run out of memory choose among pods, and not among containers.
SIDECAR = {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}}


class BackupsArgs(TypedDict):
    """Where copies of the database go, and how long they are kept."""

    destination: Input[str]
    """Bucket and path, such as `s3://shop-backups/prod`; two clusters must not share one."""
    endpoint: NotRequired[Input[str]]
    """Address of the object store; AWS by default."""
    secret: Input[str]
    """Name of the Secret that holds `access-key` and `secret-key`."""
    schedule: NotRequired[str]
    """When base backups are made, in the five fields of cron, in UTC; `0 3 * * *` by default."""
    retention: NotRequired[Input[str]]
    """How far back one can go, such as `30d`, the default."""


def store_name(cluster: str) -> str:
    """Return the name of the store of a cluster's backups."""
    return f"{cluster}-backup"


def plugin(cluster: str) -> dict[str, Any]:
    """Return what the cluster is told of the plugin."""
    return {"name": PLUGIN, "isWALArchiver": True, "parameters": {"barmanObjectName": store_name(cluster)}}


def store(owner: Mapping[str, Any], cluster: str, args: BackupsArgs, opts: ResourceOptions) -> CustomResource:
    """Make the store; `owner` are the arguments of the cluster."""
    keys = {"accessKeyId": ACCESS_KEY, "secretAccessKey": SECRET_KEY}
    endpoint = {"endpointURL": args["endpoint"]} if "endpoint" in args else {}
    return CustomResource(
        store_name(cluster),
        api_version="barmancloud.cnpg.io/v1",
        kind="ObjectStore",
        metadata=metadata(owner, cluster, ROLE, suffix="backup"),
        spec={
            "configuration": {
                "destinationPath": args["destination"],
                **endpoint,
                "s3Credentials": {field: {"name": args["secret"], "key": key} for field, key in keys.items()},
                "wal": {"compression": "gzip", "maxParallel": 4},
                "data": {"compression": "gzip", "jobs": 2},
            },
            "retentionPolicy": args.get("retention", "30d"),
            "instanceSidecarConfiguration": {"resources": SIDECAR},
        },
        opts=opts,
    )


def schedule(owner: Mapping[str, Any], cluster: str, args: BackupsArgs, opts: ResourceOptions) -> CustomResource:
    """Make the schedule of base backups, the first of them at once."""
    return CustomResource(
        store_name(cluster),
        api_version="postgresql.cnpg.io/v1",
        kind="ScheduledBackup",
        metadata=metadata(owner, cluster, ROLE, suffix="backup"),
        spec={
            "cluster": {"name": cluster},
            "method": "plugin",
            "pluginConfiguration": {"name": PLUGIN},
            "schedule": f"0 {args.get('schedule', '0 3 * * *')}",  # a field for seconds comes first here
            "immediate": True,
            # Backups are listed under their schedule, and outlive neither it nor the retention.
            "backupOwnerReference": "self",
            "target": "prefer-standby",
        },
        opts=opts,
    )
