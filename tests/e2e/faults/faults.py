"""What is done to the backend: processes killed or frozen, tables held, work brought to a known point."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import psycopg
from tests.e2e.faults.load import users
from tests.e2e.local.stack import Stack, eventually

from scalewright.local import health
from scalewright.local.platform import LocalPlatform
from scalewright.local.running import Running, observe

if TYPE_CHECKING:
    from collections.abc import Iterator


def place(stack: Stack, quantity: int = 1) -> int:
    """Place one order, which must be acknowledged; return its id."""
    body = {"user_id": next(users), "product_id": 1, "quantity": quantity}
    answer = httpx.post(f"{stack.url}/orders", json=body, timeout=30)
    assert answer.status_code == 201, answer.text
    order: int = answer.json()["id"]
    return order


def order_of(stack: Stack, order: int) -> dict[str, Any]:
    """Return what the primary knows of an order: its status, attempts, receipts and dead letters."""
    query = (
        "SELECT status, attempts, (SELECT count(*) FROM receipts WHERE order_id = id), "
        "(SELECT count(*) FROM dead_letters WHERE order_id = id) FROM orders WHERE id = %s"
    )
    [row] = stack.query("postgres", query, order)
    return dict(zip(("status", "attempts", "receipts", "dead_letters"), row, strict=True))


def is_completed(stack: Stack, order: int) -> bool:
    return bool(order_of(stack, order)["status"] == "completed")


def kill(pid: int) -> float:
    """Kill a process by SIGKILL; returns the time at which it was gone."""
    process = psutil.Process(pid)
    process.kill()
    eventually(lambda: has_ended(process))
    return time.monotonic()


def has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def closed(stack: Stack, name: str) -> float:
    """Wait until the port of a killed process refuses connections; returns when that was seen.

    The kernel closes the sockets of its threads one after the other, and takes connections until the last.
    """

    def refuses() -> bool:
        try:
            socket.create_connection(("127.0.0.1", stack.saved_ports[name]), timeout=1).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            pass  # it was cut off by what is being closed
        return False

    eventually(refuses)
    return time.monotonic()


@cache
def platform(stack: Stack) -> LocalPlatform:
    """Return the platform in this process: a command for each look would take the cores from what it looks at."""
    return LocalPlatform(stack.project, "local")


def observed(stack: Stack) -> dict[str, Running]:
    """Return what runs, by name."""
    running = observe(platform(stack).state, platform(stack).supervisor)
    assert running, "the supervisor is gone"
    return running


def pids(stack: Stack) -> dict[str, int]:
    return {name: running.pid for name, running in observed(stack).items() if running.pid is not None}


def memory(stack: Stack, *names: str) -> int:
    """Return what some processes hold of memory, in bytes: what they share is divided among those that do (PSS)."""
    running = pids(stack)
    return sum(psutil.Process(running[name]).memory_full_info().pss for name in names)


def is_healthy(stack: Stack, running: Running) -> bool:
    return running.condition == "running" and health.is_healthy(running.record.health, platform(stack).state)


def all_healthy(stack: Stack) -> bool:
    return all(is_healthy(stack, running) for running in observed(stack).values())


def healthy_again(stack: Stack, name: str, killed: int) -> float:
    """Wait until there is another process of that name, and it is healthy; returns when that was seen."""

    def is_back() -> bool:
        running = observed(stack)[name]
        return running.pid != killed and is_healthy(stack, running)

    eventually(is_back, within=60)
    return time.monotonic()


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """With a process that does nothing, and keeps all it holds."""
    process = psutil.Process(pid)
    process.suspend()
    try:
        yield
    finally:
        if not has_ended(process):
            process.resume()


@contextmanager
def session(stack: Stack, server: str = "postgres", user: str = "shop") -> Iterator[psycopg.Connection[Any]]:
    """With a session of our own at a database server: as the shop, or as the superuser `postgres`."""
    secret = "postgres-superuser" if user == "postgres" else "postgres-owner"
    with psycopg.connect(
        host="127.0.0.1",
        port=stack.saved_ports[server],
        user=user,
        dbname="shop",
        password=(stack.folder / "secrets" / secret).read_text(),
        application_name="test",
    ) as connection:
        yield connection


@contextmanager
def held(stack: Stack, table: str) -> Iterator[None]:
    """With a table that nobody else writes to: who tries waits, in the middle of what it does."""
    with session(stack) as connection:
        connection.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
        yield
        connection.rollback()


def waiting(stack: Stack, name: str) -> list[int]:
    """Return the client ports of the sessions of one process that wait for a lock."""
    query = "SELECT client_port FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'"
    return [port for (port,) in stack.query("postgres", query, name)]


def pool_process(worker: int, port: int) -> int | None:
    """Return the pid of the worker's pool process that has the connection with that client port."""
    for child in psutil.Process(worker).children():
        if any(connection.laddr.port == port for connection in child.net_connections("tcp")):
            return child.pid
    return None


def in_mid_task(stack: Stack, worker: int) -> int:
    """Wait until a task is held up in its second transaction; return the pid of the pool process that runs it."""
    found: list[int] = []

    def is_there() -> bool:
        pids = (pool_process(worker, port) for port in waiting(stack, "orders-worker-1"))
        found[:] = [pid for pid in pids if pid is not None]
        return bool(found)

    eventually(is_there)
    return found[0]
