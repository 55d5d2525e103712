"""The rules that also know the processes of a machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalewright.declaration import Backend, Gateway, Redis, Service, Workers
from scalewright.local import backend as nouns
from scalewright.local.replicas import counts
from scalewright.local.site import Site
from scalewright.plan.policy.check import check_processes
from scalewright.plan.records import Process, Stop
from scalewright_policies import RULES

OURS = [one for one in RULES if one.group == "reliability"]


def found(*processes: Process) -> list[tuple[str, str]]:
    report = check_processes(processes, OURS)
    assert not report.failures
    return [(one.rule, one.name) for one in report.findings]


def process(name: str, *command: str, **more: object) -> Process:
    return Process(name=name, noun=name, command=command, directory="/", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("seconds", "expected"), [(31, []), (30, [("drain-covered", "api-1")])])
def test_a_server_is_not_killed_while_it_drains(seconds: int, expected: list[tuple[str, str]]) -> None:
    command = ("python", "-m", "uvicorn", "a:b", "--timeout-graceful-shutdown", "30")
    assert found(process("api-1", *command, stop=Stop(seconds=seconds))) == expected


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ("maxmemory-policy noeviction\nappendonly yes\n", []),
        ("maxmemory-policy allkeys-lru\nappendonly yes\n", [("redis-broker-durable", "redis")]),
        ("maxmemory-policy noeviction\n", [("redis-broker-durable", "redis")]),
    ],
)
def test_the_broker_of_this_machine_keeps_its_tasks(configuration: str, expected: list[tuple[str, str]]) -> None:
    server = process("redis", "valkey-server", "redis.conf", port=6379, files={"redis.conf": configuration})
    other = process("cache", "valkey-server", port=6380)
    worker = process(
        "worker-1", "celery", "-A", "shop", "worker", environment={"REDIS_URL": "redis://127.0.0.1:6379/0"}
    )
    assert found(server, other, worker) == expected


def planned() -> tuple[Process, ...]:
    backend = Backend(
        name="shop",
        source="app",
        gateway=Gateway(),
        redis=Redis(),
        services={"orders": Service(app="shop.main:app", routes=["/orders"], uses=["redis"], sends=["orders"])},
        workers={"orders": Workers(app="shop.worker:celery", queues=["orders"], longest_task="20s")},
    )
    replicas = counts(backend, {})
    return nouns.plan(
        backend,
        Site(
            project=Path("/project"),
            state=Path("/project/.scalewright/local"),
            python="/venv/bin/python",
            ports={name: 20000 + index for index, name in enumerate(nouns.ports(backend, replicas))},
            programs={"redis": "/bin/valkey-server", "traefik": "/bin/traefik"},
            replicas=replicas,
            sources={},
        ),
    )


def test_the_local_platform_keeps_to_them() -> None:
    """The declaration refuses another eviction for a broker: only a record that is changed afterwards has one."""
    plan = planned()
    assert found(*plan) == []
    changed = (one.model_copy(update={"files": {}}) if one.name == "redis" else one for one in plan)
    assert found(*changed) == [("redis-broker-durable", "redis")]
