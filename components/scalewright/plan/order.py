"""The order in which records can be applied."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalewright.plan.records import Process


def ordered(processes: Iterable[Process]) -> tuple[Process, ...]:
    """Sort so that each process comes after those it depends on, otherwise in the order given.

    Raises ValueError for a dependency that is missing or circular, which is a mistake in a platform, not of a user.
    """
    by_name = {process.name: process for process in processes}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for process in by_name.values():
        if missing := [name for name in process.depends_on if name not in by_name]:
            raise ValueError(f"{process.name} depends on {', '.join(missing)}, which the plan does not have")
        sorter.add(process.name, *process.depends_on)
    try:
        return tuple(by_name[name] for name in sorter.static_order())
    except CycleError as error:
        raise ValueError(f"the plan depends on itself: {' -> '.join(error.args[1])}") from error
