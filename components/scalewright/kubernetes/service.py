"""An HTTP service: replicas behind one address, that start, scale, drain and move without a failed request."""

from typing import Annotated, Any, NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.core.v1 import ContainerArgsDict
from pulumi_kubernetes.core.v1 import Service as KubernetesService
from pydantic import Field

from scalewright import declaration
from scalewright.kubernetes import arguments, deployment
from scalewright.kubernetes.arguments import OF_PODS, Rules
from scalewright.kubernetes.autoscaler import ScaleArgs, Trigger, autoscale, is_scaled, schedule_triggers
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.deployment import Rollout
from scalewright.kubernetes.metadata import metadata, selector
from scalewright.kubernetes.pod import SCRATCH, WorkloadArgs, container, running

ROLE = "api"
PORT = 8000
#: Seconds between the decision to stop a replica and the first moment in which no proxy sends it requests any more.
DEREGISTRATION = 5
#: Seconds beyond the drain before the kernel ends what did not end by itself.
MARGIN = 5
#: The service that the Prometheus operator makes for every Prometheus, whatever its release is called; here in the
#: namespace that the chart kube-prometheus-stack is installed into.
PROMETHEUS = "http://prometheus-operated.{namespace}.svc:9090"
#: Where processes of one replica count together.
METRICS = f"{SCRATCH}/metrics"


class ProbesArgs(TypedDict):
    """Paths that answer how a replica does."""

    startup: Input[str]
    """Asked until it answers once."""
    readiness: Input[str]
    """Whether to send requests."""
    liveness: Input[str]
    """Whether to leave it running."""


class ServiceArgs(WorkloadArgs):
    """An HTTP service, listening on port 8000 of its pods."""

    scale: ScaleArgs
    """How many replicas."""
    probes: ProbesArgs
    """Paths of its health checks."""
    drain_seconds: int
    """How long a stopping replica may finish its requests: 0 to 3600."""
    processes: NotRequired[int]
    """Server processes in each replica, which `command` starts; 1 by default.

    Of more than one, each is told by `METRICS_DIR` where they count together.
    """
    prometheus: NotRequired[Input[str]]
    """Address of the Prometheus that has `http_requests_total`, for the metric `requests`.

    By default the one of kube-prometheus-stack in the namespace `monitoring`.
    """


RULES = Rules(
    shape=ServiceArgs,
    of={**OF_PODS, "drain_seconds": Annotated[int, Field(ge=0, le=3600)], "command": list[str]},
    part=declaration.Service,
    example={"app": "example:app", "routes": ["/"]},
)


class Service(Component):
    """A Deployment with its Service, ServiceAccount, autoscaler and PodDisruptionBudget."""

    url: Output[str]
    """Its address inside the cluster."""

    def __init__(self, name: str, args: ServiceArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Service", name, args, RULES)
        super().__init__(name, args, opts)
        scale = args["scale"]
        rollout = Rollout(
            grace_seconds=DEREGISTRATION + args["drain_seconds"] + MARGIN,
            replicas=None if is_scaled(scale) else scale["min"],
        )
        deployment.deploy(self, name, ROLE, args, container=_container(args), rollout=rollout)
        triggers = [*_requests_triggers(name, args), *schedule_triggers(scale)]
        autoscale(metadata(args, name, ROLE), name, scale, triggers, self.child())
        service = self._service(name, args)
        self.url = Output.format("http://{0}.{1}.svc:{2}", service.metadata["name"], args["namespace"], PORT)
        self.finish()

    def _service(self, name: str, args: ServiceArgs) -> KubernetesService:
        return KubernetesService(
            name,
            metadata=metadata(args, name, ROLE),
            spec={
                "selector": selector(name, ROLE),
                "ports": [{"name": "http", "port": PORT, "target_port": "http", "app_protocol": "http"}],
            },
            opts=self.child(),
        )


def prometheus(namespace: str) -> str:
    """Return the address of the Prometheus of a namespace."""
    return PROMETHEUS.format(namespace=namespace)


def _container(args: ServiceArgs) -> ContainerArgsDict:
    """Return the container; the probes differ: a slow database must take no replica down, and a slow start neither."""
    counting = {"METRICS_DIR": METRICS} if args.get("processes", 1) > 1 else {}
    return container(
        "api",
        running(args, args["command"], counting),
        ports=[{"name": "http", "container_port": PORT}],
        startup_probe=_probe(args["probes"]["startup"], period_seconds=2, failure_threshold=60),
        readiness_probe=_probe(args["probes"]["readiness"], period_seconds=5, failure_threshold=2),
        liveness_probe=_probe(args["probes"]["liveness"], period_seconds=10, failure_threshold=3),
        # Endpoints are withdrawn while the pod already stops: it goes on serving until proxies know.
        lifecycle={"pre_stop": {"sleep": {"seconds": DEREGISTRATION}}},
    )


def _requests_triggers(name: str, args: ServiceArgs) -> list[Trigger]:
    """Return KEDA's trigger of the rate of requests: https://keda.sh/docs/latest/scalers/prometheus/.

    The replicas' own counter tells it, and not the gateway's: requests from inside the cluster are work too. No answer
    must not be read as no requests, or a restart of Prometheus would take the replicas away.
    """
    namespace: Any = args["namespace"]
    query = Output.concat('sum(rate(http_requests_total{namespace="', namespace, '",service="', name, '"}[1m]))')
    return [
        {
            "type": "prometheus",
            "metadata": {
                "serverAddress": args.get("prometheus", prometheus("monitoring")),
                "query": query,
                "threshold": f"{metric['per_replica']:g}",
                "ignoreNullValues": "false",
            },
        }
        for metric in args["scale"].get("metrics", ())
        if metric["type"] == "requests"
    ]


def _probe(path: Input[str], **timing: int) -> dict[str, object]:
    return {"http_get": {"path": path, "port": "http"}, "timeout_seconds": 2, **timing}
