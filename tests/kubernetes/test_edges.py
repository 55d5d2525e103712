"""Who reaches whom in each environment, from the policies as rendered: what the backend needs, and nothing else."""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

import pytest
from tests.kubernetes.cluster_pods import pods
from tests.kubernetes.plans import ENVIRONMENTS, shipped

from scalewright import declaration
from scalewright.declaration import (
    Backups,
    Cluster,
    Events,
    ExternalEvents,
    ExternalPostgres,
    ExternalRedis,
    Gateway,
    ObjectStore,
    Operators,
    Pooler,
    Postgres,
    Redis,
    Service,
    Topic,
    Use,
    Workers,
)
from scalewright.evaluation import evaluate
from scalewright.kubernetes.backend import Backend
from scalewright.plan.reachability import End, is_allowed
from scalewright.plan.render import manifests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Connection = tuple[str, str, int]
Manifest = dict[str, Any]

#: What is outside of the namespace: operators by their namespaces, others, and addresses.
OPERATORS = ("cnpg-system", "keda", "monitoring", "strimzi", "traefik")
OUTSIDE = {
    **{name: End(name, {"app.kubernetes.io/name": name}) for name in OPERATORS},
    "dns": End("kube-system", {"k8s-app": "kube-dns"}),
    "kube-system": End("kube-system", {"k8s-app": "other"}),
    "elsewhere": End("elsewhere", {"app.kubernetes.io/name": "orders", "app.kubernetes.io/component": "api"}),
    "internet": End(address="203.0.113.7"),
    "internet-6": End(address="2001:db8::7"),
}
#: Where the API server is cannot be told, so its ports are open to whoever needs it, wherever they lead.
API = [(name, port) for name in OUTSIDE for port in (443, 6443)]
APPLICATIONS = ("orders", "orders-relay", "orders-worker")


def between(sources: Iterable[str], targets: Iterable[str], *ports: int) -> Iterator[Connection]:
    yield from itertools.product(sources, targets, ports)


def to_api(*sources: str) -> Iterator[Connection]:
    for source, (target, port) in itertools.product(sources, API):
        yield source, target, port


def in_dev() -> Iterator[Connection]:
    yield from between(["traefik"], ["orders"], 8000)
    yield from between([*APPLICATIONS, "migrations"], ["instance"], 5432)
    yield from between(["instance", "cnpg-system"], ["instance"], 5432, 8000)
    yield from between(["initdb", "join"], ["instance"], 5432)
    yield from to_api("instance", "initdb", "join")
    yield from between([*APPLICATIONS, "keda"], ["redis"], 6379)


def in_staging() -> Iterator[Connection]:
    yield from in_dev()
    yield from between([*APPLICATIONS], ["pooler-rw"], 5432)
    yield from between(["pooler-rw"], ["instance"], 5432)
    yield from to_api("pooler-rw")
    yield from between(["redis"], ["redis"], 6379, 26379)
    yield from between([*APPLICATIONS, "keda"], ["redis"], 26379)
    yield from between([*APPLICATIONS], ["redis-cache"], 6379)
    yield from between(["monitoring"], ["orders"], 8000)
    yield from between(["monitoring"], ["instance"], 9187)
    yield from between(["monitoring"], ["pooler-rw"], 9127)
    yield from between(["traefik"], ["solver"], 8089)


def in_prod() -> Iterator[Connection]:
    yield from in_staging()
    yield from between(["broker"], ["broker"], 9090, 9091)
    yield from between(["strimzi"], ["broker"], 9090, 9091, 8443)
    yield from between(["entity-operator"], ["broker"], 9091)
    yield from to_api("broker", "entity-operator")


NEEDED = {"dev": in_dev, "staging": in_staging, "prod": in_prod}


@cache
def rendered(environment: str) -> tuple[Manifest, ...]:
    return tuple(manifests(shipped(environment)))


