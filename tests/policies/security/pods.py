"""Pods that Pod Security `restricted` lets in and refuses, each for one reason."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

from tests.policies.mutation import REMOVED, Mutation, broken

from scalewright.plan.policy import Objects, Subject

#: The checks of https://github.com/kubernetes/pod-security-admission (policy/), version 1.37, by their own names.
CHECKS = frozenset(
    {
        *("allowPrivilegeEscalation", "appArmorProfile", "capabilities_baseline", "capabilities_restricted"),
        *("hostNamespaces", "hostPathVolumes", "hostPorts", "hostProbesAndHostLifecycle", "privileged", "procMount"),
        *("procMount_restricted", "restrictedVolumes", "runAsNonRoot", "runAsUser", "seLinuxOptions"),
        *("seccompProfile_baseline", "seccompProfile_restricted", "sysctls", "windowsHostProcess"),
    }
)
_HELD = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}
ACCEPTED: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "pod"},
    "spec": {
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "initContainers": [{"name": "first", "image": "x", "securityContext": deepcopy(_HELD)}],
        "containers": [
            {"name": "main", "image": "x", "securityContext": deepcopy(_HELD)},
            {"name": "proxy", "image": "x", "securityContext": deepcopy(_HELD)},
        ],
        "volumes": [{"name": "scratch", "emptyDir": {}}],
    },
}
POD, MAIN, INIT = "spec.securityContext", "spec.containers[0]", "spec.initContainers[0]"
OF_MAIN, OF_INIT = f"{MAIN}.securityContext", f"{INIT}.securityContext"
APPARMOR = "container.apparmor.security.beta.kubernetes.io/main"


class Case(NamedTuple):
    """What a pod says otherwise than the accepted one, the checks that refuse it, and the rules that must find it."""

    name: str
    checks: str
    rules: str
    changes: dict[str, Any]
    is_created: bool = True
    """Whether it can be asked of an API server: ephemeral containers come to a pod that runs."""

    def __str__(self) -> str:
        return self.name

    @property
    def manifest(self) -> dict[str, Any]:
        """The pod, with the case's name."""
        objects = Objects([Subject(ACCEPTED)])
        for path, value in {**self.changes, "metadata.name": self.name}.items():
            objects = broken(objects, Mutation("", f"Pod {objects.all[0].name}", path, value))
        return objects.all[0].manifest


def _volume(kind: str, **source: Any) -> Case:
    checks = "hostPathVolumes restrictedVolumes" if kind == "hostPath" else "restrictedVolumes"
    changes = {"spec.volumes[0]": {"name": "scratch", kind: source}}
    return Case(f"volume-{kind.lower()}", checks, "pod-volume-types", changes)


def _ephemeral(name: str, check: str, rule: str, **context: Any) -> Case:
    container = {"name": "debug", "image": "x", "securityContext": {**_HELD, **context}}
    return Case(f"ephemeral-{name}", check, rule, {"spec.ephemeralContainers": [container]}, is_created=False)


_UNCONFINED = {"type": "Unconfined"}
_SECCOMP = "seccompProfile_baseline seccompProfile_restricted"
_CAPABILITIES = "capabilities_baseline capabilities_restricted"
_HOST = {"httpGet": {"host": "10.0.0.1", "path": "/", "port": 80}}
_SOCKET = {"tcpSocket": {"host": "10.0.0.1", "port": 80}}

