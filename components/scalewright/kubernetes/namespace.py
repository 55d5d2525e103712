"""The namespace of an environment: it admits no pod that Pod Security ``restricted`` does not, and none too many."""

import json
from typing import Any, NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.core.v1 import LimitRange, ResourceQuota
from pulumi_kubernetes.core.v1 import Namespace as KubernetesNamespace

from scalewright.declaration.cluster import Nodes
from scalewright.kubernetes import arguments
from scalewright.kubernetes.arguments import Rules
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import labels, metadata
from scalewright.kubernetes.pod import ResourcesArgs
from scalewright.plan.capacity.nodes import NODES

ROLE = "namespace"
#: https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces
POD_SECURITY = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}


class NodesArgs(TypedDict):
    """Nodes of one size, by what Kubernetes calls allocatable."""

    count: int
    """How many there can be: 1 to 5000."""
    cpu: str
    """Processor cores of each, such as `8` or `7910m`."""
    memory: str
    """Memory of each, such as `32Gi`."""


class NamespaceArgs(TypedDict):
    """The namespace is called as the component is."""

    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    quota: NotRequired[dict[str, Input[str]]]
    """Limits of a ResourceQuota, such as `requests.memory: 20Gi`; none by default."""
    container_defaults: NotRequired[ResourcesArgs]
    """What a container gets that asks for nothing, which under a quota would be refused; needs no quota."""
    container_memory: NotRequired[Input[str]]
    """Most memory that one container may ask for; unlimited by default."""
    nodes: NotRequired[NodesArgs]
    """Nodes that its pods can have, against which policies hold what they ask for at most; unknown by default."""
    keep: NotRequired[bool]
    """Whether it outlives a `pulumi destroy`, which would end what was to be kept in it; false by default."""


RULES = Rules(shape=NamespaceArgs, of={"nodes": Nodes})


class Namespace(Component):
    """A namespace that enforces Pod Security ``restricted``, with a ResourceQuota and a LimitRange where asked."""

    name: Output[str]
    """Its name."""

    def __init__(self, name: str, args: NamespaceArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Namespace", name, args, RULES)
        super().__init__(name, args, opts)
        namespace = KubernetesNamespace(
            name,
            metadata={"name": name, "labels": {**labels(args, name, ROLE), **POD_SECURITY}, **_annotations(args)},
            opts=self.child(retain_on_delete=args.get("keep") or None),
        )
        self.name = namespace.metadata.apply(lambda metadata: str(metadata.name))
        inside = metadata({**args, "namespace": self.name}, name, ROLE)
        if "quota" in args:
            ResourceQuota(name, metadata=inside, spec={"hard": args["quota"]}, opts=self.child())
        if "container_defaults" in args or "container_memory" in args:
            LimitRange(name, metadata=inside, spec={"limits": [_limits(args)]}, opts=self.child())
        self.finish()


def _annotations(args: NamespaceArgs) -> dict[str, Any]:
    return {"annotations": {NODES: json.dumps(args["nodes"])}} if "nodes" in args else {}


def _limits(args: NamespaceArgs) -> dict[str, Any]:
    """Return the limits of a container: https://kubernetes.io/docs/concepts/policy/limit-range/."""
    limits: dict[str, Any] = {"type": "Container"}
    if defaults := args.get("container_defaults"):
        limits["default_request"] = {"cpu": defaults["cpu"], "memory": defaults["memory"]}
        limits["default"] = {"memory": defaults["memory"]}
    if "container_memory" in args:
        limits["max"] = {"memory": args["container_memory"]}
    return limits
