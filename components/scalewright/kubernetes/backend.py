"""A whole backend on Kubernetes: the components of its parts, wired together as it is declared."""

import math

from pulumi import Output, ResourceOptions

from scalewright import declaration
from scalewright.kubernetes import application
from scalewright.kubernetes.application import Wiring
from scalewright.kubernetes.autoscaler import MetricArgs, ScaleArgs
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.namespace import Namespace
from scalewright.kubernetes.pod import ResourcesArgs
from scalewright.kubernetes.service import PORT, Service, ServiceArgs


class Backend(Component):
    """Everything of one environment, in a namespace of its own: ``<backend>-<environment>``."""

    namespace: Output[str]
    """The namespace."""

    def __init__(self, backend: declaration.Backend, environment: str, opts: ResourceOptions | None = None) -> None:
        super().__init__(backend.name, {"environment": environment}, opts)
        self._backend = backend
        self.namespace = Namespace(f"{backend.name}-{environment}", {"part_of": backend.name}, self.child()).name
        wiring = Wiring()
        for name, service in backend.services.items():
            Service(name, self._service(name, service, wiring), self.child())
        self.register_outputs({"namespace": self.namespace})

    def _service(self, name: str, service: declaration.Service, wiring: Wiring) -> ServiceArgs:
        drain = math.ceil(service.drain.seconds)
        args: ServiceArgs = {
            "namespace": self.namespace,
            "part_of": self._backend.name,
            "image": self._image,
            "command": [
                *("python", "-m", "uvicorn", service.app, "--host", "0.0.0.0", "--port", str(PORT)),  # noqa: S104
                *("--workers", str(service.processes), "--loop", "uvloop", "--http", "httptools"),
                *("--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", str(drain)),
            ],
            "environment": application.environment(self._backend, name, service, wiring),
            "secrets": application.secrets(service, wiring),
            "scale": scale(service.scale),
            "probes": {
                "startup": service.probes.startup,
                "readiness": service.probes.readiness,
                "liveness": service.probes.liveness,
            },
            "drain_seconds": drain,
        }
        return {**args, "resources": resources(service.resources)} if service.resources else args

    @property
    def _image(self) -> str:
        assert self._backend.image is not None  # noqa: S101 - the declaration demands it on this platform
        return self._backend.image


def scale(declared: declaration.Scale) -> ScaleArgs:
    """Return the bounds and metrics of a part."""
    metrics = declared.model_dump(mode="json")["metrics"]
    kept: list[MetricArgs] = [{key: value for key, value in one.items() if value is not None} for one in metrics]  # type: ignore[misc]
    return {"min": declared.min, "max": declared.max, "metrics": kept}


def resources(declared: declaration.Resources) -> ResourcesArgs:
    """Return the requests and limits of a part."""
    args: ResourcesArgs = {"cpu": str(declared.cpu), "memory": str(declared.memory)}
    return {**args, "cpu_limit": str(declared.cpu_limit)} if declared.cpu_limit else args