REFUSED = (
    Case(
        "escalation",
        "allowPrivilegeEscalation",
        "pod-privilege-escalation",
        {f"{OF_MAIN}.allowPrivilegeEscalation": True},
    ),
    Case(
        "escalation-unset",
        "allowPrivilegeEscalation",
        "pod-privilege-escalation",
        {f"{OF_INIT}.allowPrivilegeEscalation": REMOVED},
    ),
    _ephemeral("escalation", "allowPrivilegeEscalation", "pod-privilege-escalation", allowPrivilegeEscalation=True),
    Case("apparmor-pod", "appArmorProfile", "pod-apparmor", {f"{POD}.appArmorProfile": _UNCONFINED}),
    Case("apparmor-container", "appArmorProfile", "pod-apparmor", {f"{OF_MAIN}.appArmorProfile": _UNCONFINED}),
    Case("apparmor-init", "appArmorProfile", "pod-apparmor", {f"{OF_INIT}.appArmorProfile": _UNCONFINED}),
    Case("apparmor-annotation", "appArmorProfile", "pod-apparmor", {"metadata.annotations": {APPARMOR: "unconfined"}}),
    Case(
        "capabilities-kept",
        "capabilities_restricted",
        "pod-capabilities",
        {f"{OF_MAIN}.capabilities.drop": ["NET_RAW"]},
    ),
    Case("capabilities-unset", "capabilities_restricted", "pod-capabilities", {f"{OF_INIT}.capabilities": REMOVED}),
    Case("capabilities-added", _CAPABILITIES, "pod-capabilities", {f"{OF_MAIN}.capabilities.add": ["SYS_ADMIN"]}),
    Case(
        "capabilities-chown", "capabilities_restricted", "pod-capabilities", {f"{OF_INIT}.capabilities.add": ["CHOWN"]}
    ),
    _ephemeral(
        "capabilities", _CAPABILITIES, "pod-capabilities", capabilities={"drop": ["ALL"], "add": ["SYS_PTRACE"]}
    ),
    Case("host-network", "hostNamespaces", "pod-host-namespaces", {"spec.hostNetwork": True}),
    Case("host-pid", "hostNamespaces", "pod-host-namespaces", {"spec.hostPID": True}),
    Case("host-ipc", "hostNamespaces", "pod-host-namespaces", {"spec.hostIPC": True}),
    Case("host-port", "hostPorts", "pod-host-ports", {f"{MAIN}.ports": [{"containerPort": 80, "hostPort": 80}]}),
    Case("host-port-init", "hostPorts", "pod-host-ports", {f"{INIT}.ports": [{"containerPort": 80, "hostPort": 80}]}),
    Case("probe-liveness", "hostProbesAndHostLifecycle", "pod-probe-hosts", {f"{MAIN}.livenessProbe": _HOST}),
    Case("probe-readiness", "hostProbesAndHostLifecycle", "pod-probe-hosts", {f"{MAIN}.readinessProbe": _SOCKET}),
    Case("probe-startup", "hostProbesAndHostLifecycle", "pod-probe-hosts", {f"{MAIN}.startupProbe": _HOST}),
    Case("hook-start", "hostProbesAndHostLifecycle", "pod-probe-hosts", {f"{MAIN}.lifecycle": {"postStart": _HOST}}),
    Case("hook-stop", "hostProbesAndHostLifecycle", "pod-probe-hosts", {f"{MAIN}.lifecycle": {"preStop": _HOST}}),
    Case(
        "probe-sidecar",
        "hostProbesAndHostLifecycle",
        "pod-probe-hosts",
        {f"{INIT}.restartPolicy": "Always", f"{INIT}.livenessProbe": _SOCKET},
    ),
    Case(
        "privileged",
        "privileged allowPrivilegeEscalation",
        "pod-privileged pod-privilege-escalation",
        {f"{OF_MAIN}.privileged": True, f"{OF_MAIN}.allowPrivilegeEscalation": True},
    ),
    Case(
        "privileged-init",
        "privileged allowPrivilegeEscalation",
        "pod-privileged pod-privilege-escalation",
        {f"{OF_INIT}.privileged": True, f"{OF_INIT}.allowPrivilegeEscalation": REMOVED},
    ),
    _ephemeral("privileged", "privileged", "pod-privileged", privileged=True),
    Case(
        "proc-mount",
        "procMount procMount_restricted",
        "pod-proc-mount",
        {f"{OF_MAIN}.procMount": "Unmasked", "spec.hostUsers": False},
    ),
    Case(
        "proc-mount-init",
        "procMount procMount_restricted",
        "pod-proc-mount",
        {f"{OF_INIT}.procMount": "Unmasked", "spec.hostUsers": False},
    ),
    Case("non-root-false", "runAsNonRoot", "pod-non-root", {f"{POD}.runAsNonRoot": False}),
    Case("non-root-unset", "runAsNonRoot", "pod-non-root", {f"{POD}.runAsNonRoot": REMOVED}),
    Case("non-root-container", "runAsNonRoot", "pod-non-root", {f"{OF_MAIN}.runAsNonRoot": False}),
    Case("non-root-init", "runAsNonRoot", "pod-non-root", {f"{OF_INIT}.runAsNonRoot": False}),
    Case(
        "non-root-pod-only",
        "runAsNonRoot",
        "pod-non-root",
        {
            f"{POD}.runAsNonRoot": False,
            **{f"{one}.runAsNonRoot": True for one in (OF_MAIN, OF_INIT, "spec.containers[1].securityContext")},
        },
    ),
    Case("user-pod", "runAsUser", "pod-user-id", {f"{POD}.runAsUser": 0}),
    Case("user-container", "runAsUser", "pod-user-id", {f"{OF_MAIN}.runAsUser": 0}),
    Case("user-init", "runAsUser", "pod-user-id", {f"{OF_INIT}.runAsUser": 0}),
    _ephemeral("user", "runAsUser", "pod-user-id", runAsUser=0),
    Case("selinux-type", "seLinuxOptions", "pod-selinux", {f"{POD}.seLinuxOptions": {"type": "spc_t"}}),
    Case("selinux-user", "seLinuxOptions", "pod-selinux", {f"{OF_MAIN}.seLinuxOptions": {"user": "system_u"}}),
    Case("selinux-role", "seLinuxOptions", "pod-selinux", {f"{OF_INIT}.seLinuxOptions": {"role": "system_r"}}),
    Case("seccomp-pod", _SECCOMP, "pod-seccomp", {f"{POD}.seccompProfile": _UNCONFINED}),
    Case("seccomp-unset", "seccompProfile_restricted", "pod-seccomp", {f"{POD}.seccompProfile": REMOVED}),
    Case("seccomp-container", _SECCOMP, "pod-seccomp", {f"{OF_MAIN}.seccompProfile": _UNCONFINED}),
    Case("seccomp-init", _SECCOMP, "pod-seccomp", {f"{OF_INIT}.seccompProfile": _UNCONFINED}),
    Case("sysctl-host", "sysctls", "pod-sysctls", {f"{POD}.sysctls": [{"name": "kernel.msgmax", "value": "1"}]}),
    Case("sysctl-net", "sysctls", "pod-sysctls", {f"{POD}.sysctls": [{"name": "net.core.somaxconn", "value": "1"}]}),
    Case(
        "windows-pod",
        "windowsHostProcess hostNamespaces",
        "pod-privileged pod-host-namespaces",
        {f"{POD}.windowsOptions": {"hostProcess": True}, "spec.hostNetwork": True},
    ),
    Case(
        "windows-container",
        "windowsHostProcess",
        "pod-privileged",
        {f"{OF_MAIN}.windowsOptions": {"hostProcess": True}},
        is_created=False,  # all containers or none: the API server says so first
    ),
    _volume("hostPath", path="/var/run"),
    _volume("gcePersistentDisk", pdName="x"),
    _volume("awsElasticBlockStore", volumeID="x"),
    _volume("gitRepo", repository="x"),
    _volume("nfs", server="x", path="/"),
    _volume("iscsi", targetPortal="10.0.0.1", iqn="iqn.2001-04.com.example:storage", lun=0),
    _volume("glusterfs", endpoints="x", path="x"),
    _volume("rbd", monitors=["x"], image="x"),
    _volume("flexVolume", driver="x/y"),
    _volume("cinder", volumeID="x"),
    _volume("cephfs", monitors=["x"]),
    _volume("flocker", datasetName="x"),
    _volume("fc", targetWWNs=["x"], lun=0),
    _volume("azureFile", secretName="x", shareName="x"),
    _volume("vsphereVolume", volumePath="x"),
    _volume("quobyte", registry="x:1", volume="x"),
    _volume("azureDisk", diskName="x", diskURI="https://x.blob.core.windows.net/x"),
    _volume("photonPersistentDisk", pdID="x"),
    _volume("portworxVolume", volumeID="x"),
    _volume("scaleIO", gateway="x", system="x", volumeName="x", secretRef={"name": "x"}),
    _volume("storageos", volumeName="x"),
)

