"""All that is asked of one server, by whom. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.capacity.workloads import COMPONENT, MANAGED
from scalewright.plan.policy.subject import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalewright.plan.capacity.clients import Client
    from scalewright.plan.policy.subject import Identity, Subject


class Server(NamedTuple):
    """Servers of one kind: of a Cluster the primary (``rw``) or each replica (``ro``), else all behind a name."""

    identity: Identity
    role: str


class Asked(NamedTuple):
    """Who connects to a server."""

    subject: Subject
    role: str
    clients: list[Client]


def unknown(of: Iterable[Client]) -> tuple[str, ...]:
    """Return what is not known of clients, a sentence each."""
    return tuple(f"{one.workload.subject.kind} {one.workload.subject.name}: {one.lacks}" for one in of if one.lacks)


def is_ours(subject: Subject) -> bool:
    """Whether a database or its poolers are of a declaration."""
    labels = mapping(subject.metadata.get("labels"))
    return labels.get(MANAGED) == "scalewright" and labels.get(COMPONENT) in {"database", "pooler"}
