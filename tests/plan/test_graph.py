"""The graph of a backend: every noun once, with its bounds, and what each does with the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.plan.backends import everything

from scalewright.declaration import (
    Backend,
    Events,
    Gateway,
    Pool,
    Postgres,
    Redis,
    Scale,
    Service,
    Topic,
    Workers,
    environments,
    load,
)
from scalewright.declaration.external import ExternalEvents, ExternalPostgres, ExternalRedis
from scalewright.plan.graph import graph
from scalewright.plan.nodes import Edge, Graph, Node

ROOT = Path(__file__).parents[2]


def node(drawn: Graph, name: str) -> Node:
    return next(one for one in drawn.nodes if one.name == name)


def does(drawn: Graph, source: str, target: str) -> tuple[str, ...]:
    return next((edge.does for edge in drawn.edges if (edge.source, edge.target) == (source, target)), ())


def names(drawn: Graph) -> set[str]:
    return {one.name for one in drawn.nodes}


@pytest.fixture(scope="module")
def prod() -> Graph:
    return graph(load(ROOT, "prod"), "prod")


@pytest.mark.parametrize("environment", environments(ROOT))
def test_every_node_has_a_name_of_its_own_and_every_edge_joins_two_of_them_once(environment: str) -> None:
    for drawn in (graph(load(ROOT, environment), environment), graph(everything(), environment)):
        assert len(names(drawn)) == len(drawn.nodes)
        assert {end for edge in drawn.edges for end in (edge.source, edge.target)} <= names(drawn)
        assert len({(edge.source, edge.target) for edge in drawn.edges}) == len(drawn.edges)


def test_what_scales_has_its_bounds_and_what_moves_it(prod: Graph) -> None:
    orders, workers = node(prod, "services.orders"), node(prod, "workers.orders")
    assert (orders.fewest, orders.most, orders.scaled_by) == (3, 10, ("by CPU, 50 %",))
    assert orders.bounds == "3 to 10 replicas"
    assert workers.lines == ("2 to 20 replicas", "by backlog, 50 each", "2 tasks at once each")


def test_each_metric_is_told_in_words() -> None:
    assert node(graph(everything(), "prod"), "services.end").lines == (
        "2 to 9 replicas",
        "by CPU, 50 %",
        "by memory, 60 %",
        "by requests, 12.5/s each",
        "at least 2 from 0 8 * * 1-5",
        "to 0 18 * * 1-5, Europe/Berlin",
    )


def test_one_machine_is_scaled_by_hand_and_has_what_it_has_a_use_for() -> None:
    local = graph(load(ROOT, "local"), "local")
    assert node(local, "services.orders").lines == ("2 to 6 replicas", "by hand")
    assert names(local) == {
        "clients",
        "gateway",
        "services.orders",
        "services.orders.outbox",
        "workers.orders",
        "postgres",
        "postgres.migrations",
        "postgres.seed",
        "postgres.replicas",
        "redis",
    }
    assert node(local, "gateway").details == ("port 8080",)


def test_what_one_machine_has_no_use_for_is_not_drawn_of_what_is_declared_for_all() -> None:
    declared = everything().model_copy(update={"platform": "local"})
    local = graph(declared, "local")
    assert not {"redis.cache", "redis.sentinels", "observability", "postgres.backups"} & names(local)
    assert node(local, "redis").bounds == "1 instance"
    assert does(local, "services.end", "redis") == ("caches", "sends a, my_queue")
    assert does(local, "postgres", "postgres.replicas") == ("streams its log",)
    assert not node(local, "object_store").external


def test_bounds_that_are_one_number_are_told_as_one() -> None:
    def bounds(fewest: int, most: int) -> str:
        part = Service(app="a:b", routes=["/"], scale=Scale(min=fewest, max=most))
        drawn = graph(Backend(name="shop", services={"web": part}, gateway=Gateway()), "local")
        return node(drawn, "services.web").bounds

    assert [bounds(1, 1), bounds(3, 3), bounds(1, 2)] == ["1 replica", "3 replicas", "1 to 2 replicas"]


def test_requests_come_from_clients_through_the_gateway_by_their_routes(prod: Graph) -> None:
    assert does(prod, "clients", "gateway") == ("HTTPS",)
    assert does(prod, "gateway", "services.orders") == ("/orders", "/products")
    assert node(prod, "gateway").details == ("shop.example.com", "200 requests/s each")


def test_writes_go_through_the_pooler_and_reads_past_it(prod: Graph) -> None:
    assert does(prod, "services.orders", "postgres.pooler") == ("writes",)
    assert does(prod, "services.orders", "postgres.replicas") == ("reads",)
    assert does(prod, "workers.orders", "postgres.pooler") == ("reads and writes",)
    assert does(prod, "workers.orders", "postgres.replicas") == ()
    assert not any(does(prod, part, "postgres") for part in ("services.orders", "workers.orders"))
    assert does(prod, "postgres.pooler", "postgres") == ("passes on",)
    assert does(prod, "postgres.migrations", "postgres") == ("changes tables",)
    assert does(prod, "postgres", "postgres.replicas") == ("streams its log", "and waits for one")
    assert node(prod, "postgres.replicas").bounds == "2 replicas"


def test_reads_go_through_poolers_of_their_own_where_there_are_some() -> None:
    drawn = graph(everything(), "prod")
    assert does(drawn, "services.end", "postgres.pooler.replicas") == ("reads",)
    assert does(drawn, "services.end", "postgres.replicas") == ()
    assert does(drawn, "postgres.pooler.replicas", "postgres.replicas") == ("passes on",)


@pytest.mark.parametrize(("instances", "reads"), [(1, "prefer-replica"), (2, "primary")])
def test_what_reads_from_the_primary_is_drawn_so(instances: int, reads: str) -> None:
    part = Service(app="a:b", routes=["/"], uses=["postgres"], database=Pool.model_validate({"reads": reads}))
    backend = Backend(name="shop", postgres=Postgres(instances=instances), services={"web": part}, gateway=Gateway())
    drawn = graph(backend, "local")
    assert does(drawn, "services.web", "postgres") == ("reads and writes",)
    assert does(drawn, "services.web", "postgres.replicas") == ()


def test_tasks_go_from_the_relay_of_an_outbox_to_the_broker_and_from_there_to_workers(prod: Graph) -> None:
    assert does(prod, "services.orders.outbox", "postgres.pooler") == ("reads the outbox",)
    assert does(prod, "services.orders.outbox", "redis") == ("sends orders",)
    assert does(prod, "services.orders", "redis") == ()
    assert does(prod, "workers.orders", "redis") == ("takes orders",)
    assert does(prod, "services.orders", "redis.cache") == ("caches",)


def test_without_an_outbox_the_service_itself_sends_and_beat_sends_what_is_due() -> None:
    drawn = graph(everything(), "prod")
    assert does(drawn, "services.end", "redis") == ("sends a, my_queue",)
    assert does(drawn, "workers.end.beat", "redis") == ("sends what is due",)


def test_a_cluster_has_sentinels_kafka_and_what_measures(prod: Graph) -> None:
    assert node(prod, "redis.sentinels").bounds == "3 sentinels"
    assert Edge(source="redis.sentinels", target="redis", does=("choose the primary",), watches=True) in prod.edges
    assert node(prod, "events").lines == ("3 brokers", "50Gi of disk each", "topic orders (6)")
    assert node(prod, "observability").details == ("99.9 % succeed", "99 % within 300ms")
    measured = {edge.target for edge in prod.edges if edge.source == "observability" and edge.watches}
    assert measured == {"services.orders", "postgres.pooler", "postgres"}


def test_streams_of_redis_are_on_the_broker() -> None:
    part = Service(app="a:b", routes=["/"], uses=["events"])
    backend = Backend(
        name="shop",
        platform="kubernetes",
        image="shop:1",
        redis=Redis(),
        events=Events(topics={"orders": Topic()}),
        services={"web": part},
        gateway=Gateway(),
    )
    drawn = graph(backend, "dev")
    assert does(drawn, "services.web", "redis") == ("writes and reads events",)
    assert "topic orders" in node(drawn, "redis").details
    assert "events" not in names(drawn)


def test_what_somebody_else_runs_is_drawn_so_by_its_address(prod: Graph) -> None:
    external = Backend(
        name="shop",
        platform="kubernetes",
        image="shop:1",
        postgres=Postgres(
            instances=3,
            external=ExternalPostgres(primary="db.example.com:5432", replicas=["ro.example.com:5432"], secret="db"),
        ),
        redis=Redis(external=ExternalRedis(address="redis.example.com:6379", secret="redis")),
        events=Events(engine="kafka", external=ExternalEvents(bootstrap=["b-1.example.com:9094"], secret="kafka")),
        services={"web": Service(app="a:b", routes=["/"], uses=["postgres", "events"], sends=["mail"])},
        workers={"mail": Workers(app="a:b", queues=["mail"])},
        gateway=Gateway(),
    )
    drawn = graph(external, "managed")
    assert {one.name: one.lines for one in drawn.nodes if one.external} == {
        "clients": (),
        "postgres": ("db.example.com:5432",),
        "postgres.replicas": ("ro.example.com:5432",),
        "redis": ("redis.example.com:6379",),
        "events": ("b-1.example.com:9094",),
    }
    assert {one.name for one in prod.nodes if one.external} == {"clients", "postgres.backups"}


def test_long_lists_say_how_many_more_there_are() -> None:
    topics = [line for line in node(graph(everything(), "prod"), "events").details if "disk" not in line]
    assert topics == ["topic topic-0 (3)", "topic topic-1 (3)", "topic topic-2 (3)", "and 6 more"]


def test_who_does_not_see_it_is_told_every_part_and_every_edge(prod: Graph) -> None:
    told = prod.description
    assert "orders (service): 3 to 10 replicas, by CPU, 50 %." in told
    assert "orders (workers) to redis (Redis, broker): takes orders." in told
    assert told.count(".") >= len(prod.nodes) + len(prod.edges)


def test_nothing_declared_is_nothing_drawn() -> None:
    drawn = graph(Backend(name="shop"), "local")
    assert (drawn.nodes, drawn.edges, drawn.description) == ((), (), "Nothing is declared.")
