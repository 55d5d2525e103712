"""The stateful half of the shop: what recovery is about, and quick to start."""

import copy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.local.stack import Stack

SEEDED = {"seed": "shop.products.seed"}


def databases_only(project: Path) -> Stack:
    """Make a project without services, workers and gateway."""
    stack = Stack(project)
    stack.edit(services=None, workers=None, gateway=None)
    return stack


def redis_only(project: Path) -> Stack:
    """Make the smallest project there is."""
    stack = databases_only(project)
    stack.edit(postgres=None)
    return stack


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Listen on a port of loopback, as another program would."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what listened there ended just now
        server.bind(("127.0.0.1", port))
        server.listen()
        yield


def at(stack: Stack, project: Path) -> Stack:
    """Return the same stack in another folder, to which it was moved or copied."""
    moved = copy.copy(stack)
    moved.project = project
    moved.folder = project / ".scalewright" / "local"
    moved.overlay = project / "stacks" / "Pulumi.local.yaml"
    return moved


def all_healthy(stack: Stack) -> bool:
    """Whether there are processes, and all are healthy."""
    return {process["state"] for process in stack.status()["processes"]} == {"healthy"}


def assert_whole(stack: Stack) -> None:
    """See that all is healthy, the replica follows its primary, and the products are there."""
    status = stack.status()
    assert {process["name"]: process["state"] for process in status["processes"]} == dict.fromkeys(
        ("postgres", "postgres-replica-1", "redis"), "healthy"
    )
    assert [replica["state"] for replica in status["replication"]] == ["streaming"]
    assert products(stack) > 0


def products(stack: Stack) -> int:
    """Return how many products the primary holds."""
    ((count,),) = stack.query("postgres", "SELECT count(*) FROM products")
    return int(count)


def one_line(output: str) -> str:
    """Return the only line of what a command printed; fails where there are more, such as those of a traceback."""
    (line,) = output.strip().splitlines()
    return line
