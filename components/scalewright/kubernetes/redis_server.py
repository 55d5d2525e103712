"""One Valkey, or a primary with replicas: a StatefulSet with its configuration, Services and PodDisruptionBudget."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.core.v1 import ConfigMap, ContainerArgsDict, PodSpecArgsDict, ServiceAccount
from pulumi_kubernetes.core.v1 import Service as KubernetesService

from scalewright.declaration import Quantity
from scalewright.kubernetes import redis_tls
from scalewright.kubernetes.disruption import budget
from scalewright.kubernetes.metadata import labels, metadata, selector
from scalewright.kubernetes.pod import ResourcesArgs, WorkloadArgs, container, pod, spread

PORT = 6379
CONFIGURATION, DATA, LIVE = "/etc/valkey", "/data", "/run/valkey"
FILES = Path(__file__).with_name("redis_files")
#: Seconds in which Valkey writes down what is in memory only, and has its replicas read on, before it is ended.
GRACE = 30


@dataclass(frozen=True)
class Server:
    """What one set of servers is; `more` are containers that run beside each."""

    name: str
    role: str
    namespace: Input[str]
    part_of: Input[str]
    image: Input[str]
    secret: Input[str]
    key: Input[str]
    resources: ResourcesArgs
    memory: Input[str]
    eviction: str
    persistence: bool
    storage: Input[str] = "1Gi"
    storage_class: Input[str] | None = None
    instances: int = 1
    variables: Mapping[str, Input[str]] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    more: tuple[ContainerArgsDict, ...] = ()
    pre_stop: str | None = None
    grace_seconds: int = GRACE
    authority: str | None = None

    @property
    def keeps(self) -> bool:
        """Whether something must outlive a pod: data, or who the primary is."""
        return self.persistence or self.instances > 1

    @property
    def workload(self) -> WorkloadArgs:
        """What runs in each pod."""
        return {
            "namespace": self.namespace,
            "part_of": self.part_of,
            "image": self.image,
            "command": ["sh", f"{CONFIGURATION}/start.sh"],
            "environment": {
                "CONFIGURATION": CONFIGURATION,
                "STATE": DATA if self.instances > 1 else LIVE,
                "PORT": str(PORT),
                **self.variables,
            },
            "secrets": [
                {"variable": "REDIS_PASSWORD_FILE", "secret": self.secret, "key": self.key},
                *(redis_tls.files(self.name) if self.authority else ()),
            ],
            "resources": self.resources,
        }

    def listening(self, port: int) -> tuple[str, ...]:
        """Return the settings of a server or a sentinel that listens on a port."""
        return redis_tls.settings(port) if self.authority else (f"port {port}",)

    def described(self, suffix: str = "") -> dict[str, Any]:
        """Return the metadata of an object of it."""
        return metadata({"namespace": self.namespace, "part_of": self.part_of}, self.name, self.role, suffix=suffix)


def mounts(server: Server) -> list[dict[str, Any]]:
    """Return what a container of a server sees besides what every container does."""
    made: list[dict[str, Any]] = [
        {"name": "configuration", "mount_path": CONFIGURATION, "read_only": True},
        {"name": "live", "mount_path": LIVE},
    ]
    return [*made, {"name": "data", "mount_path": DATA}] if server.keeps else made


def probes(port: int) -> dict[str, Any]:
    """Return probes that differ: a server that loads its data is alive and not ready, and may take minutes for it."""

    def asking(script: str, *, period: int, failures: int) -> dict[str, Any]:
        command = ["sh", f"{CONFIGURATION}/{script}", str(port)]
        return {
            "exec_": {"command": command},
            "timeout_seconds": 3,
            "period_seconds": period,
            "failure_threshold": failures,
        }

    return {
        "startup_probe": asking("ready.sh", period=5, failures=60),
        "readiness_probe": asking("ready.sh", period=5, failures=2),
        "liveness_probe": asking("answers.sh", period=10, failures=3),
    }


def serve(server: Server, child: ResourceOptions) -> Output[str]:
    """Make the servers; return host and port of the one, or of any of several."""
    files = {
        **{path.name: path.read_text() for path in sorted(FILES.iterdir()) if server.instances > 1 or _alone(path)},
        **server.files,
    }
    configuration = Output.from_input(server.memory).apply(lambda memory: _configuration(server, memory))
    ServiceAccount(server.name, metadata=server.described(), automount_service_account_token=False, opts=child)
    if server.authority:
        redis_tls.certificate(server.described(), server.authority, child)
    ConfigMap(server.name, metadata=server.described(), data={**files, "valkey.conf": configuration}, opts=child)
    _service(server, child, headless=True)
    checksum = configuration.apply(lambda text: hashlib.sha256("".join((*files.values(), text)).encode()).hexdigest())
    stateful = _stateful_set(server, checksum, child)
    if server.instances == 1:
        _service(server, child, headless=False)
    budget(server.described(), selector(server.name, server.role), ResourceOptions.merge(child, _after(stateful)))
    return Output.concat(server.name, ".", server.namespace, f".svc:{PORT}")


def _after(made: StatefulSet) -> ResourceOptions:
    return ResourceOptions(depends_on=[made])


def _alone(path: Path) -> bool:
    return path.name not in {"sentinel.sh", "drain.sh"}


def _configuration(server: Server, memory: str) -> str:
    """Write valkey.conf; the password is added in the pod."""
    return "\n".join(
        (
            *server.listening(PORT),
            "bind * -::*",
            f"dir {DATA if server.keeps else LIVE}",
            f"maxmemory {int(Quantity(memory))}",
            f"maxmemory-policy {server.eviction}",
            f"appendonly {'yes' if server.persistence else 'no'}",
            "appendfsync everysec",
            'save ""',
            "tcp-keepalive 60",
            *server.settings,
            "",
        )
    )


def _service(server: Server, opts: ResourceOptions, *, headless: bool) -> KubernetesService:
    suffix = "headless" if headless else ""
    spec: dict[str, Any] = {
        "selector": selector(server.name, server.role),
        "ports": [{"name": "redis", "port": PORT, "target_port": "redis"}],
    }
    if headless:
        # Replicas and sentinels must find each other by name before they are ready: that is how they become it.
        spec |= {"cluster_ip": "None", "publish_not_ready_addresses": True}
    described = server.described(suffix)
    return KubernetesService(str(described["name"]), metadata=described, spec=spec, opts=opts)


def _stateful_set(server: Server, checksum: Output[str], opts: ResourceOptions) -> StatefulSet:
    args = {"namespace": server.namespace, "part_of": server.part_of}
    claims: dict[str, Any] = {"volume_claim_templates": [_claim(server)]} if server.keeps else {}
    return StatefulSet(
        server.name,
        metadata=server.described(),
        spec={
            "replicas": server.instances,
            "service_name": f"{server.name}-headless",
            "selector": {"match_labels": selector(server.name, server.role)},
            # After an outage of all, they need each other to agree on who is the primary.
            "pod_management_policy": "Parallel",
            "update_strategy": {"type": "RollingUpdate"},
            "revision_history_limit": 3,
            # Data outlives a `pulumi destroy`, and the next servers start from it with whatever password there is then.
            "persistent_volume_claim_retention_policy": {"when_deleted": "Retain", "when_scaled": "Retain"},
            "template": {
                "metadata": {
                    "labels": labels(args, server.name, server.role),
                    "annotations": {"scalewright/configuration": checksum},
                },
                "spec": _pod(server),
            },
            **claims,
        },
        opts=opts,
    )


def _pod(server: Server) -> PodSpecArgsDict:
    workload = server.workload
    made = container("valkey", workload, ports=[{"name": "redis", "container_port": PORT}], **probes(PORT))
    made["volume_mounts"] = [*made["volume_mounts"], *mounts(server)]
    if server.pre_stop:
        made["lifecycle"] = {"pre_stop": {"exec_": {"command": ["sh", f"{CONFIGURATION}/{server.pre_stop}"]}}}
    spec = pod(workload, [made, *server.more], grace_seconds=server.grace_seconds)
    chosen = selector(server.name, server.role)
    return {
        **spec,
        "service_account_name": server.name,
        "topology_spread_constraints": spread(chosen, strictly=server.instances > 1),
        "volumes": [
            *spec["volumes"],
            {"name": "configuration", "config_map": {"name": server.name, "default_mode": 0o444}},
            # In memory, because the live configuration of a single server holds the password.
            {"name": "live", "empty_dir": {"medium": "Memory", "size_limit": "1Mi"}},
        ],
    }


def _claim(server: Server) -> dict[str, Any]:
    storage_class = {"storage_class_name": server.storage_class} if server.storage_class else {}
    return {
        "metadata": {"name": "data"},
        "spec": {
            "access_modes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": server.storage}},
            **storage_class,
        },
    }
