"""What processes take: memory, processor time, and what they could leak."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.stack import Stack


def memory(processes: Iterable[psutil.Process]) -> float:
    """Return the memory of processes in MB: what each shares is divided among those that share it (PSS, Linux)."""
    total = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            full = process.memory_full_info()
            total += full.pss if sys.platform == "linux" else full.uss
    return total / 1e6


def private(processes: Iterable[psutil.Process]) -> float:
    """Return the memory in MB that processes share with nobody (USS).

    Of what is shared each bears more when another process ends (PSS), which looks like growth.
    """
    total = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().uss
    return total / 1e6


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """Return the processor time that processes have taken, their own and the kernel's for them."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


@dataclass(frozen=True)
class Holdings:
    """How many processes a stack has, on how many ports it listens, how many files its supervisor has open.

    PostgreSQL's own processes are left out: one comes with every connection, up to what the pools may open.
    """

    processes: int
    ports: int
    files: int

    @classmethod
    def of(cls, stack: Stack) -> Holdings:
        """Count now."""
        supervisor = stack.supervisor
        processes = [supervisor, *(one for one in supervisor.children(recursive=True) if not _is_backend(one))]
        sockets = [one for process in processes for one in process.net_connections("inet")]
        listening = {(one.laddr.ip, one.laddr.port) for one in sockets if one.status == psutil.CONN_LISTEN}
        return cls(len(processes), len(listening), supervisor.num_fds())


def _is_backend(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        parent = process.parent()
        return process.name() == "postgres" and parent is not None and parent.name() == "postgres"
    return True  # gone meanwhile, which only such a one is
