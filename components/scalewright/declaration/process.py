"""Checks that services and workers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.declaration.names import PLATFORM_VARIABLES
from scalewright.declaration.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scalewright.declaration.pool import Pool


def no_platform_variables(environment: Mapping[str, str]) -> Iterator[Problem]:
    """Refuse environment variables that the platform sets itself."""
    for name, value in environment.items():
        if name in PLATFORM_VARIABLES:
            yield Problem(
                ("environment", name), value, "it must be left to the platform, which sets it itself", "Take it out"
            )
        elif "\0" in value:
            yield Problem(("environment", name), value, "it must not hold a NUL character", "Take it out")


def pool_has_database(database: Pool | None, uses: Sequence[str]) -> Iterator[Problem]:
    """Refuse a connection pool where no database is used."""
    if database is not None and "postgres" not in uses:
        yield Problem(
            ("database",),
            database.model_dump(exclude_unset=True),
            "it must come with postgres in uses",
            "Add postgres to uses, or take database out",
            reads=(("uses",),),
        )
