"""Celery workers: replicas that work off queues, as many as the backlog asks for."""

import math
from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import ContainerArgsDict
from pydantic import Field

from scalewright import declaration
from scalewright.declaration.names import AppPath
from scalewright.declaration.problem import Absent, Problem
from scalewright.kubernetes import arguments, deployment, heartbeat, redis_sentinel
from scalewright.kubernetes.arguments import OF_PODS, Rules
from scalewright.kubernetes.autoscaler import ScaleArgs, Trigger, autoscale, is_scaled, schedule_triggers
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.deployment import Rollout
from scalewright.kubernetes.metadata import Labels, metadata
from scalewright.kubernetes.pod import PodArgs, container, running
from scalewright.plan.capacity.tasks import LONGEST_TASK

ROLE = "worker"
#: Seconds beyond the longest task for a worker to say goodbye.
MARGIN = 10
#: Seconds without a task before the last worker goes (KEDA's own default).
COOLDOWN = 300
#: Seconds after the visibility timeout within which some worker has looked for tasks of lost ones.
SWEEP = 60


class QueueAuthorityArgs(TypedDict):
    """The authority by whose certificate a server is known."""

    secret: Input[str]
    """Name of the Secret that holds the certificate, in the same namespace."""
    key: Input[str]
    """Key in the Secret."""


class QueueServerArgs(TypedDict):
    """The Redis that holds the queues, as the autoscaler reaches it."""

    address: NotRequired[Input[str]]
    """Host and port as seen from the autoscaler's namespace, such as `redis.shop.svc:6379`."""
    sentinels: NotRequired[Input[str]]
    """Host and port of each sentinel, separated by commas, where those know the address of `mymaster`."""
    tls: NotRequired[bool]
    """Whether the connection is encrypted; false by default."""
    authority: NotRequired[QueueAuthorityArgs]
    """Who vouches for the server, unless it is somebody whom every system knows."""
    database: NotRequired[int]
    """Number of the database; 0 by default."""
    secret: Input[str]
    """Name of the Secret that holds its password, in the same namespace."""
    key: Input[str]
    """Key in the Secret."""


class WorkersArgs(PodArgs):
    """A Celery application that works off queues."""

    app: str
    """The application as package.module:attribute."""
    queues: list[str]
    """Queues whose tasks it does."""
    concurrency: NotRequired[int]
    """Tasks that each replica does at once, each in a process of its own; 1 by default."""
    longest_task_seconds: int
    """How long one task may take, and so a stopping replica: 1 to 86400."""
    scale: ScaleArgs
    """How many replicas; fewest may be 0 where a backlog or a schedule wakes the first."""
    broker: NotRequired[QueueServerArgs]
    """Where the backlog is read; needed for the metric `backlog`."""


RULES = Rules(
    shape=WorkersArgs,
    of={**OF_PODS, "app": AppPath, "longest_task_seconds": Annotated[int, Field(ge=1, le=86400)]},
    part=declaration.Workers,
    example={"app": "example:app"},
)


