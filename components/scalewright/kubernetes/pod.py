"""Pods as Pod Security ``restricted`` wants them, and what the application in them is told.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict, cast

from pulumi import Input
from pulumi_kubernetes.core.v1 import (
    ContainerArgsDict,
    EnvVarArgsDict,
    PodSpecArgsDict,
    ResourceRequirementsArgsDict,
    SecurityContextArgsDict,
    TopologySpreadConstraintArgsDict,
    VolumeProjectionArgsDict,
)

from scalewright.kubernetes import quota

#: At least 10000, so that it is no user of the node (CIS Kubernetes Benchmark 5.2.6 asks for non-root).
USER = 10001
SECRETS = "/run/secrets/scalewright"
SCRATCH = "/tmp"  # noqa: S108 - a volume of the pod's own
#: Room for logs and scratch: a node that runs full of them evicts.
DISK = "ephemeral-storage"
EPHEMERAL = {"requests": "64Mi", "limits": "256Mi"}
ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"


class ResourcesArgs(TypedDict):
    """What one container asks of its node."""

    cpu: Input[str]
    """Processor cores requested, such as `500m`."""
    memory: Input[str]
    """Memory requested and, being incompressible, also its limit, such as `512Mi`."""
    cpu_limit: NotRequired[Input[str]]
    """Processor cores at which it is throttled; none by default, because throttling costs latency."""


#: What a container asks for that is told nothing: without a request, no autoscaler knows a percentage of it.
RESOURCES: ResourcesArgs = {"cpu": str(quota.DEFAULT.cpu), "memory": str(quota.DEFAULT.memory)}


class SecretFileArgs(TypedDict):
    """A secret that an application reads from a file, named by an environment variable."""

    variable: str
    """The variable that holds the file's path, such as `DATABASE_PASSWORD_FILE`."""
    secret: Input[str]
    """Name of the Secret, in the same namespace."""
    key: Input[str]
    """Key in the Secret."""


class PodArgs(TypedDict):
    """What the pods of a part are made from, but for the program that runs in them."""

    namespace: Input[str]
    """The namespace that it lives in."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    image: Input[str]
    """Container image, best by its digest."""
    environment: NotRequired[dict[str, Input[str]]]
    """Environment variables, none of them secret."""
    secrets: NotRequired[list[SecretFileArgs]]
    """Secrets, as files."""
    resources: NotRequired[ResourcesArgs]
    """Requests and limits of each replica; `100m` and `256Mi` by default."""


class WorkloadArgs(PodArgs):
    """What runs in the pods of a part, and where."""

    command: list[Input[str]]
    """Program and arguments."""


def running(args: PodArgs, command: Sequence[Input[str]], variables: Mapping[str, Input[str]]) -> WorkloadArgs:
    """Return what runs in the pods of a part: a command, and what its component tells it besides."""
    told = {**args, "command": list(command), "environment": {**args.get("environment", {}), **variables}}
    return cast("WorkloadArgs", told)


def container(name: str, args: WorkloadArgs, **more: object) -> ContainerArgsDict:
    """Return a container that can write nowhere but to its scratch folder; `more` are further fields."""
    files = args.get("secrets", [])
    environment: list[EnvVarArgsDict] = [
        {"name": "INSTANCE_NAME", "value_from": {"field_ref": {"field_path": "metadata.name"}}}
    ]
    environment += [
        {"name": variable, "value": value} for variable, value in sorted(args.get("environment", {}).items())
    ]
    environment += [{"name": one["variable"], "value": f"{SECRETS}/{_file(one)}"} for one in files]
    made: ContainerArgsDict = {
        "name": name,
        "image": args["image"],
        "command": args["command"],
        "env": environment,
        "resources": requirements(args.get("resources", RESOURCES)),
        "security_context": confined(),
        "volume_mounts": [
            {"name": "scratch", "mount_path": SCRATCH},
            *([{"name": "secrets", "mount_path": SECRETS, "read_only": True}] if files else []),
        ],
    }
    return {**made, **more}


def pod(args: PodArgs, containers: Sequence[ContainerArgsDict], *, grace_seconds: int) -> PodSpecArgsDict:
    """Return a pod of these containers, the first of which `args` describe; it knows nothing of the cluster's API."""
    files = args.get("secrets", [])
    projections: list[VolumeProjectionArgsDict] = [
        {"secret": {"name": one["secret"], "items": [{"key": one["key"], "path": _file(one)}]}} for one in files
    ]
    return {
        "containers": list(containers),
        "automount_service_account_token": False,
        "enable_service_links": False,
        "termination_grace_period_seconds": grace_seconds,
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": USER,
            "run_as_group": USER,
            "fs_group": USER,
            "fs_group_change_policy": "OnRootMismatch",
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "volumes": [
            {"name": "scratch", "empty_dir": {"size_limit": "64Mi"}},
            *([{"name": "secrets", "projected": {"sources": projections, "default_mode": 0o440}}] if files else []),
        ],
    }


def confined() -> SecurityContextArgsDict:
    """Return the security context of a container of ours."""
    return {
        "allow_privilege_escalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "read_only_root_filesystem": True,
    }


def requirements(resources: ResourcesArgs) -> ResourceRequirementsArgsDict:
    """Return requests and limits of a container of ours, which has a scratch folder."""
    asked = requests_and_limits(resources)
    return {
        "requests": {**asked["requests"], DISK: EPHEMERAL["requests"]},
        "limits": {**asked["limits"], DISK: EPHEMERAL["limits"]},
    }


def requests_and_limits(resources: ResourcesArgs) -> dict[str, dict[str, Input[str]]]:
    """Return requests and limits as Kubernetes has them, and so do custom resources."""
    limits: dict[str, Input[str]] = {"memory": resources["memory"]}
    if "cpu_limit" in resources:
        limits["cpu"] = resources["cpu_limit"]
    return {"requests": {"cpu": resources["cpu"], "memory": resources["memory"]}, "limits": limits}


def spread(labels: Mapping[str, Input[str]], *, strictly: bool = False) -> list[TopologySpreadConstraintArgsDict]:
    """Return constraints by which pods spread over zones and hosts, as far as there are any.

    `strictly`, a pod rather waits than makes one host hold two more than another: a majority must not go with one host.
    """
    return [
        {
            "max_skew": 1,
            "topology_key": key,
            "when_unsatisfiable": _unsatisfiable(key, strictly=strictly),
            "label_selector": {"match_labels": dict(labels)},
        }
        for key in (ZONE, HOST)
    ]


def spread_of_operators(
    selector: Mapping[str, object], keys: Sequence[str] = (ZONE, HOST), *, strictly: bool = False
) -> list[dict[str, object]]:
    """Return the same for pods that an operator makes: custom resources have the fields' own names."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": _unsatisfiable(key, strictly=strictly),
            "labelSelector": selector,
        }
        for key in keys
    ]


def _unsatisfiable(key: str, *, strictly: bool) -> str:
    return "DoNotSchedule" if strictly and key == HOST else "ScheduleAnyway"


def _file(secret: SecretFileArgs) -> str:
    return secret["variable"].lower().removesuffix("_file")
