"""Asks Redis: whether it answers, how fast, whether it is full and whether it can write its file."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from scalewright.local import redis as noun
from scalewright.local import secrets
from scalewright.local.doctor.finding import go_on, mebibytes, note, ok, span, trouble
from scalewright.local.site import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redis import Redis

    from scalewright.local.doctor.finding import Finding
    from scalewright.local.doctor.scene import Scene
    from scalewright.local.running import Condition

TIMEOUT = 1.5
#: Seconds for PING.
SLOW, VERY_SLOW = 0.1, 0.5
NEARLY_FULL, FULL = 0.8, 0.97


def client(scene: Scene) -> Redis:
    """Return a client that gives up soon; it connects when it is used."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return Redis(
        host=LOOPBACK,
        port=scene.running[noun.NAME].record.port or 0,
        password=secrets.read(scene.state, "redis"),
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )


def look(scene: Scene) -> Iterator[Finding]:
    """Examine the server."""
    from redis import RedisError

    now = scene.running[noun.NAME]
    try:
        with client(scene) as redis:
            seconds = min(_ping(redis) for _ in range(3))
            info: Any = redis.info("everything")
    except RedisError as error:
        yield refused(str(error), now.condition, frozen=scene.frozen(noun.NAME))
        return
    yield latency(seconds)
    yield from judge(info)


def _ping(redis: Redis) -> float:
    begun = time.perf_counter()
    redis.ping()
    return time.perf_counter() - begun


def latency(seconds: float) -> Finding:
    """Judge how long PING takes."""
    seen = f"answers PING in {span(seconds)}"
    if seconds < SLOW:
        return ok(noun.NAME, seen)
    judged = trouble if seconds >= VERY_SLOW else note
    cause = "it does one command at a time: a long one, or an overloaded machine, holds the others up"
    return judged(noun.NAME, seen, cause, "scalewright exec redis -- SLOWLOG GET 5")


def refused(message: str, condition: Condition, *, frozen: Sequence[int]) -> Finding:
    """Judge why it did not answer."""
    seen, logs = f"does not answer: {message}", f"scalewright logs {noun.NAME}"
    up = "scalewright up"
    if condition != "running":
        return trouble(noun.NAME, seen, f"its process is {condition}", logs if condition == "restarting" else up)
    if frozen:
        return trouble(noun.NAME, seen, "its process is frozen", go_on(frozen))
    if any(word in message for word in ("WRONGPASS", "NOAUTH", "invalid username-password", "Authentication")):
        cause = "the secret in the state folder is not the password that the server was started with"
        return trouble(noun.NAME, seen, cause, f"scalewright down && {up}")
    if "loading" in message.lower():
        return trouble(noun.NAME, seen, "it reads its file after a start; ask again in a moment", logs)
    return trouble(noun.NAME, seen, "it hangs, or the machine is overloaded", logs)


def judge(info: Mapping[str, Any]) -> Iterator[Finding]:
    """Judge what INFO says: https://valkey.io/commands/info/."""
    yield _memory(info)
    most, connected = int(info.get("maxclients", 0)), int(info["connected_clients"])
    if most and connected >= most * FULL:
        seen = f"{connected} of {most} connections used, {info.get('rejected_connections', 0)} refused so far"
        yield trouble(noun.NAME, seen, "clients do not give them back", "scalewright exec redis -- CLIENT LIST")
    for name, what in (
        ("aof_last_write_status", "a write to its file"),
        ("aof_last_bgrewrite_status", "a rewrite of it"),
    ):
        if info.get(name, "ok") != "ok":
            seen = f"{what} failed ({name} is {info[name]})"
            cause = "the disk is full or read-only; it refuses writes meanwhile"
            yield trouble(noun.NAME, seen, cause, f"scalewright logs {noun.NAME}")


def _memory(info: Mapping[str, Any]) -> Finding:
    used, most, policy = int(info["used_memory"]), int(info["maxmemory"]), str(info["maxmemory_policy"])
    if not most:
        return ok(noun.NAME, f"{mebibytes(used)} of memory used, without a bound")
    refusals = dict(info.get("errorstat_OOM") or {}).get("count", 0)
    seen = f"{used / 2**20:.1f} of {most / 2**20:.1f} MiB used ({policy})"
    raised = "scalewright up  # after raising redis.memory in the overlay"
    if used < most * NEARLY_FULL:
        return ok(noun.NAME, seen)
    if policy != "noeviction":
        return note(noun.NAME, seen, "it evicts keys; where it is a broker too, those may be tasks", raised)
    if used < most * FULL:
        return note(noun.NAME, seen, "once it is full it refuses every write", raised)
    seen = f"{seen}, {refusals} writes refused so far" if refusals else seen
    return trouble(noun.NAME, seen, "out of memory: it refuses writes, so no task can be sent", raised)
