"""Poolers: what they hold of a PostgreSQL, what their clients ask of them, and which would make a sum fit. Pure.

https://www.pgbouncer.org/config.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scalewright.autoscaling.capacity import Account, Change, Holder, Knobs
from scalewright.plan.capacity.asked import is_ours, unknown
from scalewright.plan.capacity.workloads import whole
from scalewright.plan.policy.subject import get, mapping

if TYPE_CHECKING:
    from scalewright.plan.capacity.asked import Asked
    from scalewright.plan.policy.subject import Subject

#: Defaults of PgBouncer, and of the declaration for clients.
POOL_SIZE, MAX_CLIENTS, DECLARED_CLIENTS = 20, 100, 1000


def holder(pooler: Subject, asked: Asked | None) -> Holder:
    """Return what poolers hold of their server: a pool for each user and database, and one to look up passwords."""
    parameters = mapping(get(pooler.manifest, "spec.pgbouncer.parameters"))
    accounts = {one.account for client in (asked.clients if asked else ()) for one in client.addresses}
    pairs = max(len(accounts), 1)
    size = pairs * whole(parameters.get("default_pool_size"), POOL_SIZE)
    reserve = pairs * whole(parameters.get("reserve_pool_size"), 0)
    if most := whole(parameters.get("max_db_connections"), 0):
        size, reserve = min(size, most), max(min(reserve, most - size), 0)
    plain = instances(pooler)
    named = "postgres.pooler.pool_size" if is_ours(pooler) else f"default_pool_size of Pooler {pooler.name}"
    knobs = plain.knobs._replace(size=named if pairs == 1 else "")
    return replace(plain, size=size, overflow=reserve, beside=1, knobs=knobs)


def instances(pooler: Subject) -> Holder:
    """Return how many poolers there are, and how many more while they are replaced; they hold nothing yet."""
    strategy = mapping(get(pooler.manifest, "spec.deploymentStrategy"))
    rolling = strategy.get("type", "RollingUpdate") == "RollingUpdate"
    surge = get(pooler.manifest, "spec.deploymentStrategy.rollingUpdate.maxSurge", "25%")
    percent = whole(surge.removesuffix("%"), 0) if isinstance(surge, str) and surge.endswith("%") else 0
    count = whole(pooler.spec.get("instances"), 1)
    knob = "postgres.pooler.instances" if is_ours(pooler) else f"spec.instances of Pooler {pooler.name}"
    return Holder(
        name=f"Pooler {pooler.name}",
        noun="instances",
        replicas=count,
        fewest=min(count, 2),  # a single one is away whenever it is replaced
        surge=whole(surge, 0) if rolling and not percent else 0,
        surge_percent=percent if rolling else 0,
        size=0,
        knobs=Knobs(replicas=knob),
    )


def account(one: Asked) -> Account:
    """Return what clients ask of the poolers of one kind, of which one may be away."""
    pooler = one.subject
    instances = whole(pooler.spec.get("instances"), 1)
    parameters = mapping(get(pooler.manifest, "spec.pgbouncer.parameters"))
    each = whole(parameters.get("max_client_conn"), MAX_CLIENTS)
    sharing = max(instances - 1, 1)
    default = "" if "max_client_conn" in parameters else ", PgBouncer's default"
    most = f"max_client_conn of Pooler {pooler.name}{default}"
    ours = is_ours(pooler)
    return Account(
        name=f"clients of Pooler {pooler.name}",
        unit="connections",
        bound=each * sharing,
        bound_from=most if sharing == 1 else f"{sharing} x {each:,}, {most}, one of {instances} away",
        bound_knob="postgres.pooler.max_clients" if ours else f"max_client_conn of Pooler {pooler.name}",
        bound_times=sharing,
        holders=tuple(client.holder for client in one.clients if client.holder),
        unknown=unknown(one.clients),
        owner=tuple(pooler.identity),
        path="spec.pgbouncer.parameters.max_client_conn",
    )


def added(account: Account, *, ours: bool) -> Change | None:
    """Return the poolers that make an account fit whose clients connect directly; None where none would or some do.

    Two, so that one can be replaced, with the greatest pools up to PgBouncer's own default.
    """
    if account.fits or any(one.noun == "instances" for one in account.holders):
        return None
    direct = tuple(one for one in account.holders if one.noun == "replicas")
    rest = tuple(one for one in account.holders if one not in direct)
    asked = sum(one.amount for one in direct)
    for size in range(POOL_SIZE if direct else 0, 0, -1):
        poolers = Holder(name="poolers", noun="instances", replicas=2, surge=1, size=size, beside=1)
        after = replace(account, holders=(*rest, poolers))
        if after.fits:
            return _added(after, size, max(asked, DECLARED_CLIENTS), ours=ours)
    return None


def _added(after: Account, size: int, clients: int, *, ours: bool) -> Change:
    if ours:
        words = f"add postgres.pooler: {{instances: 2, pool_size: {size}, max_clients: {clients}}}"
        names = ("postgres.pooler.instances", "postgres.pooler.pool_size", "postgres.pooler.max_clients")
    else:
        words = f"put a pooler before it, of 2 instances with default_pool_size {size} and max_client_conn {clients}"
        names = ("instances", "default_pool_size", "max_client_conn")
    return Change(words, tuple(zip(names, (2, size, clients), strict=True)), after)
