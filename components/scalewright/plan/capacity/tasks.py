"""How long the tasks of a worker may take, and after how long an unfinished one is given to another. Pure.

A broker that is no message queue by itself, such as Redis, takes back what nobody acknowledged for its visibility
timeout: https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html#visibility-timeout
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalewright.declaration import Duration
from scalewright.plan.capacity.addresses import REDIS, addresses
from scalewright.plan.capacity.programs import option, processes
from scalewright.plan.capacity.shares import number
from scalewright.plan.policy.objects import listed
from scalewright.plan.policy.subject import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.pods import Container, Pod

#: On the template of pods: how long one of their tasks may take, such as ``30s`` or ``1h``.
LONGEST_TASK = "scalewright/longest-task"
#: Variables of the hard limit of Celery's tasks, and of the visibility timeout, in seconds.
LIMITS = ("CELERY_TASK_TIME_LIMIT", "CELERYD_TASK_TIME_LIMIT")
TIMEOUTS = ("VISIBILITY_TIMEOUT", "CELERY_VISIBILITY_TIMEOUT", "BROKER_VISIBILITY_TIMEOUT")
#: Defaults of kombu for Redis, and of Celery for how many tasks each process takes at once.
VISIBILITY, PREFETCH = 3600, 4


class Tasks(NamedTuple):
    """Tasks that the containers of a pod work off."""

    pod: Pod
    container: Container
    longest: float
    """Seconds that one may take."""
    told_by: str
    """What says so."""
    held: int
    """Tasks that a process takes from the queue at once, of which one is being done."""
    timeout: float
    """Seconds after which an unfinished one is given to another."""
    timeout_by: str
    """What says so."""


@listed
def tasks(objects: Objects) -> Iterator[Tasks]:
    """Yield what each worker works off from Redis, where something says how long it may take."""
    for pod in objects.pods:
        annotated = mapping(pod.metadata.get("annotations")).get(LONGEST_TASK)
        for container in pod.main():
            if not pod.lasts or processes(container.arguments, container.env).program != "celery worker":
                continue
            longest, told_by = _longest(annotated, container)
            if longest is None:
                continue
            of_redis = any(True for _ in addresses(container.env, REDIS))
            timeout, timeout_by = _timeout(container) if of_redis else (float("inf"), "")
            yield Tasks(pod, container, longest, told_by, _held(container), timeout, timeout_by)


def _longest(annotated: object, container: Container) -> tuple[float | None, str]:
    try:
        return (Duration(str(annotated)).seconds, LONGEST_TASK) if annotated else _limit(container)
    except ValueError:
        return _limit(container)


def _limit(container: Container) -> tuple[float | None, str]:
    """Return the hard limit of Celery, after which it ends a task."""
    if found := number(option(container.arguments, ("--time-limit",))):
        return float(found), "--time-limit"
    told = {name: number(container.env.get(name)) for name in LIMITS}
    return next(((float(value), name) for name, value in told.items() if value), (None, ""))


def _timeout(container: Container) -> tuple[float, str]:
    for name in TIMEOUTS:
        try:
            return float(container.env[name]), name
        except (KeyError, ValueError):
            continue
    return float(VISIBILITY), "kombu's default"


def _held(container: Container) -> int:
    """Return how many tasks a process holds: the one that it does, and what it took beforehand."""
    if "--disable-prefetch" in container.arguments:
        return 1
    return number(option(container.arguments, ("--prefetch-multiplier",))) or PREFETCH
