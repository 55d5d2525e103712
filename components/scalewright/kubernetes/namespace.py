"""The namespace of an environment: it admits no pod that Pod Security ``restricted`` does not."""

from typing import NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.core.v1 import Namespace as KubernetesNamespace

from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import labels

#: https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces
POD_SECURITY = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}


class NamespaceArgs(TypedDict):
    """The namespace is called as the component is."""

    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""


class Namespace(Component):
    """A namespace that enforces Pod Security ``restricted``."""

    name: Output[str]
    """Its name."""

    def __init__(self, name: str, args: NamespaceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        namespace = KubernetesNamespace(
            name,
            metadata={"name": name, "labels": {**labels(args, name, "namespace"), **POD_SECURITY}},
            opts=self.child(),
        )
        self.name = namespace.metadata.apply(lambda metadata: str(metadata.name))
        self.register_outputs({"name": self.name})