class Workers(Component):
    """A Deployment of Celery workers with its ServiceAccount, autoscaler and PodDisruptionBudget."""

    def __init__(self, name: str, args: WorkersArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Workers", name, args, RULES, _without_broker)
        super().__init__(name, args, opts)
        scale = args["scale"]
        rollout = Rollout(
            grace_seconds=args["longest_task_seconds"] + MARGIN,
            replicas=None if is_scaled(scale) else scale["min"],
        )
        told: Labels = {LONGEST_TASK: f"{args['longest_task_seconds']}s"}
        deployment.deploy(self, name, ROLE, args, container=_container(name, args), rollout=rollout, annotations=told)
        self._autoscale(name, args)
        self.finish()

    def _autoscale(self, name: str, args: WorkersArgs) -> None:
        triggers = [*_backlog_triggers(name, args), *schedule_triggers(args["scale"])]
        if "broker" in args and any("authenticationRef" in trigger for trigger in triggers):
            self._authentication(name, args, args["broker"])
        autoscale(
            metadata(args, name, ROLE), name, args["scale"], triggers, self.child(), cooldown_seconds=cooldown(args)
        )

    def _authentication(self, name: str, args: WorkersArgs, broker: QueueServerArgs) -> CustomResource:
        passwords = ("password", *(("sentinelPassword",) if "sentinels" in broker else ()))
        known = [_known(parameter, broker["secret"], broker["key"]) for parameter in passwords]
        if "authority" in broker:
            known.append(_known("ca", broker["authority"]["secret"], broker["authority"]["key"]))
        return CustomResource(
            name,
            api_version="keda.sh/v1alpha1",
            kind="TriggerAuthentication",
            metadata=metadata(args, name, ROLE),
            spec={"secretTargetRef": known},
            opts=self.child(),
        )


def _known(parameter: str, secret: Input[str], key: Input[str]) -> dict[str, Input[str]]:
    return {"parameter": parameter, "name": secret, "key": key}


def cooldown(args: WorkersArgs) -> int:
    """Return the seconds without backlog after which the last worker goes.

    A task that a killed worker held is in no queue until a worker finds it overdue, which is after twice the longest
    task: with no worker left until then, nobody would, and an empty queue wakes none.
    """
    return max(COOLDOWN, 2 * args["longest_task_seconds"] + SWEEP)


def _without_broker(args: WorkersArgs) -> Iterator[Problem]:
    metrics = args.get("scale", {}).get("metrics", ())
    if "broker" not in args and any(metric.get("type") == "backlog" for metric in metrics):
        bound = "it must be given with a metric of type backlog, which is read there"
        yield Problem(("broker",), Absent.MISSING, bound, "Give it, or take the metric out")
    if "broker" in args and not {"address", "sentinels"} & args["broker"].keys():
        bound = "it must be given, unless there are sentinels, which know it"
        yield Problem(("broker", "address"), Absent.MISSING, bound, "Give it, or sentinels")


def _container(name: str, args: WorkersArgs) -> ContainerArgsDict:
    command = (
        *("python", "-m", "celery", "-A", args["app"], "worker", "-Q", ",".join(args["queues"])),
        # A prefetching worker hides the backlog by which it is scaled.
        *("-c", str(args.get("concurrency", 1)), "-n", f"{name}@%h", "--disable-prefetch"),
        *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    )
    return container("worker", running(args, command, heartbeat.TOLD), **heartbeat.probes())


def _server(broker: QueueServerArgs) -> dict[str, Input[str]]:
    """Return where KEDA finds the queues: https://keda.sh/docs/latest/scalers/redis-sentinel-lists/."""
    tls = {"enableTLS": "true"} if broker.get("tls") else {}
    if "sentinels" in broker:
        return {"addresses": broker["sentinels"], "sentinelMaster": redis_sentinel.PRIMARY, **tls}
    return {"address": broker["address"], **tls}


def _backlog_triggers(name: str, args: WorkersArgs) -> list[Trigger]:
    """Return KEDA's triggers of the queues, each of which is a list: https://keda.sh/docs/latest/scalers/redis-lists/.

    The longest decides; a single waiting task wakes the first worker.
    """
    broker = args.get("broker")
    per_replica = [metric["per_replica"] for metric in args["scale"].get("metrics", ()) if metric["type"] == "backlog"]
    if broker is None or not per_replica:
        return []
    return [
        {
            "type": "redis-sentinel" if "sentinels" in broker else "redis",
            "metadata": {
                **_server(broker),
                "databaseIndex": str(int(broker.get("database", 0))),
                "listName": queue,
                "listLength": str(math.ceil(per_replica[0])),
                "activationListLength": "0",
            },
            "authenticationRef": {"name": name},
        }
        for queue in args["queues"]
    ]
