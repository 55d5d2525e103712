"""Is a process healthy? One question, asked once, answered within a second."""

from __future__ import annotations

import http.client
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scalewright.local import secrets
from scalewright.local.postgres_cluster import SUPERUSER
from scalewright.local.site import LOOPBACK
from scalewright.plan.records import HeartbeatHealth, HttpHealth, PortHealth, PostgresHealth, RedisHealth

if TYPE_CHECKING:
    import psycopg

    from scalewright.local.state import State
    from scalewright.plan.records import Health

TIMEOUT = 1.0


def is_healthy(health: Health | None, state: State) -> bool:
    """Ask once; a process without a health check counts as healthy."""
    match health:
        case HttpHealth():
            return _http(health.port, health.path)
        case PostgresHealth():
            return _postgres(health, state)
        case RedisHealth():
            return _redis(health.port, state)
        case PortHealth():
            return _port(health.port)
        case HeartbeatHealth():
            return _heartbeat(health)
        case None:
            return True


def _http(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _port(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=TIMEOUT):
            return True
    except OSError:
        return False


def _heartbeat(health: HeartbeatHealth) -> bool:
    try:
        # Either way: after the clock was set back, what was written before lies in the future.
        return abs(time.time() - Path(health.file).stat().st_mtime) < health.within
    except FileNotFoundError:
        return False


def connect(state: State, port: int) -> psycopg.Connection[tuple[object, ...]]:
    """Log in at a PostgreSQL server as its superuser; raises psycopg.OperationalError."""
    import psycopg

    return psycopg.connect(
        # Each is named, so that no PG* variable of the caller has a say.
        host=LOOPBACK,
        hostaddr=LOOPBACK,
        port=port,
        user=SUPERUSER,
        dbname="postgres",
        password=secrets.read(state, "postgres-superuser"),
        sslmode="disable",
        gssencmode="disable",
        channel_binding="prefer",
        target_session_attrs="any",
        connect_timeout=2,
        application_name="scalewright",
        options="-c statement_timeout=1000",
        autocommit=True,
    )


def _postgres(health: PostgresHealth, state: State) -> bool:
    import psycopg

    if not _port(health.port):  # spares the import while there is nobody to log in at
        return False
    query = "SELECT NOT pg_is_in_recovery()"
    if health.role == "replica":
        query = "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')"
    try:
        with connect(state, health.port) as connection:
            row = connection.execute(query).fetchone()
            return bool(row and row[0])
    except psycopg.Error:
        return False


def _redis(port: int, state: State) -> bool:
    """Speak the two commands of RESP that are needed, which is quicker than to load a client."""
    password = secrets.read(state, "redis")
    try:
        with socket.create_connection((LOOPBACK, port), timeout=TIMEOUT) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                received = connection.recv(256)
                if not received:
                    return False
                answer += received
            return answer == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False
