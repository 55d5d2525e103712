"""Whether tasks are taken from their queues and done, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import go_on, note, ok, span, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scalewright.local.doctor.finding import Finding
    from scalewright.local.doctor.queues import Sample
    from scalewright.local.doctor.scene import Away
    from scalewright.local.doctor.vitals import Vitals


@dataclass(frozen=True)
class Worker:
    """One worker process, and the queues that its command line names."""

    vitals: Vitals
    consumes: tuple[str, ...]
    away: Away | None = None

    @property
    def ails(self) -> str | None:
        """Why it takes no task, None where it should."""
        one = self.vitals
        if one.frozen:
            return f"{one.name} is frozen (state T)"
        if one.condition != "running":
            return f"{one.name} is {one.condition}"
        if one.heartbeat is None or one.heartbeat >= one.within:
            return f"{one.name} shows no heartbeat: {self.away or 'it hangs, or is not connected to redis'}"
        return None


@dataclass(frozen=True)
class Pool:
    """Workers that were declared together; `most` are its replicas at most, `longest_task` is in seconds."""

    name: str
    queues: tuple[str, ...]
    longest_task: float
    most: int
    workers: tuple[Worker, ...]


def judge(first: Sample, second: Sample, pools: Sequence[Pool], now: float, between: float) -> Iterator[Finding]:
    """Judge each queue by two looks at it, `between` seconds apart."""
    for queue, waiting in second.waiting.items():
        pool = next((pool for pool in pools if queue in pool.queues), None)
        subject = f"queue {queue}"
        if pool is None:
            if waiting:
                yield _nobodys(subject, queue, waiting, pools)
            continue
        working = second.at_work.get(queue, 0)
        since = now - second.delivered[queue] if queue in second.delivered else 0.0
        stands = bool(waiting) and first.oldest.get(queue) == second.oldest.get(queue)
        seen = f"{waiting} waiting, {working} at work"
        if since > pool.longest_task and working:
            yield _overdue(subject, f"{seen}, one for {span(since)}", pool)
        elif stands and first.waiting.get(queue):
            yield _stands(subject, f"{seen}, none taken in {span(between)}", pool, queue, working)
        elif waiting > 100 * max(len(pool.workers), 1) and len(pool.workers) < pool.most:
            more = f"scalewright scale {pool.name}-worker={len(pool.workers) + 1}"
            yield note(subject, seen, "more come than the workers do", more)
        else:
            yield ok(subject, seen)


def _nobodys(subject: str, queue: str, waiting: int, pools: Sequence[Pool]) -> Finding:
    declared = ", ".join(queue for pool in pools for queue in pool.queues) or "none"
    cause = f"no workers consume it; the queues that are declared: {declared}"
    remedy = f"scalewright up  # after naming {queue} in the queues of some workers, or sending elsewhere"
    return trouble(subject, f"{waiting} waiting", cause, remedy)


def _overdue(subject: str, seen: str, pool: Pool) -> Finding:
    ill = [ails for worker in pool.workers if (ails := worker.ails)]
    cause = "; ".join(ill) or (
        f"longest_task is {span(pool.longest_task)}: the task hangs, or its worker was lost and another takes it soon"
    )
    return trouble(subject, seen, cause, _remedy(pool) or f"scalewright logs {pool.name}-worker")


def _stands(subject: str, seen: str, pool: Pool, queue: str, working: int) -> Finding:
    logs = f"scalewright logs {pool.name}-worker"
    elsewhere = [one for one in pool.workers if one.consumes and queue not in one.consumes]
    if not pool.workers:
        more = f"scalewright scale {pool.name}-worker=1"
        return trouble(subject, seen, "no worker of it runs", more)
    if all(worker.ails for worker in pool.workers):
        cause = "; ".join(str(worker.ails) for worker in pool.workers)
        return trouble(subject, seen, f"no worker can take them: {cause}", _remedy(pool) or logs)
    if len(elsewhere) == len(pool.workers):
        named = ", ".join(f"{one.vitals.name} consumes {' and '.join(one.consumes)}" for one in elsewhere)
        return trouble(subject, seen, f"another queue is consumed: {named}", "scalewright up")
    if working:
        more = f"scalewright scale {pool.name}-worker={min(len(pool.workers) + 1, pool.most)}"
        return note(subject, seen, "the workers are at work on long tasks", more)
    return trouble(subject, seen, "the workers are well and take none: they wait for something else, or hang", logs)


def _remedy(pool: Pool) -> str | None:
    frozen = [pid for worker in pool.workers for pid in worker.vitals.frozen]
    return go_on(frozen) if frozen else None
