"""Pods mount nothing of their node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.security._standards import cis, nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

ALLOWED = frozenset(
    {
        *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected"),
        "secret",
    }
)


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    allowed = ", ".join(sorted(ALLOWED))
    for index, one in enumerate(items(pod.spec.get("volumes"))):
        volume = mapping(one)
        # One that says nothing is an emptyDir.
        for kind in volume.keys() - ALLOWED - {"name"}:
            if volume[kind] is not None:
                message = f"volume {volume.get('name')} is of type {kind}; it must be one of {allowed}"
                yield Violation(pod.owner, message, f"{pod.path}.volumes[{index}].{kind}")


RULE = Rule(
    name="pod-volume-types",
    group="security",
    title="Pods mount only volumes that are of the cluster, and none of their node",
    why=(
        "A folder of the node holds other pods' files, keys of the kubelet, or the socket of the container runtime, by "
        "which the node is taken over. Disks and shares that a pod names itself are under nobody's quota."
    ),
    severity="high",
    remedy="Use a persistentVolumeClaim for data, an emptyDir for what may be lost, and secret or configMap for files",
    standards=(
        pod_security("restricted", "Volume Types"),
        pod_security("baseline", "HostPath Volumes"),
        cis("5.2.11"),
        nsa("Kubernetes Pod security: Pod security enforcement"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api}
  volumes:
  - {name: scratch, emptyDir: {sizeLimit: 64Mi}}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api}
  volumes:
  - {name: docker, hostPath: {path: /var/run/docker.sock}}
""",
    ),
    of_pod=_judge,
)
