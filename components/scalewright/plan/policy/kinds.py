"""Which kinds of objects rules know: those that every cluster has, and those of the operators. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scalewright.plan.operators import BRINGS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalewright.plan.policy.subject import Subject

#: https://kubernetes.io/docs/reference/kubernetes-api/
BUILTIN = {
    "": "Binding ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod "
    "PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
    "admissionregistration.k8s.io": "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding "
    "MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding "
    "ValidatingWebhookConfiguration",
    "apiextensions.k8s.io": "CustomResourceDefinition",
    "apiregistration.k8s.io": "APIService",
    "apps": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "autoscaling": "HorizontalPodAutoscaler",
    "batch": "CronJob Job",
    "certificates.k8s.io": "CertificateSigningRequest ClusterTrustBundle",
    "coordination.k8s.io": "Lease",
    "discovery.k8s.io": "EndpointSlice",
    "events.k8s.io": "Event",
    "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
    "networking.k8s.io": "IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR",
    "node.k8s.io": "RuntimeClass",
    "policy": "PodDisruptionBudget",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "resource.k8s.io": "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
    "scheduling.k8s.io": "PriorityClass",
    "storage.k8s.io": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass",
}
#: Single kinds of operators that no addon brings, and that rules look at all the same.
OTHERS = {("gateway.envoyproxy.io", "BackendTrafficPolicy"), ("s3.services.k8s.aws", "Bucket")}
_KNOWN = OTHERS | {(group, kind) for group, kinds in BUILTIN.items() for kind in kinds.split()}


def unknown(subjects: Iterable[Subject]) -> dict[str, int]:
    """Return how many objects there are of each kind that no rule knows, by kind and group as kubectl writes them."""
    found = Counter(
        f"{one.kind}.{one.group}".rstrip(".")
        for one in subjects
        if one.group not in BRINGS and (one.group, one.kind) not in _KNOWN
    )
    return dict(sorted(found.items()))
