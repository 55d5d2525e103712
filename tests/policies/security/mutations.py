"""Fields of prod that rules of this group guard, each broken in turn."""

from typing import Any

from tests.policies.mutation import Mutation

POD, ORDERS, VALKEY = "spec.template.spec", "Deployment orders", "StatefulSet redis"
CONTAINER, SENTINEL = f"{POD}.containers[0]", f"{POD}.containers[1]"
CONTEXT, OF_CONTAINER = f"{POD}.securityContext", f"{CONTAINER}.securityContext"
DIGEST = "sha256:9f2b6c1d4e8a70355bc1f0e6d27a94830c5be1f7a6d8294e03b17c5fa9e84d62"
APPARMOR = "container.apparmor.security.beta.kubernetes.io/valkey"


def a_pod(job: dict[str, Any]) -> dict[str, Any]:
    """What a Job would make, by itself."""
    template = job["spec"]["template"]
    names = {"name": "by-hand", "namespace": job["metadata"]["namespace"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**template["metadata"], **names},
        "spec": template["spec"],
    }


def a_role(*rules: dict[str, Any], kind: str = "Role") -> Any:
    """A role, in the namespace of a ServiceAccount."""

    def made(account: dict[str, Any]) -> dict[str, Any]:
        return {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": kind,
            "metadata": {"name": "by-hand", "namespace": account["metadata"]["namespace"]},
            "rules": list(rules),
        }

    return made


def a_binding(role: str, subject: dict[str, Any]) -> Any:
    """What binds somebody to a role, in the namespace of a ServiceAccount."""

    def made(account: dict[str, Any]) -> dict[str, Any]:
        return {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "by-hand", "namespace": account["metadata"]["namespace"]},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [subject],
        }

    return made


def _grant(group: str, resource: str, *verbs: str) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs)}


PODS = (
    Mutation("pod-non-root", ORDERS, f"{CONTEXT}.runAsNonRoot", False),
    Mutation("pod-non-root", ORDERS, f"{CONTEXT}.runAsNonRoot"),
    Mutation("pod-non-root", VALKEY, f"{SENTINEL}.securityContext.runAsNonRoot", False),
    Mutation("pod-user-id", ORDERS, f"{CONTEXT}.runAsUser", 0),
    Mutation("pod-user-id", ORDERS, f"{CONTEXT}.runAsUser", 9999),
    Mutation("pod-user-id", ORDERS, f"{CONTEXT}.runAsUser"),
    Mutation("pod-user-id", VALKEY, f"{SENTINEL}.securityContext.runAsUser", 999),
    Mutation("pod-group-id", ORDERS, f"{CONTEXT}.runAsGroup"),
    Mutation("pod-group-id", ORDERS, f"{CONTEXT}.runAsGroup", 0),
    Mutation("pod-group-id", ORDERS, f"{CONTEXT}.fsGroup", 0),
    Mutation("pod-group-id", ORDERS, f"{CONTEXT}.supplementalGroups", [10001, 0]),
    Mutation("pod-privilege-escalation", ORDERS, f"{OF_CONTAINER}.allowPrivilegeEscalation", True),
    Mutation("pod-privilege-escalation", ORDERS, f"{OF_CONTAINER}.allowPrivilegeEscalation"),
    Mutation("pod-capabilities", ORDERS, f"{OF_CONTAINER}.capabilities.drop", ["NET_RAW"]),
    Mutation("pod-capabilities", ORDERS, f"{OF_CONTAINER}.capabilities"),
    Mutation("pod-capabilities", VALKEY, f"{SENTINEL}.securityContext.capabilities.add", ["SYS_ADMIN"]),
    Mutation("pod-seccomp", ORDERS, f"{CONTEXT}.seccompProfile"),
    Mutation("pod-seccomp", ORDERS, f"{CONTEXT}.seccompProfile.type", "Unconfined"),
    Mutation("pod-seccomp", ORDERS, f"{OF_CONTAINER}.seccompProfile", {"type": "Unconfined"}),
    Mutation("pod-read-only-root", ORDERS, f"{OF_CONTAINER}.readOnlyRootFilesystem", False),
    Mutation("pod-read-only-root", "Job migrations-9f2b6c1d4e8a-636736f1", f"{OF_CONTAINER}.readOnlyRootFilesystem"),
    Mutation("pod-privileged", ORDERS, f"{OF_CONTAINER}.privileged", True),
    Mutation("pod-privileged", ORDERS, f"{CONTEXT}.windowsOptions", {"hostProcess": True}),
    Mutation("pod-host-namespaces", ORDERS, f"{POD}.hostNetwork", True),
    Mutation("pod-host-namespaces", ORDERS, f"{POD}.hostPID", True),
    Mutation("pod-host-namespaces", ORDERS, f"{POD}.hostIPC", True),
    Mutation("pod-host-ports", ORDERS, f"{CONTAINER}.ports[0].hostPort", 8000),
    Mutation("pod-volume-types", ORDERS, f"{POD}.volumes[0]", {"name": "scratch", "hostPath": {"path": "/etc"}}),
    Mutation("pod-volume-types", ORDERS, f"{POD}.volumes[0]", {"name": "scratch", "nfs": {"server": "x", "path": "/"}}),
    Mutation("pod-proc-mount", ORDERS, f"{OF_CONTAINER}.procMount", "Unmasked"),
    Mutation("pod-sysctls", ORDERS, f"{CONTEXT}.sysctls", [{"name": "kernel.msgmax", "value": "1"}]),
    Mutation("pod-selinux", ORDERS, f"{CONTEXT}.seLinuxOptions", {"type": "spc_t"}),
    Mutation("pod-selinux", ORDERS, f"{OF_CONTAINER}.seLinuxOptions", {"user": "system_u"}),
    Mutation("pod-apparmor", ORDERS, f"{OF_CONTAINER}.appArmorProfile", {"type": "Unconfined"}),
    Mutation("pod-apparmor", VALKEY, f'spec.template.metadata.annotations["{APPARMOR}"]', "unconfined"),
    Mutation("pod-probe-hosts", ORDERS, f"{CONTAINER}.livenessProbe.httpGet.host", "10.0.0.1"),
    Mutation("namespace-pod-security", "Namespace shop-prod", 'metadata.labels["pod-security.kubernetes.io/enforce"]'),
    Mutation(
        "namespace-pod-security",
        "Namespace shop-prod",
        'metadata.labels["pod-security.kubernetes.io/enforce"]',
        "baseline",
    ),
    Mutation("default-namespace", "ConfigMap observability-dashboard", "metadata.namespace", "default"),
    Mutation("default-namespace", "ConfigMap observability-dashboard", "metadata.namespace"),
    Mutation("bare-pods", "Job migrations-9f2b6c1d4e8a-636736f1", "", a_pod),
)

