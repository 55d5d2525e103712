"""Asks every PostgreSQL server: as its superuser, who is let in when all others are not, and as the application."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from scalewright.local import health, postgres, secrets
from scalewright.local.doctor import connections, refusal, replication, statements
from scalewright.local.doctor.connections import Client
from scalewright.local.doctor.finding import note, ok, span, trouble
from scalewright.local.doctor.replication import Slot, Stream
from scalewright.local.doctor.statements import Session
from scalewright.local.postgres_replica import slot
from scalewright.local.site import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from scalewright.local.doctor.finding import Finding
    from scalewright.local.doctor.scene import Scene

#: Seconds for `SELECT 1`, which takes less than a millisecond.
SLOW, VERY_SLOW = 0.2, 1.0


def look(scene: Scene, server: str) -> Iterator[Finding]:
    """Examine one server."""
    import psycopg

    now = scene.running[server]
    assert now.record.port is not None  # noqa: S101 - servers have one
    try:
        with health.connect(scene.state, now.record.port) as connection:
            yield _latency(server, connection)
            yield _connections(scene, server, connection)
            yield from statements.judge(server, _sessions(connection))
            if server == postgres.PRIMARY:
                yield from _replication(scene, connection)
            else:
                yield from _replay(server, now.pid, connection)
        _as_owner(scene, now.record.port)
    except psycopg.Error as error:
        yield refusal.judge(server, now.condition, str(error), frozen=scene.frozen(server))


def _as_owner(scene: Scene, port: int) -> None:
    """Log in as the application does; raises psycopg.OperationalError where it cannot."""
    import psycopg

    owner = postgres.database(scene.backend)
    psycopg.connect(
        host=LOOPBACK,
        hostaddr=LOOPBACK,
        port=port,
        user=owner,
        dbname=owner,
        password=secrets.read(scene.state, "postgres-owner"),
        sslmode="disable",
        gssencmode="disable",
        connect_timeout=2,
        application_name="scalewright",
    ).close()


def _latency(server: str, connection: psycopg.Connection[Any]) -> Finding:
    def once() -> float:
        begun = time.perf_counter()
        connection.execute("SELECT 1").fetchone()
        return time.perf_counter() - begun

    seconds = min(once() for _ in range(3))
    seen = f"answers SELECT 1 in {span(seconds)}"
    if seconds < SLOW:
        return ok(server, seen)
    judged = trouble if seconds >= VERY_SLOW else note
    return judged(server, seen, "the machine is overloaded, or the server hangs", f"scalewright logs {server}")


def _connections(scene: Scene, server: str, connection: psycopg.Connection[Any]) -> Finding:
    ((most, reserved),) = connection.execute(connections.LIMITS).fetchall()
    rows = connection.execute(connections.QUERY).fetchall()
    full = sum(row[1] for row in rows) >= (most - reserved) * connections.NEARLY_FULL
    ports = {name: ports for name, _, _, ports in rows}
    pids = connections.strangers(ports, set(scene.running)) if full else {}
    clients = [Client(name, count, idle, pids.get(name, ())) for name, count, idle, _ in rows]
    return connections.judge(server, clients, most, reserved)


def _sessions(connection: psycopg.Connection[Any]) -> list[Session]:
    rows = connection.execute(statements.QUERY).fetchall()
    return [
        Session(pid, application, state, transaction, since, tuple(blockers), statement)
        for pid, application, state, transaction, since, blockers, statement in rows
    ]


def _replication(scene: Scene, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    streams = {name: Stream(state, behind) for name, state, behind in connection.execute(replication.STREAMS)}
    slots = {name: Slot(status, kept) for name, status, kept in connection.execute(replication.SLOTS)}
    ((wal,),) = connection.execute(replication.WAL).fetchall()
    replicas = {
        name: slot(name)
        for name, now in scene.running.items()
        if now.record.noun == "postgres" and name != postgres.PRIMARY
    }
    yield from replication.judge(replicas, streams, slots)
    if finding := replication.judge_wal(postgres.PRIMARY, wal, slots):
        yield finding


def _replay(server: str, pid: int | None, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    ((paused, late),) = connection.execute(replication.REPLAY).fetchall()
    if finding := replication.judge_replay(server, pid, paused=paused, late=late):
        yield finding
