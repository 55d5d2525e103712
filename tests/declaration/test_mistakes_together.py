"""All mistakes of an overlay are told together, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Project

WHERE = "stacks/Pulumi.local.yaml"
MANY = """
nam: shop
image: shop:1
postgres: {replicas: 2, instances: 1, max_connections: many, storage: -5Gi}
redis: {eviction: allkeys-lru, persistance: true}
services:
  orders:
    uses: [postgres, redis, object_store]
    database: {reads: replica}
    scale: {min: 9}
    drain: 30
  users: {}
  copy: {app: "shop.copy:app", routes: [/orders]}
workers:
  orders: {queues: [orders, lost]}
gateway: {port: 99999, tls: {issuer: x}, rate_limit: {burst: 0}}
"""
TOLD = [
    "3:5: nam is not a setting",
    "4:5: image is 'shop:1'",
    "5:16: postgres.replicas is not a setting",
    "5:43: postgres.max_connections is 'many'",
    "5:66: postgres.storage is '-5Gi'",
    "6:13: redis.eviction is 'allkeys-lru'",
    "6:36: redis.persistance is not a setting",
    "9:33: services.orders.uses[2] is 'object_store'",
    "10:20: services.orders.database.reads is 'replica'",
    "11:17: services.orders.scale.min is 9",
    "12:9: services.orders.drain is 30",
    "13:7: services.users.app is missing",
    "13:7: services.users.routes is missing",
    "14:45: services.copy.routes[0] is '/orders'",
    "16:33: workers.orders.queues[1] is 'lost'",
    "17:15: gateway.port is 99999",
    "17:28: gateway.tls is {'issuer': 'x'}",
    "17:59: gateway.rate_limit.burst is 0",
]


def test_all_mistakes_of_an_overlay_are_told_at_once(project: Project) -> None:
    project.overlay(MANY)
    told = project.mistakes()
    assert [line.removeprefix(f"{WHERE}:").partition("; ")[0] for line in told] == TOLD


def test_what_rests_on_a_refused_value_is_not_told_twice(project: Project) -> None:
    project.overlay("""
        postgres: 3
        services: {orders: {database: {reads: replica}}}
    """)
    assert project.mistake().startswith(f"{WHERE}:3:5: postgres is 3;")
