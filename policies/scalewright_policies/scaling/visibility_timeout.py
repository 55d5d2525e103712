"""A task that is being done is not given to another worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.capacity.tasks import LONGEST_TASK, tasks
from scalewright.plan.policy import Example, Rule, Standard, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for one in tasks(objects):
        needed = one.held * one.longest
        if one.timeout <= needed:
            waits = f", and waits behind {one.held - 1} others that the process took with it" if one.held > 1 else ""
            yield Violation(
                one.pod.owner,
                f"the visibility timeout is {one.timeout:g} s ({one.timeout_by}); more than {needed:g} s, because a "
                f"task may take {one.longest:g} s ({one.told_by}){waits}",
                f"{one.container.path}.env",
            )


def _example(timeout: int) -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: worker}}
spec:
  template:
    metadata: {{annotations: {{{LONGEST_TASK}: 30s}}}}
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: worker
        command: [celery, -A, "shop:celery", worker, -c, "2", --disable-prefetch]
        env:
        - {{name: REDIS_URL, value: "redis://redis:6379/0"}}
        - {{name: VISIBILITY_TIMEOUT, value: "{timeout}"}}
"""


RULE = Rule(
    name="visibility-timeout",
    group="scaling",
    title="The visibility timeout of a queue in Redis is longer than the longest task, and what it waited before",
    why="A task that is still being done is given to another worker, and to a third: it is done twice, and the more so "
    "the slower all of them are.",
    severity="high",
    remedy="Raise longest_task of the workers, from which it follows, or visibility_timeout of the broker's transport "
    "options; or hold tasks to a time limit, and switch prefetching off",
    standards=(
        Standard(
            "Celery",
            "Using Redis: Visibility timeout",
            "https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html#visibility-timeout",
        ),
    ),
    examples=Example(good=_example(60), bad=_example(30)),
    of_plan=_judge,
)
