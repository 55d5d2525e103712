"""How long tasks may take, and after how long an unfinished one is given to another."""

from __future__ import annotations

import pytest
from tests.plan.capacity.manifests import annotated, deployment, objects

from scalewright.plan.capacity.tasks import Tasks, tasks

WORKER = ("celery", "-A", "a", "worker", "-c", "2")
REDIS = {"REDIS_URL": "redis://redis/0"}


def only(text: str) -> Tasks:
    [found] = tasks(objects(text))
    return found


def test_the_annotation_says_how_long_before_the_limits_of_celery_do() -> None:
    text = deployment("worker", *WORKER, "--time-limit=60", **REDIS)
    assert (only(text).longest, only(text).told_by) == (60, "--time-limit")
    assert only(annotated(text, longest_task="1m30s")).longest == 90
    assert only(annotated(text, longest_task="for ever")).longest == 60
    assert only(deployment("worker", *WORKER, CELERY_TASK_TIME_LIMIT="45")).longest == 45


@pytest.mark.parametrize(("variables", "timeout"), [({}, 3600), ({"VISIBILITY_TIMEOUT": "120"}, 120)])
def test_the_visibility_timeout_is_that_of_kombu_unless_it_is_told(variables: dict[str, str], timeout: float) -> None:
    assert only(deployment("worker", *WORKER, "--time-limit", "60", **REDIS, **variables)).timeout == timeout


def test_a_real_message_queue_takes_nothing_back_while_its_consumer_lives() -> None:
    found = only(deployment("worker", *WORKER, "--time-limit", "60", BROKER_URL="amqp://rabbit"))
    assert found.timeout == float("inf")


@pytest.mark.parametrize(
    ("option", "held"), [((), 4), (("--prefetch-multiplier", "2"), 2), (("--disable-prefetch",), 1)]
)
def test_a_process_holds_what_it_took_beforehand(option: tuple[str, ...], held: int) -> None:
    assert only(deployment("worker", *WORKER, "--time-limit", "60", *option, **REDIS)).held == held


@pytest.mark.parametrize("command", [WORKER, ("celery", "-A", "a", "beat", "--time-limit", "9"), ("uvicorn", "a:b")])
def test_what_does_no_tasks_or_does_not_say_how_long_is_left_out(command: tuple[str, ...]) -> None:
    assert list(tasks(objects(deployment("other", *command, **REDIS)))) == []
