"""What the shop's backend is, wherever it runs; each environment's stack file says how far it may scale there."""

from scalewright.declaration import (
    Backend,
    Backlog,
    Cpu,
    Gateway,
    Pool,
    Postgres,
    RateLimit,
    Redis,
    Scale,
    Service,
    Workers,
)

backend = Backend(
    name="shop",
    source="app",
    postgres=Postgres(instances=2, max_connections=200, storage="20Gi", migrations="alembic.ini"),
    redis=Redis(memory="256Mi"),
    services={
        "orders": Service(
            app="shop.orders.main:app",
            routes=["/orders", "/products"],
            uses=["postgres", "redis"],
            sends=["orders"],
            outbox="shop.orders.relay",
            database=Pool(size=5, overflow=5),
            scale=Scale(min=2, max=6, metrics=[Cpu(50)]),
        ),
    },
    workers={
        "orders": Workers(
            app="shop.worker:celery",
            queues=["orders"],
            concurrency=2,
            uses=["postgres", "redis"],
            database=Pool(size=2, overflow=2, reads="primary"),  # a task works on what it has just written
            longest_task="30s",
            scale=Scale(min=1, max=4, metrics=[Backlog(per_replica=50)]),
        ),
    },
    gateway=Gateway(rate_limit=RateLimit(average=200, burst=400)),
)
