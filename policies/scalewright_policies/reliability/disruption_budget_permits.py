"""A node can be drained: a budget lets at least one pod go."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._replicas import KAFKA, fewest, replicated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scalewright.plan.policy import Objects, Pod, Subject
    from scalewright.plan.policy.rule import Settings

_SPEC = "spec.kafka.template.podDisruptionBudget.maxUnavailable"


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    pods: dict[Subject, list[Pod]] = defaultdict(list)
    for pod in replicated(objects):
        budgets = list(objects.selecting("PodDisruptionBudget", pod))
        for budget in budgets:
            pods[budget].append(pod)
        yield from _of_several(budgets, pod)
    for budget in objects.of("PodDisruptionBudget", "policy"):
        yield from _of_budget(budget, _replicas(objects, pods[budget]))
    for kafka in objects.of("Kafka", KAFKA):
        if integer(kafka.get(_SPEC)) == 0:
            yield Violation(
                kafka, "maxUnavailable is 0, so that no node with a broker can be drained; at least 1", _SPEC
            )


def _of_several(budgets: Sequence[Subject], pod: Pod) -> Iterator[Violation]:
    """Yield that no pod may go of which more than one budget says how many may: the eviction ends with an error.

    https://kubernetes.io/docs/tasks/run-application/configure-pdb/#arbitrary-controllers-and-selectors
    """
    if len(budgets) > 1:
        names = " and ".join(one.name for one in budgets)
        yield Violation(
            budgets[-1],
            f"{pod.owner.identity} is selected by {names}: a pod with several budgets is never evicted",
            "spec.selector",
            remedy="Keep one budget for each workload, or let their selectors choose different pods",
        )


def _replicas(objects: Objects, pods: Sequence[Pod]) -> int | None:
    """Return how few replicas there are together; None where that is not known, or they are an operator's."""
    found = [fewest(objects, one.owner) for one in pods]
    known = [one.number for one in found if one is not None]
    # Where there may be none, a drain comes when there is one.
    return max(sum(known), 1) if known and len(known) == len(found) else None


def _of_budget(budget: Subject, replicas: int | None) -> Iterator[Violation]:
    field = next((one for one in ("maxUnavailable", "minAvailable") if budget.spec.get(one) is not None), None)
    of = "all pods" if replicas is None else f"{replicas} at the fewest"
    if field is None:
        yield Violation(budget, "neither maxUnavailable nor minAvailable is set, which permits nothing", "spec")
    elif (allowed := _allowed(field, budget.spec[field], replicas)) is not None and allowed < 1:
        yield Violation(
            budget,
            f"{field} is {budget.spec[field]} of {of}: no pod may go, and no node that has one can be drained",
            f"spec.{field}",
        )


def _allowed(field: str, value: Any, replicas: int | None) -> int | None:
    """Return how many pods may go; None for what is not known without their number. Percentages are rounded up.

    https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages
    """
    percentage = re.fullmatch(r"([0-9]{1,3})%", value) if isinstance(value, str) else None
    if replicas is None:
        # Whatever their number, all of them and none of them are the same.
        nothing = int(percentage[1]) in ({0} if field == "maxUnavailable" else {100}) if percentage else False
        nothing = nothing or (field == "maxUnavailable" and integer(value) == 0)
        return 0 if nothing else None
    amount = -(-int(percentage[1]) * replicas // 100) if percentage else integer(value)
    if amount is None:
        return None
    return amount if field == "maxUnavailable" else replicas - amount


RULE = Rule(
    name="disruption-budget-permits",
    group="reliability",
    title="Every disruption budget lets at least one pod go, also at the fewest replicas",
    why="A budget that permits nothing stops every drain of a node: upgrades wait, or are forced past the budget and "
    "take everything.",
    severity="high",
    remedy="Set maxUnavailable: 1 instead, which holds for any number of replicas",
    standards=(
        Standard(
            "Kubernetes",
            "Specifying a Disruption Budget: Specifying a PodDisruptionBudget",
            "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
        ),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template: {metadata: {labels: {app: api}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec: {minReplicas: 3, maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: api}
spec: {minAvailable: 60%, selector: {matchLabels: {app: api}}}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template: {metadata: {labels: {app: api}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec: {minReplicas: 2, maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: api}
spec: {minAvailable: 60%, selector: {matchLabels: {app: api}}}
---
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {template: {podDisruptionBudget: {maxUnavailable: 0}}}}
""",
    ),
    of_plan=_judge,
)