def ends(objects: Iterable[Manifest]) -> dict[str, End]:
    return {**{name: one.end for name, one in pods(objects).items()}, **OUTSIDE}


def needed(environment: str) -> set[Connection]:
    inside = pods(rendered(environment))
    return {*NEEDED[environment](), *((name, "dns", 53) for name in inside)}


def reached(objects: Iterable[Manifest], asked: Iterable[Connection]) -> set[Connection]:
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    known = ends(objects)
    return {one for one in asked if is_allowed(policies, known[one[0]], known[one[1]], one[2])}


def every_connection(objects: Iterable[Manifest]) -> Iterator[Connection]:
    """Yield each pair of which one at least is in the namespace, with every port that anything listens on."""
    inside, known = pods(objects), ends(objects)
    ports = {53, 443, 6443, *(port for one in inside.values() for port in one.ports)}
    for source, target in itertools.product(known, known):
        if source in inside or target in inside:
            yield from ((source, target, port) for port in ports)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_everything_that_the_backend_needs_is_allowed_and_nothing_else_is(environment: str) -> None:
    objects = rendered(environment)
    allowed = reached(objects, every_connection(objects))
    assert sorted(needed(environment) - allowed) == []
    assert sorted(allowed - needed(environment)) == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_rule_of_every_policy_is_needed_by_some_connection(environment: str) -> None:
    """Take each rule away in turn: something that the backend needs must then be denied."""
    objects, wanted = rendered(environment), needed(environment)
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    for policy in policies:
        for direction in ("ingress", "egress"):
            for number, rule in enumerate(policy["spec"].get(direction, ())):
                rest = [one for index, one in enumerate(policy["spec"][direction]) if index != number]
                changed = {**policy, "spec": {**policy["spec"], direction: rest}}
                others = [changed if one is policy else one for one in objects]
                assert reached(others, wanted) < wanted, (policy["metadata"]["name"], direction, rule)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_port_of_a_container_is_reached_by_somebody(environment: str) -> None:
    """A port that nobody may reach is a forgotten edge, or should not be open."""
    objects = rendered(environment)
    open_ports = {(name, port) for name, one in pods(objects).items() for port in one.ports}
    known_closed = {
        ("stranger", 8000),
        *(("entity-operator", port) for port in (8080, 8081)),  # the kubelet's, which no policy stops
        ("broker", 9093),  # prod declares nobody who uses events
        *([("instance", 9187)] if environment == "dev" else []),
    }
    assert set(open_ports - known_closed) <= {(target, port) for _, target, port in needed(environment)}


SERVICE = {"app": "a:b", "routes": ["/"]}


def backend(**changes: Any) -> list[Manifest]:
    parts: dict[str, Any] = {
        "name": "shop",
        "platform": "kubernetes",
        "image": "shop:1",
        "services": {"web": Service(**SERVICE, uses=[name for name in get_args(Use) if name in changes])},
        "gateway": Gateway(),
    }
    declared = declaration.Backend(**parts | changes)
    return manifests(evaluate(lambda: [Backend(declared, "test"), None][1], "shop", "test"))


def targets(objects: list[Manifest], source: str, *ports: int) -> set[tuple[str, int]]:
    known = ends(objects)
    asked = [(source, target, port) for target, port in itertools.product(known, ports)]
    return {(target, port) for _, target, port in reached(objects, asked)}


ANYWHERE = sorted(OUTSIDE)


