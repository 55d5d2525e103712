"""Clients of Redis and Valkey against `maxclients`: https://valkey.io/topics/clients/. Pure.

Counted is the most that each client may open by its own limits, which is more than it commonly does. All are taken to
connect to one server: behind sentinels, that is the primary. The server's own connections count, too: replicas, two of
each sentinel, and probes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from scalewright.autoscaling.capacity import Account, Line
from scalewright.autoscaling.remedies import judged
from scalewright.plan.capacity import clients
from scalewright.plan.capacity.asked import Asked, Server
from scalewright.plan.capacity.hosts import behind, is_short
from scalewright.plan.capacity.workloads import whole, workload
from scalewright.plan.policy.objects import listed, once
from scalewright.plan.policy.subject import items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scalewright.autoscaling.capacity import Budget
    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.pods import Pod

MAX_CLIENTS = 10_000
#: Connections of a client of KEDA for each core that it has: https://github.com/redis/go-redis (PoolSize).
KEDA = 10
SENTINEL, PROBES = 2, 2
_SETTING = re.compile(r"^[ \t]*maxclients[ \t]+(\d+)", re.MULTILINE)


@listed
def budgets(objects: Objects) -> Iterator[Budget]:
    """Yield the clients of every Redis among the objects."""
    found: dict[Server, tuple[Pod, Asked]] = {}
    for client in clients.of_redis(objects):
        namespace = client.workload.subject.namespace
        hosts = dict.fromkeys(one.host for one in client.addresses)
        for pod in {id(pod): pod for host in hosts for pod in behind(objects, host, namespace)}.values():
            server = Server(pod.owner.identity, "")
            found.setdefault(server, (pod, Asked(pod.owner, "", [])))[1].clients.append(client)
    for pod, asked in found.values():
        yield judged(_account(objects, pod, asked))


def _account(objects: Objects, pod: Pod, asked: Asked) -> Account:
    subject = asked.subject
    told = next(_told(objects, pod), None)
    default = "" if told else ", the default"
    return Account(
        name=f"clients of {subject.kind} {subject.name}",
        unit="connections",
        bound=told or MAX_CLIENTS,
        bound_from=f"maxclients of {subject.kind} {subject.name}{default}",
        bound_knob=f"maxclients of {subject.kind} {subject.name}",
        holders=tuple(client.holder for client in asked.clients if client.holder),
        fixed=tuple(_own(objects, pod)),
        owner=tuple(subject.identity),
        path="spec.template.spec.containers",
    )


def _own(objects: Objects, pod: Pod) -> Iterator[Line]:
    """Yield what a server is connected to without any application."""
    servers = workload(objects, pod).most
    if servers > 1:
        yield Line.product("replicas of it", ("replicas", servers - 1))
    if any("sentinel" in word for one in pod.main() for word in (one.name, *one.arguments)):
        yield Line.product("its sentinels", ("sentinels", servers), ("each", SENTINEL))
    yield Line.product("its probes", ("connections", PROBES))
    readers = (_readers(objects, place).get(id(pod.owner), set()) for place in (None, pod.owner.namespace))
    if triggers := len(set().union(*readers)):
        yield Line.product("KEDA", ("triggers", triggers), ("each", KEDA))


@once
def _asked(objects: Objects) -> Mapping[str, Sequence[int]]:
    """Return the hosts that triggers of KEDA ask, each with which triggers: https://keda.sh/docs/latest/scalers/redis-lists/."""
    found: dict[str, list[int]] = defaultdict(list)
    every = (mapping(one) for scaled in objects.of("ScaledObject") for one in items(scaled.spec.get("triggers")))
    for at, trigger in enumerate(every):
        if str(trigger.get("type", "")).startswith("redis"):
            for host in _hosts(mapping(trigger.get("metadata"))):
                found[host].append(at)
    return found


def _hosts(told: Mapping[str, Any]) -> set[str]:
    texts = re.split(r"[,;]", f"{told.get('address', '')},{told.get('addresses', '')},{told.get('host', '')}")
    return {one.strip().rpartition(":")[0] or one.strip() for one in texts if one.strip()}


@once
def _readers(objects: Objects, namespace: str | None) -> Mapping[int, set[int]]:
    """Return which triggers read each server, by what makes it: those with short names, as a namespace has them, or,
    without one, those with full names.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for host, triggers in _asked(objects).items():
        if is_short(host) is (namespace is not None):
            for pod in behind(objects, host, namespace or ""):
                found[id(pod.owner)].update(triggers)
    return found


def _told(objects: Objects, pod: Pod) -> Iterator[int]:
    """Yield what a server is told: by its arguments, or by a ConfigMap that it mounts."""
    for container in pod.main():
        words = container.arguments
        yield from (whole(value, 0) for name, value in pairwise(words) if name == "--maxclients")
    for volume in map(mapping, items(pod.spec.get("volumes"))):
        name = mapping(volume.get("configMap")).get("name")
        if name and (found := objects.find("ConfigMap", str(name), pod.owner.namespace)):
            for text in mapping(found.manifest.get("data")).values():
                yield from (int(match) for match in _SETTING.findall(str(text)))
