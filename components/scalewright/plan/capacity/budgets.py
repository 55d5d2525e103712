"""All sums of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.capacity import kafka, postgres, quota, redis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.autoscaling.capacity import Budget
    from scalewright.plan.policy.objects import Objects


class Ledger(NamedTuple):
    """Every sum that has a bound, and a sentence for all that has none or says no figure."""

    budgets: tuple[Budget, ...]
    unknown: tuple[str, ...]


def budgets(objects: Objects) -> tuple[Budget, ...]:
    """Return every sum of a plan that has a bound."""
    return ledger(objects).budgets


def ledger(objects: Objects) -> Ledger:
    """Return every sum of a plan, and what is not known."""
    kinds = (postgres, redis, kafka, quota)
    return Ledger(tuple(one for kind in kinds for one in kind.budgets(objects)), (*strangers(objects),))


def strangers(objects: Objects) -> Iterator[str]:
    """Yield a sentence for everybody who connects to a database that is not in the plan."""
    for client, host in postgres.strangers(objects):
        subject, holder = client.workload.subject, client.holder
        who = f"{subject.kind} {subject.name}"
        much = f"{holder.amount:,} connections at most" if holder else f"connections; {client.lacks}"
        where = f"{host}, which is not in this plan" if host else "a database whose address is in a Secret"
        yield f"{who} opens {much} to {where}"
