"""What is measured of a backend, what somebody is told of, and what can be looked at.

Objects of the Prometheus operator, and a ConfigMap that Grafana's sidecar finds by its label:
https://prometheus-operator.dev/docs/api-reference/api/
"""

from typing import Any, NotRequired, TypedDict

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import ConfigMap

from scalewright.kubernetes import arguments
from scalewright.kubernetes.arguments import ObjectLabel, Rules
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import NAME, metadata

ROLE = "observability"
API_VERSION = "monitoring.coreos.com/v1"
#: By this label kube-prometheus-stack's Grafana finds dashboards.
DASHBOARD = {"grafana_dashboard": "1"}


class ObservabilityArgs(TypedDict):
    """Services to scrape, alerts, and a dashboard.

    Prometheus must take objects of this namespace: that of kube-prometheus-stack takes only those with its label
    `release`, unless `serviceMonitorSelectorNilUsesHelmValues` and its like are false.
    """

    namespace: Input[str]
    """The namespace of the backend."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    services: list[str]
    """Names of the services whose `/metrics` is scraped."""
    rules: NotRequired[list[dict[str, Any]]]
    """Rules of Prometheus, as `alerts` makes them."""
    dashboard: NotRequired[str]
    """A dashboard of Grafana, as `dashboard` makes it."""
    labels: NotRequired[dict[str, str]]
    """Further labels of these objects, by which Prometheus may find them; none by default."""


RULES = Rules(
    shape=ObservabilityArgs,
    of={"services": list[ObjectLabel], "rules": list[dict[str, Any]], "labels": dict[str, str]},
)


class Observability(Component):
    """A ServiceMonitor for each service, a PrometheusRule, and a dashboard."""

    def __init__(self, name: str, args: ObservabilityArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Observability", name, args, RULES)
        super().__init__(name, args, opts)
        for service in args["services"]:
            self._make("ServiceMonitor", service, args, _monitor(service))
        if args.get("rules"):
            self._make("PrometheusRule", name, args, {"groups": [{"name": name, "rules": args["rules"]}]})
        if "dashboard" in args:
            described = metadata(args, name, ROLE, suffix="dashboard")
            described["labels"] = {**described["labels"], **DASHBOARD}
            ConfigMap(
                f"{name}-dashboard",
                metadata=described,
                data={f"{name}.json": args["dashboard"]},
                opts=self.child(),
            )
        self.finish()

    def _make(self, kind: str, name: str, args: ObservabilityArgs, spec: dict[str, Any]) -> None:
        described = metadata(args, name, ROLE)
        described["labels"] = {**described["labels"], **args.get("labels", {})}
        CustomResource(
            name,
            api_version=API_VERSION,
            kind=kind,
            metadata=described,
            spec=spec,
            opts=self.child(),
        )


def _monitor(service: str) -> dict[str, Any]:
    return {
        "selector": {"matchLabels": {NAME: service}},
        "endpoints": [{"port": "http", "path": "/metrics", "interval": "15s", "scrapeTimeout": "10s"}],
    }
