"""High availability of Redis: a sentinel beside each server, which together choose another primary when it is lost.

https://valkey.io/topics/sentinel/
"""

from dataclasses import replace
from typing import Any

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.core.v1 import ContainerArgsDict
from pulumi_kubernetes.core.v1 import Service as KubernetesService

from scalewright.kubernetes.metadata import selector
from scalewright.kubernetes.pod import container
from scalewright.kubernetes.redis_server import CONFIGURATION, GRACE, Server, mounts, probes

PORT = 26379
#: What sentinels call the primary; applications ask them for it by this name.
PRIMARY = "mymaster"
RESOURCES = {"cpu": "50m", "memory": "64Mi"}
#: Seconds for the primary to hand over before it stops.
HANDOVER = 20
DOWN_AFTER = 5  # seconds without an answer: above the pauses of a busy server, below the patience of its clients
LAG = 10  # seconds behind which a replica counts as none
SENTINEL_CONF = """\
dir /tmp
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
"""
PRIMARY_CONF = f"""\
sentinel down-after-milliseconds {PRIMARY} {DOWN_AFTER * 1000}
sentinel failover-timeout {PRIMARY} 30000
sentinel parallel-syncs {PRIMARY} 1
"""
#: A primary that reaches no replica takes no writes: those would be lost once the others have chosen a new one.
SETTINGS = ("min-replicas-to-write 1", f"min-replicas-max-lag {LAG}")


def watched(server: Server) -> Server:
    """Return servers with a sentinel beside each."""
    hosts = addresses(server)
    told: dict[str, Input[str]] = {
        "ADDRESS": Output.concat("$(INSTANCE_NAME).", server.name, "-headless.", server.namespace, ".svc"),
        "FIRST": hosts[0],
        "SENTINELS": Output.all(*hosts).apply(" ".join),
        "SENTINEL_PORT": str(PORT),
        "QUORUM": str(server.instances // 2 + 1),
        "HANDOVER": str(HANDOVER),
    }
    with_replicas = replace(
        server,
        variables=told,
        settings=(*server.settings, *SETTINGS),
        files={
            "listen.conf": "".join(f"{line}\n" for line in server.listening(PORT)),
            "sentinel.conf": SENTINEL_CONF,
            "mymaster.conf": PRIMARY_CONF,
        },
        pre_stop="drain.sh",
        grace_seconds=GRACE + HANDOVER,
    )
    return replace(with_replicas, more=(_container(with_replicas),))


def addresses(server: Server) -> list[Output[str]]:
    """Return the host names of all pods; in each is a server and a sentinel."""
    return [
        Output.concat(f"{server.name}-{number}.{server.name}-headless.", server.namespace, ".svc")
        for number in range(server.instances)
    ]


def service(server: Server, opts: ResourceOptions) -> None:
    """Make a Service that leads to any sentinel, for those who look for one."""
    described = server.described("sentinel")
    KubernetesService(
        str(described["name"]),
        metadata=described,
        spec={
            "selector": selector(server.name, server.role),
            "ports": [{"name": "sentinel", "port": PORT, "target_port": "sentinel"}],
        },
        opts=opts,
    )


def _container(server: Server) -> ContainerArgsDict:
    workload: Any = {
        **server.workload,
        "command": ["sh", f"{CONFIGURATION}/sentinel.sh"],
        "resources": RESOURCES,
    }
    made = container("sentinel", workload, ports=[{"name": "sentinel", "container_port": PORT}], **probes(PORT))
    made["volume_mounts"] = [*made["volume_mounts"], *mounts(server)]
    return made
