"""No client asks as often as it likes."""

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
        if _routes.is_limited(objects, rule, by=_limits, attached="rateLimit") is False:
            yield Violation(rule.route, "no filter limits how often a client may ask; one must", f"{rule.path}.filters")


def _limits(middleware: Mapping[str, Any]) -> bool:
    """Whether a middleware of Traefik limits requests; an average of 0, the default, does not."""
    value = get(middleware, "rateLimit.average")
    return isinstance(value, int) and value > 0


RULE = Rule(
    name="gateway-rate-limit",
    group="security",
    title="Each public route limits how often a client may ask",
    why="One client that asks without end takes the connections of the database from all others, or guesses passwords.",
    severity="high",
    remedy=(
        "Declare `gateway.rate_limit`; in manifests name a Middleware with rateLimit.average in an ExtensionRef "
        "filter of the rule, or attach a BackendTrafficPolicy with rateLimit"
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
spec: {rateLimit: {average: 100}}
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
