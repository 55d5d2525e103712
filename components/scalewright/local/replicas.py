"""How many replicas of each part run: what was asked for at run time, within what is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalewright.declaration import Backend, Scale


def scales(backend: Backend) -> dict[str, Scale]:
    """Return the declared bounds of every part that has replicas, by noun."""
    return {
        **{f"services.{name}": service.scale for name, service in backend.services.items()},
        **{f"workers.{name}": workers.scale for name, workers in backend.workers.items()},
    }


def counts(backend: Backend, asked: Mapping[str, int]) -> dict[str, int]:
    """Return the number of replicas by noun: what was asked for, moved to the nearest bound, else the fewest."""
    return {noun: min(max(asked.get(noun, scale.min), scale.min), scale.max) for noun, scale in scales(backend).items()}


def worth_remembering(backend: Backend, asked: Mapping[str, int]) -> dict[str, int]:
    """Return what is worth remembering: a part that has its fewest replicas follows its declaration."""
    declared = scales(backend)
    return {noun: count for noun, count in asked.items() if noun in declared and count != declared[noun].min}


def names(backend: Backend) -> dict[str, str]:
    """Return the noun of each part that has replicas by its name, which its processes have before their number."""
    return {
        **{name: f"services.{name}" for name in backend.services},
        **{f"{name}-worker": f"workers.{name}" for name in backend.workers},
    }


def spoken(backend: Backend) -> dict[str, str]:
    """Return the noun of everything that a user may call a part: its name, its path, workers where no service is."""
    workers = {name: f"workers.{name}" for name in backend.workers}
    return {**workers, **names(backend), **{noun: noun for noun in scales(backend)}}
