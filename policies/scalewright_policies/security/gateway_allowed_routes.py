"""Not everybody hangs routes into a gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import get, items
from scalewright_policies.security import _routes
from scalewright_policies.security._api_security import MISCONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if (subject.group, subject.kind) != (_routes.GROUP, "Gateway"):
        return
    for index, listener in enumerate(items(subject.spec.get("listeners"))):
        path = "allowedRoutes.namespaces"
        allowed = get(listener, f"{path}.from")
        everywhere = allowed == "Selector" and _selects_all(get(listener, f"{path}.selector"))
        if allowed == "All" or everywhere:
            said = "Selector, and selects all" if everywhere else allowed
            message = f"listener {get(listener, 'name')} takes routes of namespaces from: {said}; {_BOUND}"
            yield Violation(subject, message, f"spec.listeners[{index}].{path}.from")


def _selects_all(selector: Any) -> bool:
    return not any(get(selector, field) for field in ("matchLabels", "matchExpressions"))


_BOUND = "it must be Same, or Selector with labels"
RULE = Rule(
    name="gateway-allowed-routes",
    group="security",
    title="A gateway takes routes of its own namespace, or of chosen ones",
    why="Whoever may make a route in any namespace takes paths of the public name over, and what clients send there.",
    severity="high",
    remedy="Leave allowedRoutes out, or set namespaces.from to Same, or to Selector with labels",
    standards=(MISCONFIGURATION,),
    examples=Example(
        good="""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gateway}
spec: {listeners: [{name: https, protocol: HTTPS, allowedRoutes: {namespaces: {from: Same}}}]}
""",
        bad="""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gateway}
spec: {listeners: [{name: https, protocol: HTTPS, allowedRoutes: {namespaces: {from: All}}}]}
""",
    ),
    of_object=_judge,
)
