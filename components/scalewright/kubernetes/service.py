"""An HTTP service: replicas behind one address, that start, scale, drain and move without a failed request."""

from typing import TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict, ServiceAccount
from pulumi_kubernetes.core.v1 import Service as KubernetesService

from scalewright.kubernetes.autoscaler import ScaleArgs, autoscale, is_scaled, schedule_triggers
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.disruption import budget
from scalewright.kubernetes.metadata import labels, metadata, selector
from scalewright.kubernetes.pod import WorkloadArgs, container, pod, spread

ROLE = "api"
PORT = 8000
#: Seconds between the decision to stop a replica and the first moment in which no proxy sends it requests any more.
DEREGISTRATION = 5
#: Seconds beyond the drain before the kernel ends what did not end by itself.
MARGIN = 5


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
    """How long a stopping replica may finish its requests."""


class Service(Component):
    """A Deployment with its Service, ServiceAccount, autoscaler and PodDisruptionBudget."""

    url: Output[str]
    """Its address inside the cluster."""

    def __init__(self, name: str, args: ServiceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._account(name, args)
        deployment = self._deployment(name, args)
        service = self._service(name, args)
        autoscale(metadata(args, name, ROLE), name, args["scale"], schedule_triggers(args["scale"]), self.child())
        budget(metadata(args, name, ROLE), selector(name, ROLE), self.child(depends_on=[deployment]))
        self.url = Output.format("http://{0}.{1}.svc:{2}", service.metadata["name"], args["namespace"], PORT)
        self.register_outputs({"url": self.url})

    def _account(self, name: str, args: ServiceArgs) -> None:
        ServiceAccount(
            name,
            metadata=metadata(args, name, ROLE),
            automount_service_account_token=False,
            opts=self.child(),
        )

    def _deployment(self, name: str, args: ServiceArgs) -> Deployment:
        replicas = {} if is_scaled(args["scale"]) else {"replicas": args["scale"]["min"]}
        return Deployment(
            name,
            metadata=metadata(args, name, ROLE),
            spec={
                **replicas,
                "selector": {"match_labels": selector(name, ROLE)},
                "revision_history_limit": 3,
                # One more first, and none less meanwhile.
                "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
                "template": {"metadata": {"labels": labels(args, name, ROLE)}, "spec": _pod(name, args)},
            },
            opts=self.child(),
        )

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


def _pod(name: str, args: ServiceArgs) -> PodSpecArgsDict:
    spec = pod(args, [_container(args)], grace_seconds=DEREGISTRATION + args["drain_seconds"] + MARGIN)
    return {
        **spec,
        "service_account_name": name,
        "topology_spread_constraints": spread(selector(name, ROLE)),
    }


def _container(args: ServiceArgs) -> ContainerArgsDict:
    """Return the container; the probes differ: a slow database must take no replica down, and a slow start neither."""
    return container(
        "api",
        args,
        ports=[{"name": "http", "container_port": PORT}],
        startup_probe=_probe(args["probes"]["startup"], period_seconds=2, failure_threshold=60),
        readiness_probe=_probe(args["probes"]["readiness"], period_seconds=5, failure_threshold=2),
        liveness_probe=_probe(args["probes"]["liveness"], period_seconds=10, failure_threshold=3),
        # Endpoints are withdrawn while the pod already stops: it goes on serving until proxies know.
        lifecycle={"pre_stop": {"sleep": {"seconds": DEREGISTRATION}}},
    )


def _probe(path: Input[str], **timing: int) -> dict[str, object]:
    return {"http_get": {"path": path, "port": "http"}, "timeout_seconds": 2, **timing}
