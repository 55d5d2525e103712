"""What a command line says: whether it works off a queue, and how long a server takes to drain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scalewright.plan.policy import Container

#: Words by which programs that take tasks from a queue are known, all of them in the command line.
_WORKERS = (("celery", "worker"), ("rq", "worker"), ("dramatiq",), ("arq",), ("sidekiq",))
#: How long a server lets requests at hand go on after SIGTERM, in seconds.
#: https://uvicorn.dev/settings/#timeouts, https://gunicorn.org/reference/settings/#graceful_timeout,
#: https://hypercorn.readthedocs.io/en/latest/how_to_guides/configuring.html
_DRAINS = {"uvicorn": "--timeout-graceful-shutdown", "gunicorn": "--graceful-timeout", "hypercorn": "--graceful-timeout"}


def words(container: Container) -> list[str]:
    """Return the words of a command line, those that a shell is given as one argument too."""
    return " ".join(container.arguments).split()


def is_worker(container: Container) -> bool:
    """Whether it works off a queue. One that sends scheduled tasks besides may run only once, and is none."""
    said = words(container)
    programs = {one.rpartition("/")[2] for one in said}
    alone = {"-B", "--beat"} & set(said)
    return not alone and any(programs.issuperset(one) for one in _WORKERS)


def drain(container: Container) -> tuple[str, float] | None:
    """Return a server's name and how long it takes to drain in seconds, where its command line says so."""
    said = words(container)
    for server, option in _DRAINS.items():
        if not any(one.rpartition("/")[2] == server for one in said):
            continue
        for index, one in enumerate(said):
            name, _, value = one.partition("=")
            if name == option and (seconds := _seconds(value or "".join(said[index + 1 : index + 2]))) is not None:
                return server, seconds
    return None


def sleep(command: list[str]) -> float | None:
    """Return for how long a command sleeps, in seconds; None for one that does anything else."""
    found = re.search(r"(?:^|[\s/;&])sleep\s+([0-9.]+)s?\s*$", " ".join(command))
    return _seconds(found[1]) if found else None


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text) else None
