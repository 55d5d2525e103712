"""The operators that environments rely on: which chart of each, where, and set up how. Pure.

Versions are exact. What is set of a chart are fields of its own `values.yaml` at that version; all else is its default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scalewright.declaration.cluster import Operators
from scalewright.kubernetes.gateway import CLASS, HTTP_PORT, HTTPS_PORT
from scalewright.kubernetes.observability import DASHBOARD

Values = Mapping[str, Any]

#: From where environments let them in, unless they say otherwise.
_NAMESPACES = Operators()


@dataclass(frozen=True)
class Addon:
    """One operator: a Helm chart, or a file of manifests."""

    source: str
    """The chart's name in its repository, or its OCI reference; for manifests a URL with `{version}` in it."""
    version: str
    """The version of the chart, which is not always that of what it installs."""
    why: str
    """What needs it, for people."""
    namespace: str | None = None
    """Where its release lives; None for manifests that belong to the whole cluster."""
    repository: str | None = None
    """The chart repository, unless `source` is a reference that says where."""
    values: Values = field(default_factory=dict)
    """Values of the chart that differ from its defaults."""
    beside: Mapping[str, Values] = field(default_factory=dict)
    """More values where another addon is there too; it comes first then."""
    needs: tuple[str, ...] = ()
    """Addons without which it cannot start."""
    together: str | None = None
    """The addon in whose namespace it must be."""

    @property
    def is_chart(self) -> bool:
        """Whether it is a Helm chart, which has a namespace and values."""
        return self.namespace is not None


#: A route has no timeout of its own, so these bound every request; see docs/kubernetes.md. Told to go, Traefik answers
#: for 10 seconds more, until no load balancer sends it anything, and then waits for what is under way.
_TRANSPORT: Values = {
    "respondingTimeouts": {"readTimeout": "60s", "writeTimeout": "60s", "idleTimeout": "180s"},
    "lifeCycle": {"requestAcceptGraceTimeout": "10s", "graceTimeOut": "40s"},
}
_SELECTORS = ("serviceMonitor", "podMonitor", "probe", "rule", "scrapeConfig")

ADDONS: Mapping[str, Addon] = {
    "gateway-api": Addon(
        source="https://github.com/kubernetes-sigs/gateway-api/releases/download/v{version}/standard-install.yaml",
        version="1.6.1",
        why="definitions of Gateway and HTTPRoute; no chart brings them, and some clusters have them already",
    ),
    "cert-manager": Addon(
        source="oci://quay.io/jetstack/charts/cert-manager",
        version="v1.21.2",
        namespace="cert-manager",
        values={"crds": {"enabled": True, "keep": True}},
        # Names are then proved through the Gateway itself (ACME HTTP-01, `gatewayHTTPRoute`). It looks for the
        # definitions only as it starts.
        beside={
            "gateway-api": {
                "config": {
                    "apiVersion": "controller.config.cert-manager.io/v1alpha1",
                    "kind": "ControllerConfiguration",
                    "gatewayAPI": {"enabled": True},
                }
            }
        },
        why="certificates of gateways and Redis with TLS, and between CloudNativePG and its backup plugin",
    ),
    "monitoring": Addon(
        source="kube-prometheus-stack",
        repository="https://prometheus-community.github.io/helm-charts",
        version="88.5.3",
        namespace=_NAMESPACES.prometheus,
        values={
            "prometheus": {
                "prometheusSpec": {
                    # Not only what its own release made: every environment brings its own.
                    **{f"{kind}SelectorNilUsesHelmValues": False for kind in _SELECTORS},
                    "retention": "15d",
                    "retentionSize": "18GB",
                    "storageSpec": {
                        "volumeClaimTemplate": {
                            "spec": {
                                "accessModes": ["ReadWriteOnce"],
                                "resources": {"requests": {"storage": "20Gi"}},
                            }
                        }
                    },
                }
            },
            "grafana": {
                "sidecar": {
                    "dashboards": {
                        "enabled": True,
                        "label": next(iter(DASHBOARD)),
                        "labelValue": next(iter(DASHBOARD.values())),
                        "searchNamespace": "ALL",
                    }
                }
            },
            # Out of reach in managed clusters and in kind: alerts about them would never end.
            **{
                part: {"enabled": False} for part in ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy")
            },
        },
        why="metrics, alerts and dashboards; services that scale by requests",
    ),
    "metrics-server": Addon(
        source="metrics-server",
        repository="https://kubernetes-sigs.github.io/metrics-server",
        version="3.13.1",
        namespace="kube-system",
        why="processor use and memory of pods, by which autoscalers decide; many managed clusters have it already",
    ),
    "cloudnative-pg": Addon(
        source="cloudnative-pg",
        repository="https://cloudnative-pg.github.io/charts",
        version="0.29.1",
        namespace=_NAMESPACES.cloudnative_pg,
        values={"crds": {"create": True}, "config": {"clusterWide": True}},
        why="PostgreSQL: instances, failover, poolers",
    ),
    "barman-cloud": Addon(
        source="plugin-barman-cloud",
        repository="https://cloudnative-pg.github.io/charts",
        version="0.8.1",
        namespace=_NAMESPACES.cloudnative_pg,
        values={"crds": {"create": True}},
        needs=("cloudnative-pg", "cert-manager"),
        together="cloudnative-pg",
        why="backups of PostgreSQL to a bucket",
    ),
    "keda": Addon(
        source="keda",
        repository="https://kedacore.github.io/charts",
        version="2.21.1",
        namespace=_NAMESPACES.keda,
        # Without the annotation an uninstalled KEDA takes every ScaledObject with it.
        values={"crds": {"additionalAnnotations": {"helm.sh/resource-policy": "keep"}}},
        beside={"monitoring": {"prometheus": {"operator": {"enabled": True, "serviceMonitor": {"enabled": True}}}}},
        why="scaling by backlog, requests and schedule",
    ),
    "strimzi": Addon(
        source="oci://quay.io/strimzi-helm/strimzi-kafka-operator",
        version="1.2.0",
        namespace=_NAMESPACES.strimzi,
        values={"watchAnyNamespace": True},
        why="Kafka, where events are declared on it",
    ),
    "traefik": Addon(
        source="traefik",
        repository="https://traefik.github.io/charts",
        version="41.5.0",
        namespace=_NAMESPACES.traefik,
        values={
            "deployment": {"replicas": 2, "terminationGracePeriodSeconds": 60},
            "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
            "podSecurityContext": {
                "runAsNonRoot": True,
                "runAsUser": 65532,
                "runAsGroup": 65532,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}},
            # Middlewares are its own kind; Ingress is nobody's here.
            "providers": {
                "kubernetesGateway": {"enabled": True},
                "kubernetesCRD": {"enabled": True},
                "kubernetesIngress": {"enabled": False},
            },
            "ingressClass": {"enabled": False},
            "gatewayClass": {"enabled": True, "name": CLASS},
            "gateway": {"enabled": False},  # each environment has its own
            "ports": {
                "web": {"port": HTTP_PORT, "exposedPort": 80, "transport": _TRANSPORT},
                "websecure": {"port": HTTPS_PORT, "exposedPort": 443, "transport": _TRANSPORT},
            },
            # Local: the rate limit is by the address of the client, and not of the node that passed it on.
            "service": {"spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}},
        },
        needs=("gateway-api",),
        why="the one load balancer of the cluster, and what serves every Gateway",
    ),
}
