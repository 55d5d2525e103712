"""What runs of a project, as seen from outside."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import psutil
import psycopg

from scalewright.local import health
from scalewright.local.platform import LocalPlatform
from scalewright.local.running import observe

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.project import Project
    from scalewright.local.running import Running

PATIENCE = 60.0  # seconds for what should come about within a few
USERS, ORDERS = 500, 10_000  # a page of twenty each
TABLES = "orders, receipts, dead_letters, outbox"


class Stack:
    """The processes of a running backend and its database."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.platform = LocalPlatform(project.folder, "local")
        self.state = self.platform.state

    def running(self) -> dict[str, Running]:
        """Return what the supervisor looks after, by name."""
        return observe(self.state, self.platform.supervisor)

    def is_healthy(self, name: str, *, killed: int | None = None) -> bool:
        """Whether a process runs and answers; one that was `killed` may still be listed, by its pid."""
        now = self.running().get(name)
        if now is None or now.condition != "running" or now.pid in {None, killed}:
            return False
        return health.is_healthy(now.record.health, self.state)

    def wait_healthy(self) -> None:
        """Wait until everything is healthy."""
        wait_until(lambda: all(self.is_healthy(name) for name in self.running()), "everything is healthy")

    @property
    def supervisor(self) -> psutil.Process:
        """The toolkit's own process: the only one there is while no command runs.

        What starts a process (`launch.py`) becomes it, and the outbox relay belongs to the application.
        """
        pid = self.platform.supervisor.pid()
        assert pid is not None, "nothing runs"  # noqa: S101
        return psutil.Process(pid)

    def processes(self, prefix: str = "") -> list[psutil.Process]:
        """Return the processes of those whose names begin so, children too; without a prefix all but the supervisor."""
        parents = [
            psutil.Process(now.pid) for name, now in self.running().items() if name.startswith(prefix) and now.pid
        ]
        return [process for parent in parents for process in (parent, *parent.children(recursive=True))]

    def replicas(self) -> list[psutil.Process]:
        """Return the processes of the API replicas."""
        return [
            psutil.Process(now.pid) for now in self.running().values() if now.record.port and now.pid and _is_api(now)
        ]

    def sql(self, *statements: str) -> None:
        """Run statements on the primary."""
        port = self.state.saved.ports["postgres"]
        password = (self.state / "secrets/postgres-owner").read_text()
        address = {"host": "127.0.0.1", "port": port, "user": "shop", "dbname": "shop", "password": password}
        with psycopg.connect(**address, autocommit=True) as connection:  # type: ignore[arg-type]
            for statement in statements:
                connection.execute(statement.encode())

    def fill(self) -> None:
        """Put a known number of completed orders in the place of all there are, and leave no task waiting."""
        self.sql(
            f"TRUNCATE {TABLES} RESTART IDENTITY",
            "INSERT INTO orders (user_id, product_id, quantity, total_cents, currency, status)"  # noqa: S608 - numbers
            f" SELECT 1 + n % {USERS}, 1 + n % 10, 1, 1999, 'EUR', 'completed' FROM generate_series(1, {ORDERS}) n",
            "ANALYZE orders",
        )


def _is_api(now: Running) -> bool:
    return now.record.noun.startswith("services.")


def wait_until(condition: Callable[[], object], what: str) -> float:
    """Wait for a condition and return after how many seconds it held; ends the measurement where it never does."""
    begun = time.perf_counter()
    while not condition():
        if time.perf_counter() - begun > PATIENCE:
            sys.exit(f"waited {PATIENCE:.0f} s in vain until {what}")
        time.sleep(0.02)
    return time.perf_counter() - begun