def test_a_server_of_somebody_else_is_reached_at_its_port_and_no_other() -> None:
    external = ExternalPostgres(primary="db.example.com:6432", replicas=["ro.example.com:6433"], secret="s")
    objects = backend(postgres=Postgres(external=external, migrations="alembic.ini"))
    for client in ("web", "migrations"):
        found = targets(objects, client, 5432, 6432, 6433, 443)
        assert found == {(name, port) for name in ANYWHERE for port in (6432, 6433)}
    redis = backend(redis=Redis(external=ExternalRedis(address="redis.example.com:6380", secret="s")))
    assert targets(redis, "web", 6379, 6380) == {(name, 6380) for name in ANYWHERE}
    kafka = ExternalEvents(bootstrap=["b-1.example.com:9094", "b-2.example.com:9094"], secret="s")
    events = backend(events=Events(engine="kafka", external=kafka))
    assert targets(events, "web", 9092, 9093, 9094) == {(name, 9094) for name in ANYWHERE}


@pytest.mark.parametrize(
    ("endpoint", "port"), [("https://s3.example.com", 443), ("http://s3.example.com", 80), ("https://s3:9000", 9000)]
)
def test_an_object_store_is_reached_at_the_port_of_its_address(endpoint: str, port: int) -> None:
    store = ObjectStore(buckets=["uploads"], endpoint=endpoint, secret="s")
    assert targets(backend(object_store=store), "web", 80, 443, 9000) == {(name, port) for name in ANYWHERE}


def test_declared_addresses_are_all_that_is_reached() -> None:
    store = ObjectStore(buckets=["uploads"], endpoint="https://s3.test", secret="s", cidrs=["203.0.113.0/24"])
    assert targets(backend(object_store=store), "web", 443) == {("internet", 443)}


def test_backups_are_taken_to_the_port_of_their_store() -> None:
    backups = Backups(destination="s3://shop-backups", endpoint="https://s3.example.com:9000", secret="s")
    objects = backend(postgres=Postgres(backups=backups))
    assert {(name, 9000) for name in ANYWHERE} == targets(objects, "instance", 9000)
    assert targets(objects, "web", 9000) == set()


def test_who_uses_nothing_reaches_nothing() -> None:
    objects = backend(postgres=Postgres(), redis=Redis(), services={"web": Service(**SERVICE)})
    assert targets(objects, "web", 53, 443, 5432, 6379, 8000) == {("dns", 53)}


def test_a_beat_and_its_workers_reach_the_broker_and_keda_only_where_it_measures() -> None:
    workers = {"mail": Workers(app="a:b", queues=["mail"], beat=True)}
    objects = backend(redis=Redis(), workers=workers)
    for client in ("mail-worker", "mail-beat"):
        assert targets(objects, client, 6379) == {("redis", 6379)}
    known = ends(objects)
    assert not is_allowed(objects, known["keda"], known["redis"], 6379)


def test_reads_go_through_a_pooler_of_their_own_where_there_is_one() -> None:
    pooler = Pooler(replicas=True)
    objects = backend(postgres=Postgres(instances=2, pooler=pooler, migrations="alembic.ini"))
    assert targets(objects, "web", 5432) == {("pooler-rw", 5432), ("pooler-ro", 5432)}
    assert targets(objects, "migrations", 5432) == {("instance", 5432)}


def test_what_uses_events_reaches_the_listener_for_clients_alone() -> None:
    objects = backend(events=Events(engine="kafka", topics={"orders": Topic()}))
    assert targets(objects, "web", 8443, 9090, 9091, 9093) == {("broker", 9093)}
    streams = backend(redis=Redis(), events=Events(), services={"web": Service(**SERVICE, uses=["events"])})
    assert targets(streams, "web", 6379, 9093) == {("redis", 6379)}


def test_operators_are_let_in_from_where_they_are_said_to_be() -> None:
    moved = Cluster(operators=Operators(traefik="elsewhere"), api_ports=[16443])
    objects = backend(postgres=Postgres(), cluster=moved, services={"web": Service(**SERVICE, uses=["postgres"])})
    known = ends(objects)
    assert is_allowed(objects, known["elsewhere"], known["web"], 8000)
    assert not is_allowed(objects, known["traefik"], known["web"], 8000)
    assert targets(objects, "instance", 443, 6443, 16443) == {(name, 16443) for name in ANYWHERE}
