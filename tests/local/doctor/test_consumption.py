from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scalewright.local.doctor.consumption import Pool, Worker, judge
from scalewright.local.doctor.finding import Finding
from scalewright.local.doctor.queues import Sample
from scalewright.local.doctor.scene import Away
from scalewright.local.doctor.vitals import Vitals

NOW = 1_000_000.0
WELL = Vitals("orders-worker-1", "running", 42, NOW - 600, beats=True, heartbeat=1.0, within=15.0)
WORKER = Worker(WELL, ("orders",))


def pool(*workers: Worker) -> Pool:
    return Pool("orders", ("orders",), longest_task=30.0, most=4, workers=workers)


def sample(
    waiting: int = 0, oldest: str = "a", delivered: Mapping[str, float] | None = None, at_work: int = 0
) -> Sample:
    return Sample({"orders": waiting}, {"orders": oldest} if waiting else {}, delivered or {}, {"orders": at_work})


def only(first: Sample, second: Sample, *workers: Worker) -> Finding:
    (found,) = judge(first, second, [pool(*workers)], NOW, 1.5)
    return found


def stands(*workers: Worker, **fields: Any) -> Finding:
    return only(sample(3, **fields), sample(3, **fields), *workers)


def test_a_queue_that_moves_is_well_however_long_it_is() -> None:
    found = only(sample(9, "a"), sample(8, "b"), WORKER)
    assert (found.level, found.seen) == ("ok", "8 waiting, 0 at work")
    assert only(sample(0), sample(2, "z"), WORKER).level == "ok"
    assert only(sample(900, "a"), sample(890, "b"), WORKER).remedy == "scalewright scale orders-worker=2"


def test_a_frozen_worker_is_why_none_is_taken() -> None:
    found = stands(replace(WORKER, vitals=replace(WELL, frozen=(42,))))
    assert (found.level, found.seen) == ("trouble", "3 waiting, 0 at work, none taken in 1.5 s")
    assert "orders-worker-1 is frozen" in str(found.cause)
    assert found.remedy == "kill -CONT 42"


def test_a_worker_that_is_restarted_or_silent_is_why_none_is_taken() -> None:
    assert "is restarting" in str(stands(replace(WORKER, vitals=replace(WELL, condition="restarting"))).cause)
    silent = replace(WORKER, vitals=replace(WELL, heartbeat=60.0), away=Away("redis", "frozen", ()))
    assert "shows no heartbeat: redis, which it needs, is frozen" in str(stands(silent).cause)


def test_a_worker_of_another_queue_and_no_worker_at_all_are_told_apart() -> None:
    elsewhere = stands(replace(WORKER, consumes=("mails",)))
    assert elsewhere.cause == "another queue is consumed: orders-worker-1 consumes mails"
    nobody = stands()
    assert (nobody.cause, nobody.remedy) == ("no worker of it runs", "scalewright scale orders-worker=1")


def test_workers_at_work_on_long_tasks_are_no_trouble_until_a_task_is_overdue() -> None:
    busy = stands(WORKER, delivered={"orders": NOW - 20}, at_work=2)
    assert (busy.level, busy.remedy) == ("note", "scalewright scale orders-worker=2")
    overdue = stands(WORKER, delivered={"orders": NOW - 40}, at_work=2)
    assert overdue.level == "trouble"
    assert overdue.seen == "3 waiting, 2 at work, one for 40 s"


def test_healthy_workers_that_take_nothing_are_a_trouble() -> None:
    assert "the workers are well and take none" in str(stands(WORKER).cause)


def test_tasks_in_a_queue_that_nobody_declared_are_found_and_an_empty_one_is_not() -> None:
    stray = Sample({"mails": 2}, {"mails": "a"}, {}, {})
    (found,) = judge(stray, stray, [pool(WORKER)], NOW, 1.5)
    assert (found.subject, found.seen) == ("queue mails", "2 waiting")
    assert found.cause == "no workers consume it; the queues that are declared: orders"
    empty = Sample({"mails": 0}, {}, {}, {})
    assert not list(judge(empty, empty, [pool(WORKER)], NOW, 1.5))
