"""Backends that pictures are made of in tests."""

from __future__ import annotations

from scalewright.declaration import (
    Backend,
    Backlog,
    Backups,
    Cpu,
    Events,
    Gateway,
    Memory,
    ObjectStore,
    Observability,
    Pooler,
    Postgres,
    RateLimit,
    Redis,
    RedisCache,
    Requests,
    Scale,
    Schedule,
    Service,
    Tls,
    Topic,
    Workers,
)

#: Names that mean something to Mermaid, and those that differ by a hyphen only.
AWKWARD = ("end", "default", "graph", "style", "subgraph", "click", "x", "o", "class", "a", "a-b", "a--b")
METRICS = [Cpu(50), Memory(60), Requests(12.5), Schedule("0 8 * * 1-5", "0 18 * * 1-5", 2, "Europe/Berlin")]


def everything() -> Backend:
    """Everything that a backend can have, with names that are hard to write."""
    return Backend(
        name="shop",
        platform="kubernetes",
        image="ghcr.io/acme/shop:1.4.0",
        postgres=Postgres(
            instances=3,
            synchronous="preferred",
            pooler=Pooler(instances=2, replicas=True),
            migrations="alembic.ini",
            backups=Backups(destination="s3://shop-backups/prod", secret="shop-backups"),
        ),
        redis=Redis(instances=3, cache=RedisCache()),
        services={name: service(name) for name in AWKWARD},
        workers={
            "end": Workers(
                app="a:b",
                queues=["a", "my_queue"],
                uses=["postgres", "redis"],
                beat=True,
                scale=Scale(min=0, max=3, metrics=[Backlog(5)]),
            )
        },
        gateway=Gateway(hostname="shop.example.com", tls=Tls(issuer="x"), rate_limit=RateLimit(average=9, burst=9)),
        events=Events(engine="kafka", brokers=3, topics={f"topic-{number}": Topic() for number in range(9)}),
        object_store=ObjectStore(buckets=["uploads"], endpoint="https://s3.example.com:9000", secret="s"),
        observability=Observability(availability=99.9),
    )


def service(name: str) -> Service:
    """A service that uses everything."""
    return Service(
        app="a:b",
        routes=[f"/{name}", f"/{name}/$&'()*+,;=:@-%20_x_*y*~{'z' * 99}"],
        uses=["postgres", "redis", "events", "object_store"],
        sends=["a", "my_queue"],
        outbox="a.relay" if name == "a" else None,
        scale=Scale(min=2, max=9, metrics=METRICS),
    )