IDENTITIES = (
    Mutation("own-service-account", ORDERS, f"{POD}.serviceAccountName"),
    Mutation("own-service-account", ORDERS, f"{POD}.serviceAccountName", "default"),
    Mutation(
        "own-service-account",
        "ServiceAccount orders",
        "",
        a_binding("view", {"kind": "ServiceAccount", "name": "default"}),
    ),
    Mutation("service-account-token", ORDERS, f"{POD}.automountServiceAccountToken", True),
    Mutation("rbac-wildcards", "ServiceAccount orders", "", a_role(_grant("", "pods", "*"))),
    Mutation("rbac-wildcards", "ServiceAccount orders", "", a_role(_grant("apps", "*", "get"))),
    Mutation("rbac-wildcards", "ServiceAccount orders", "", a_role(_grant("*", "pods", "get"), kind="ClusterRole")),
    Mutation(
        "rbac-cluster-admin",
        "ServiceAccount orders",
        "",
        a_binding("cluster-admin", {"kind": "ServiceAccount", "name": "orders"}),
    ),
    Mutation(
        "rbac-cluster-admin",
        "ServiceAccount orders",
        "",
        a_binding("view", {"kind": "Group", "name": "system:unauthenticated"}),
    ),
    Mutation("rbac-escalation", "ServiceAccount orders", "", a_role(_grant("", "serviceaccounts", "impersonate"))),
    Mutation("rbac-escalation", "ServiceAccount orders", "", a_role(_grant("", "serviceaccounts/token", "create"))),
    Mutation("rbac-secrets", "ServiceAccount orders", "", a_role(_grant("", "secrets", "list"))),
)

SECRETS = (
    Mutation("plaintext-secrets", ORDERS, f"{CONTAINER}.env[0]", {"name": "REDIS_PASSWORD", "value": "hunter2"}),
    Mutation(
        "plaintext-secrets", ORDERS, f"{CONTAINER}.env[0]", {"name": "X", "value": "https://x:hunter2@example.com"}
    ),
    Mutation("plaintext-secrets", VALKEY, f"{CONTAINER}.livenessProbe.exec.command[2]", "--pass=x --password=hunter2"),
    Mutation("plaintext-secrets", "ConfigMap redis", 'data["application.properties"]', "password=hunter2"),
    Mutation("plaintext-secrets", "ScaledObject orders-worker", "spec.triggers[0].metadata.password", "hunter2"),
    Mutation(
        "secrets-as-files",
        ORDERS,
        f"{CONTAINER}.env[0].valueFrom",
        {"secretKeyRef": {"name": "redis", "key": "password"}},
    ),
    Mutation("secrets-as-files", ORDERS, f"{CONTAINER}.envFrom", [{"secretRef": {"name": "redis"}}]),
)

IMAGES = (
    Mutation("image-by-digest", ORDERS, f"{CONTAINER}.image", "ghcr.io/acme/shop:1.4.0"),
    Mutation("image-by-digest", ORDERS, f"{CONTAINER}.image", "ghcr.io/acme/shop"),
    Mutation("image-by-digest", VALKEY, f"{CONTAINER}.image", "docker.io/valkey/valkey:9"),
    Mutation("image-by-digest", "Cluster postgres", "spec.imageName", "ghcr.io/cloudnative-pg/postgresql:latest"),
    Mutation("image-registry", ORDERS, f"{CONTAINER}.image", f"acme/shop@{DIGEST}"),
)

MUTATIONS = (*PODS, *IDENTITIES, *SECRETS, *IMAGES)
