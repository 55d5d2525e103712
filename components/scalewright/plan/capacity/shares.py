"""How many connections one process opens, by the variables that applications commonly read. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalewright.plan.capacity.programs import Processes

#: On the template of pods: connections that each replica opens to each database, or to each Redis, whatever it runs.
ANNOTATION = "scalewright/connections-per-replica"
REDIS_ANNOTATION = "scalewright/redis-connections-per-replica"
#: Variables of the size of a pool; what it may add beyond; and what that is where the variable is missing. SQLAlchemy
#: adds 10 unless told: https://docs.sqlalchemy.org/en/20/core/pooling.html#sqlalchemy.pool.QueuePool
POOLS = (
    ("DATABASE_POOL_SIZE", ("DATABASE_POOL_OVERFLOW", "DATABASE_POOL_MAX_OVERFLOW", "DATABASE_MAX_OVERFLOW"), 10),
    ("DB_POOL_SIZE", ("DB_MAX_OVERFLOW", "DB_POOL_MAX_OVERFLOW", "DB_POOL_OVERFLOW"), 10),
    ("SQLALCHEMY_POOL_SIZE", ("SQLALCHEMY_MAX_OVERFLOW",), 10),
    ("AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE", ("AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW",), 10),
    ("SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE", (), 0),
    ("GF_DATABASE_MAX_OPEN_CONN", (), 0),
    ("DB_POOL", (), 0),
)
#: redis-py gives each client a pool of up to so many connections (version 8); kombu gives each process two pools of ten
#: (`Channel.max_connections`), one of them for what waits.
REDIS_PY, KOMBU = 100, 20
REDIS_POOLS = ("REDIS_MAX_CONNECTIONS", "REDIS_POOL_SIZE")


class Share(NamedTuple):
    """What one process holds, and the variables that say so; empty where they do not."""

    size: int
    overflow: int = 0
    size_by: str = ""
    overflow_by: str = ""


def of_database(variables: Mapping[str, str], program: Processes, *, ends: bool) -> Share | None:
    """Return what a process holds of a database; None where nothing says so.

    Without a pool, what ends by itself, such as a migration, is taken to do one thing at a time.
    """
    for size_by, overflow_by, default in POOLS:
        if (size := number(variables.get(size_by))) is not None:
            name = next((one for one in overflow_by if number(variables.get(one)) is not None), "")
            overflow = number(variables.get(name))
            return Share(size, default if overflow is None else overflow, size_by, name)
    return Share(1) if ends or program.program in {"alembic", "migrate"} else None


def of_redis(variables: Mapping[str, str], program: Processes) -> Share:
    """Return what a process holds of a Redis: by its variables, else the most that its client opens by default."""
    for name in REDIS_POOLS:
        if size := number(variables.get(name)):
            return Share(size, size_by=name)
    return Share(KOMBU if program.program.startswith("celery") else REDIS_PY)


def number(text: str | None) -> int | None:
    """Return a whole number that is not negative; None for what is none."""
    return int(text) if text is not None and re.fullmatch(r"\d{1,6}", str(text).strip()) else None