_EACH = ("spec.initContainers[0]", "spec.containers[0]", "spec.containers[1]")
_MOUNTS = (
    {"name": "a", "configMap": {"name": "x"}},
    {"name": "b", "csi": {"driver": "x"}},
    {"name": "c", "downwardAPI": {"items": [{"path": "x", "fieldRef": {"fieldPath": "metadata.name"}}]}},
    {"name": "d", "persistentVolumeClaim": {"claimName": "x"}},
    {"name": "e", "projected": {"sources": [{"secret": {"name": "x"}}]}},
    {"name": "f", "secret": {"secretName": "x"}},
    {"name": "g"},
)

LET_IN = (
    Case("accepted", "", "", {}),
    Case("binds-low-ports", "", "", {f"{OF_MAIN}.capabilities.add": ["NET_BIND_SERVICE"]}),
    Case(
        "each-for-itself",
        "",
        "",
        {
            f"{POD}.runAsNonRoot": REMOVED,
            f"{POD}.seccompProfile": REMOVED,
            f"{POD}.runAsUser": REMOVED,
            **{f"{one}.securityContext.runAsNonRoot": True for one in _EACH},
            **{f"{one}.securityContext.runAsUser": 10002 for one in _EACH},
            **{f"{one}.securityContext.seccompProfile": {"type": "RuntimeDefault"} for one in _EACH},
        },
    ),
    Case("own-profiles", "", "", {f"{POD}.seccompProfile": {"type": "Localhost", "localhostProfile": "x.json"}}),
    Case("own-apparmor", "", "", {f"{OF_MAIN}.appArmorProfile": {"type": "RuntimeDefault"}}),
    Case("apparmor-as-before", "", "", {"metadata.annotations": {APPARMOR: "runtime/default"}}),
    Case("selinux-level", "", "", {f"{POD}.seLinuxOptions": {"level": "s0:c1,c2", "type": "container_engine_t"}}),
    Case("own-sysctls", "", "", {f"{POD}.sysctls": [{"name": "net.ipv4.tcp_keepalive_time", "value": "60"}]}),
    Case("proc-as-it-is", "", "", {f"{OF_MAIN}.procMount": "Default"}),
    Case("allowed-volumes", "", "", {"spec.volumes": list(_MOUNTS)}),
    Case("probes-itself", "", "", {f"{MAIN}.livenessProbe": {"httpGet": {"path": "/", "port": 80, "host": ""}}}),
    Case("no-host-port", "", "", {f"{MAIN}.ports": [{"containerPort": 80, "hostPort": 0}]}),
    Case(
        "windows",
        "",
        "",
        {
            "spec.os": {"name": "windows"},
            "spec.securityContext": {"runAsNonRoot": True},
            **{f"{one}.securityContext": {} for one in _EACH},
        },
    ),
)
