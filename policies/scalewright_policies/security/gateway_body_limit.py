"""No client sends as much as it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import get
from scalewright_policies.security import _routes
from scalewright_policies.security._api_security import CONSUMPTION, MISCONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for rule in _routes.serving(objects):
        if _routes.is_limited(objects, rule, by=_limits, attached="requestBuffer") is False:
            yield Violation(rule.route, "no filter limits how large a request may be; one must", f"{rule.path}.filters")


def _limits(middleware: Mapping[str, Any]) -> bool:
    """Whether a middleware of Traefik limits bodies; 0, the default, does not."""
    value = get(middleware, "buffering.maxRequestBodyBytes")
    return isinstance(value, int) and value > 0


RULE = Rule(
    name="gateway-body-limit",
    group="security",
    title="Each public route limits the size of a request",
    why="A replica that reads a body of gigabytes runs out of memory, and so do all to which the client is sent next.",
    severity="high",
    remedy=(
        "Declare `gateway.body_limit`; in manifests name a Middleware with buffering.maxRequestBodyBytes in an "
        "ExtensionRef filter of the rule, or attach a BackendTrafficPolicy with requestBuffer"
    ),
    standards=(CONSUMPTION, MISCONFIGURATION),
    examples=Example(
        good="""
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api}
spec:
  rules:
  - backendRefs: [{name: api, port: 80}]
    filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: limit}}]
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: limit}
spec: {buffering: {maxRequestBodyBytes: 1048576}}
""",
        bad="""
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api}
spec:
  rules:
  - backendRefs: [{name: api, port: 80}]
""",
    ),
    of_plan=_judge,
)
