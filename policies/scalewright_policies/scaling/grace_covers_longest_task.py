"""A worker that is told to stop can finish its task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.capacity.tasks import LONGEST_TASK, tasks
from scalewright.plan.capacity.workloads import whole
from scalewright.plan.policy import Example, Rule, Standard, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings

#: Seconds that a pod has to end unless it is told otherwise.
_GRACE = 30


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for one in tasks(objects):
        grace = whole(one.pod.spec.get("terminationGracePeriodSeconds"), _GRACE)
        if grace <= one.longest:
            yield Violation(
                one.pod.owner,
                f"terminationGracePeriodSeconds is {grace}; more than {one.longest:g}, which a task may take "
                f"({one.told_by})",
                f"{one.pod.path}.terminationGracePeriodSeconds",
            )


def _example(grace: int) -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: worker}}
spec:
  template:
    metadata: {{annotations: {{{LONGEST_TASK}: 5m}}}}
    spec:
      terminationGracePeriodSeconds: {grace}
      containers:
      - name: worker
        command: [celery, -A, "shop:celery", worker, -c, "2"]
"""


RULE = Rule(
    name="grace-covers-longest-task",
    group="scaling",
    title="The grace period of a worker is longer than its longest task",
    why="Whenever the number of workers falls, tasks are cut off in the middle: they are done again from the start, "
    "once the visibility timeout has passed.",
    severity="medium",
    remedy="Set longest_task of the workers, from which it follows, or terminationGracePeriodSeconds above that",
    standards=(
        Standard(
            "Kubernetes",
            "Pod Lifecycle: Termination of Pods",
            "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
        ),
        Standard(
            "Celery",
            "Workers Guide: Stopping the worker, warm shutdown",
            "https://docs.celeryq.dev/en/stable/userguide/workers.html#worker-shutdown",
        ),
    ),
    examples=Example(good=_example(320), bad=_example(60)),
    of_plan=_judge,
)
