"""What an environment is doing now: its processes, how far its replicas are behind, how much work waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import psutil
from pydantic import BaseModel

from scalewright.local import health, secrets
from scalewright.local.running import last_log_lines, observe
from scalewright.local.site import LOOPBACK
from scalewright.plan.records import PostgresHealth, RedisHealth

if TYPE_CHECKING:
    from scalewright.declaration import Backend
    from scalewright.local.platform import LocalPlatform
    from scalewright.local.running import Running
    from scalewright.local.state import State

LOG_LINES = 5


class ProcessStatus(BaseModel):
    """One process; memory in bytes, as its share of what it and its children hold (PSS; RSS where unknown)."""

    name: str
    noun: str
    state: Literal["healthy", "unhealthy", "restarting", "failed", "stopped"]
    pid: int | None = None
    port: int | None = None
    memory: int | None = None
    restarts: int = 0
    uptime: float | None = None
    log: list[str] = []


class ReplicationStatus(BaseModel):
    """One streaming replica as its primary sees it: bytes of WAL not yet replayed, and the delay in seconds."""

    replica: str
    state: str
    lag_bytes: int | None
    lag_seconds: float | None


class Status(BaseModel):
    """The whole environment."""

    environment: str
    url: str | None
    processes: list[ProcessStatus]
    replication: list[ReplicationStatus] = []
    queues: dict[str, int] = {}

    @property
    def healthy(self) -> bool:
        """Whether there are processes and all of them are healthy."""
        return bool(self.processes) and all(process.state == "healthy" for process in self.processes)


def status(platform: LocalPlatform, backend: Backend, url: str | None) -> Status:
    """Ask every process once."""
    running = observe(platform.state, platform.supervisor, stopped=True)
    queues = [queue for workers in backend.workers.values() for queue in workers.queues]
    return Status(
        environment=platform.state.environment,
        url=url if "gateway" in running else None,
        processes=[_process(platform.state, now) for now in running.values()],
        replication=_replication(platform.state, running),
        queues=_queues(platform.state, running, queues),
    )


def _process(state: State, now: Running) -> ProcessStatus:
    condition: Literal["healthy", "unhealthy", "restarting", "failed", "stopped"]
    if now.condition == "running":
        condition = "healthy" if health.is_healthy(now.record.health, state) else "unhealthy"
    else:
        condition = now.condition
    return ProcessStatus(
        name=now.record.name,
        noun=now.record.noun,
        state=condition,
        pid=now.pid,
        port=now.record.port,
        memory=_memory(now.pid) if now.pid else None,
        restarts=now.restarts,
        # The clock may have been set back since.
        uptime=max(0.0, round(time.time() - now.started, 1)) if now.started else None,
        log=last_log_lines(state, now.record.name, LOG_LINES) if condition in {"failed", "restarting"} else [],
    )


def _memory(pid: int) -> int | None:
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            try:
                total += process.memory_full_info().pss
            except (psutil.AccessDenied, AttributeError):
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
    except psutil.NoSuchProcess:
        return None
    return total


def _replication(state: State, running: dict[str, Running]) -> list[ReplicationStatus]:
    primary = running.get("postgres")
    if primary is None or not isinstance(primary.record.health, PostgresHealth):
        return []
    import psycopg

    query = (
        "SELECT application_name, state, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint,"
        " extract(epoch FROM replay_lag)::float FROM pg_stat_replication ORDER BY 1"
    )
    try:
        with health.connect(state, primary.record.health.port) as connection:
            rows = connection.execute(query).fetchall()
    except psycopg.Error:  # the primary is shown as unhealthy
        return []
    return [
        ReplicationStatus.model_validate(
            {"replica": name, "state": phase, "lag_bytes": lag, "lag_seconds": seconds or 0.0}
        )
        for name, phase, lag, seconds in rows
        if str(name).startswith("postgres-replica-")
    ]


def _queues(state: State, running: dict[str, Running], queues: list[str]) -> dict[str, int]:
    server = running.get("redis")
    if server is None or not isinstance(server.record.health, RedisHealth) or not queues:
        return {}
    import redis

    client = redis.Redis(
        host=LOOPBACK,
        port=server.record.health.port,
        password=secrets.read(state, "redis"),
        socket_timeout=1,
        socket_connect_timeout=1,
    )
    try:
        with client:
            return {queue: int(client.llen(queue)) for queue in queues}
    except redis.RedisError:  # Redis is shown as unhealthy
        return {}
