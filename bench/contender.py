"""An ASGI application beside the stack's own replicas: started as they are, on the same databases."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import psutil

from bench.cores import pinned
from bench.project import ROOT, free_port
from bench.stack import wait_until
from scalewright.local import gateway, health
from scalewright.local.state import write
from scalewright.plan.records import HttpHealth

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from bench.stack import Stack
    from scalewright.plan.records import Process

PATTERN = "orders-1"  # the replica that others are started like


@contextmanager
def contending(stack: Stack, app: str, count: int, cores: Collection[int]) -> Iterator[dict[int, psutil.Process]]:
    """Run an application in so many processes on some cores for the time of a block; yields them by their ports."""
    with ExitStack() as block:
        processes = {}
        for _ in range(count):
            port = free_port()
            processes[port] = block.enter_context(_started(stack.running()[PATTERN].record, app, port, cores))
        for port in processes:
            _wait_until_it_answers(stack, app, port)
        yield processes


@contextmanager
def _started(record: Process, app: str, port: int, cores: Collection[int]) -> Iterator[psutil.Process]:
    """Start a process as `record` has it, but for its application and port.

    It is killed at the end: an application whose event loop is stuck listens to nothing else.
    """
    environment = {name: value for name, value in record.environment.items() if isinstance(value, str)}
    replaced = {record.command[record.command.index("uvicorn") + 1]: app, str(record.port): str(port)}
    process = subprocess.Popen(
        [replaced.get(word, word) for word in record.command],
        cwd=record.directory,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: pinned(cores),  # noqa: PLW1509 - there is one thread
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def _wait_until_it_answers(stack: Stack, app: str, port: int) -> None:
    alive = HttpHealth(port=port, path="/healthz")
    wait_until(lambda: health.is_healthy(alive, stack.state), f"{app} answers")


@contextmanager
def routed_to(stack: Stack, ports: Iterable[int]) -> Iterator[None]:
    """Have the stack's gateway send the requests for orders to these ports for the time of a block."""
    record = stack.running()[gateway.NAME].record
    _route(stack, gateway.sending_to(record, "orders", ports))
    try:
        yield
    finally:
        _route(stack, record)


def _route(stack: Stack, record: Process) -> None:
    write(stack.state / gateway.ROUTES, record.watched[gateway.ROUTES])
    wait_until(lambda: health.is_healthy(record.health, stack.state), "the gateway has new routes")
