"""Queues of Celery on Redis: who should consume each, whether anybody does, and how long tasks are at work.

Keys are those of kombu's Redis transport (`kombu/transport/redis.py`): a list a queue, the oldest at its right end;
`_kombu.binding.QUEUE` for each queue that was ever used; `unacked_index`, the times at which tasks were delivered that
nobody has acknowledged, and `unacked`, those tasks.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

from scalewright.local import redis as noun
from scalewright.local.doctor import consumption
from scalewright.local.doctor import redis as server
from scalewright.local.doctor.finding import note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redis import Redis

    from scalewright.local.doctor.finding import Finding
    from scalewright.local.doctor.scene import Scene

BINDING = "_kombu.binding."
#: Seconds between two looks at a queue in which tasks wait.
BETWEEN = 1.5
#: Of those that are at work, so many are looked at.
LOOKED_AT = 1000


@dataclass(frozen=True)
class Sample:
    """One look: tasks that wait by queue, the oldest of each, and since when tasks are at work by queue."""

    waiting: Mapping[str, int]
    oldest: Mapping[str, str]
    delivered: Mapping[str, float]
    at_work: Mapping[str, int]


def look(scene: Scene) -> Iterator[Finding]:
    """Look at the queues once, and where tasks wait once more."""
    from redis import RedisError

    declared = {queue for workers in scene.backend.workers.values() for queue in workers.queues}
    try:
        with server.client(scene) as redis:
            first = sample(redis, declared)
            if any(first.waiting.values()):
                time.sleep(BETWEEN)
            second = sample(redis, declared)
    except RedisError:
        yield note("queues", "unknown: redis does not answer", "see redis", f"scalewright logs {noun.NAME}")
        return
    pools = [
        consumption.Pool(
            name=name,
            queues=tuple(workers.queues),
            longest_task=workers.longest_task.seconds,
            most=workers.scale.max,
            workers=tuple(
                consumption.Worker(scene.vitals[one], _consumed(now.pid), scene.away(one))
                for one, now in scene.running.items()
                if now.record.noun == f"workers.{name}"
            ),
        )
        for name, workers in scene.backend.workers.items()
    ]
    yield from consumption.judge(first, second, pools, time.time(), BETWEEN)


def sample(redis: Redis, declared: set[str]) -> Sample:
    """Look at every declared queue, and at those that somebody else has put tasks into."""
    client: Any = redis
    bound = {key.decode().removeprefix(BINDING) for key in client.scan_iter(f"{BINDING}*", count=1000)}
    queues = sorted(declared | {queue for queue in bound if client.type(queue) == b"list"})
    lengths = {queue: int(client.llen(queue)) for queue in queues}
    oldest = {queue: client.lindex(queue, -1) for queue, length in lengths.items() if length}
    tags = client.zrange("unacked_index", 0, LOOKED_AT - 1, withscores=True)
    messages = client.hmget("unacked", [tag for tag, _ in tags]) if tags else []
    delivered: dict[str, float] = {}
    at_work: Counter[str] = Counter()
    for (_, since), message in zip(tags, messages, strict=True):
        if message is not None and (queue := _routed_to(message)):
            delivered.setdefault(queue, float(since))
            at_work[queue] += 1
    return Sample(lengths, {queue: _identity(raw) for queue, raw in oldest.items() if raw}, delivered, at_work)


def _identity(raw: bytes) -> str:
    """Return what tells one task from another; a message of another form is its own."""
    try:
        return str(json.loads(raw)["properties"]["delivery_tag"])
    except (ValueError, LookupError, TypeError):
        return raw.decode(errors="replace")


def _routed_to(message: bytes) -> str | None:
    try:
        _, _, queue = json.loads(message)
    except ValueError:
        return None
    return queue if isinstance(queue, str) else None


def _consumed(pid: int | None) -> tuple[str, ...]:
    """Return the queues that the command line of a worker names; none where it cannot be told."""
    try:
        command = psutil.Process(pid).cmdline() if pid else []
    except psutil.Error:
        return ()
    named = [command[index + 1] for index, word in enumerate(command[:-1]) if word in {"-Q", "--queues"}]
    return tuple(queue for words in named for queue in words.split(","))
