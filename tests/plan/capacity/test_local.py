"""The same sums for the processes of one machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.capacity import budgets_of_processes
from scalewright.plan.records import HttpHealth, PostgresHealth, Process, RedisHealth

if TYPE_CHECKING:
    from scalewright.autoscaling.capacity import Budget

POSTGRES, REDIS = 5001, 6001
URL = {"DATABASE_URL": f"postgresql://shop@127.0.0.1:{POSTGRES}/shop"}
POOL = {"DATABASE_POOL_SIZE": "5", "DATABASE_POOL_OVERFLOW": "5"}


def server(text: str = "max_connections = '50'\n") -> Process:
    health = PostgresHealth(port=POSTGRES, role="primary")
    return Process(
        name="postgres",
        noun="postgres",
        command=("postgres",),
        directory="/",
        port=POSTGRES,
        health=health,
        files={"conf": text},
    )


def redis() -> Process:
    health = RedisHealth(port=REDIS)
    return Process(name="redis", noun="redis", command=("valkey-server",), directory="/", port=REDIS, health=health)


def process(name: str, noun: str, *command: str, kind: str = "process", **environment: str) -> Process:
    return Process.model_validate(
        {
            "name": name,
            "noun": noun,
            "kind": kind,
            "command": command,
            "environment": environment,
            "directory": "/",
            "health": HttpHealth(port=1, path="/"),
        }
    )


def only(*processes: Process) -> Budget:
    [found] = budgets_of_processes(processes)
    return found


def amounts(one: Budget) -> dict[str, int]:
    return {line.label: line.amount for line in one.lines}


def test_replicas_of_a_part_are_a_line_and_a_service_has_one_more_while_it_is_replaced() -> None:
    web = [process(f"web-{n}", "services.web", "uvicorn", "a:b", "--workers", "2", **URL, **POOL) for n in (1, 2)]
    work = [process(f"web-worker-{n}", "workers.web", "celery", "worker", "-c", "2", **URL, **POOL) for n in (1, 2)]
    one = only(server(), *web, *work)
    assert amounts(one) == {
        "web": 2 * 2 * 10,
        "web, while it is replaced": 2 * 10,
        "web-worker": 2 * 3 * 10,
        "reserved for superusers": 3,
        "health checks and `scalewright status`": 2,
    }
    assert (one.bound, one.bound_from) == (50, "max_connections of postgres")
    assert "lower workers.web.concurrency from 2 to 1" not in one.remedies  # which would not do
    assert one.remedies[-1] == f"raise postgres.max_connections from 50 to {one.total}"


def test_a_job_does_one_thing_at_a_time() -> None:
    job = process("migrations", "postgres", "alembic", "upgrade", "head", kind="job", **URL)
    assert amounts(only(server(), job))["migrations"] == 1


def test_what_does_not_say_how_much_is_told_and_in_no_line() -> None:
    one = only(server(), process("web-1", "services.web", "uvicorn", "a:b", **URL))
    assert "web" not in amounts(one)
    assert one.unknown == ("web: nothing says how many connections it opens",)


def test_the_default_holds_where_the_server_is_told_nothing() -> None:
    one = only(server(text="port = '1'\n"))
    assert (one.bound, one.bound_from) == (100, "max_connections of postgres, the default")


def test_clients_of_redis_are_counted_too() -> None:
    told = {"REDIS_URL": f"redis://127.0.0.1:{REDIS}/0"}
    work = process("web-worker-1", "workers.web", "celery", "worker", "-c", "2", **told)
    one = only(redis(), process("web-1", "services.web", "uvicorn", "a:b", **told), work)
    assert (amounts(one)["web"], amounts(one)["web-worker"], one.bound) == (100, 3 * 20, 10_000)


def test_a_server_on_another_port_is_another() -> None:
    other = {"DATABASE_URL": "postgresql://shop@127.0.0.1:9/shop", **POOL}
    assert "web" not in amounts(only(server(), process("web-1", "services.web", "uvicorn", "a:b", **other)))
