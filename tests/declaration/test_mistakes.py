"""Every mistake of an overlay is named, with its place, value, bound and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

JARGON = ("pydantic", "Input should", "validation error", "https://", "Traceback", "[key]", "<class", "it was refused")
WHERE = "stacks/Pulumi.local.yaml"
ONE = {
    "an unknown setting with the nearest known one": (
        "postgres: {instance: 2}",
        "3:16: postgres.instance is not a setting; it must be one of instances, max_connections, storage, parameters, "
        "pooler, synchronous, backups, external, migrations, seed, resources. Did you mean instances?",
    ),
    "an unknown setting far from all": (
        "gateway: {xyzzy: 1}",
        "3:15: gateway.xyzzy is not a setting; it must be one of port, hostname, rate_limit, tls, body_limit. "
        "Take it out.",
    ),
    "an unknown setting that is null": (
        "redis: {persistance: null}",
        "3:13: redis.persistance is not a setting; it must be one of memory, persistence, eviction, storage, "
        "instances, tls, cache, external, resources. Did you mean persistence?",
    ),
    "an entry to take away that is not there": (
        "services: {order: null}",
        "3:16: services.order is null; it must name an entry that the declaration has (orders). Did you mean orders?",
    ),
    "replicas instead of instances": (
        "postgres: {replicas: 2}",
        "3:16: postgres.replicas is not a setting; it must be one of instances, max_connections, storage, parameters, "
        "pooler, synchronous, backups, external, migrations, seed, resources. "
        "Write instances, which counts the primary too: instances = replicas + 1.",
    ),
    "nearly replicas instead of instances": (
        "postgres: {replica: 2}",
        "3:16: postgres.replica is not a setting; it must be one of instances, max_connections, storage, parameters, "
        "pooler, synchronous, backups, external, migrations, seed, resources. "
        "Write instances, which counts the primary too: instances = replicas + 1.",
    ),
    "text for a number": (
        'postgres: {instances: "2"}',
        "3:16: postgres.instances is '2'; it must be a whole number. Write it in digits, without quotes or fraction.",
    ),
    "a truth value for a number": (
        "services: {orders: {processes: true}}",
        "3:25: services.orders.processes is true; it must be a whole number. "
        "Write it in digits, without quotes or fraction.",
    ),
    "a number for text": (
        "services: {orders: {environment: {PORT: 8080}}}",
        "3:39: services.orders.environment.PORT is 8080; it must be text. Put it in quotes.",
    ),
    "a number for a part": (
        "postgres: 3",
        "3:5: postgres is 3; it must be a mapping of settings. Write it as in {setting: value}.",
    ),
    "text for a list": (
        "services: {orders: {routes: /orders}}",
        "3:25: services.orders.routes is '/orders'; it must be a list. Write it as in [a, b].",
    ),
    "a list for a mapping": (
        "services: [orders]",
        "3:5: services is ['orders']; it must be a mapping. Write it as in {name: value}.",
    ),
    "min above max": (
        "services: {orders: {scale: {min: 9}}}",
        "3:33: services.orders.scale.min is 9; it must be at most max (6). Lower min or raise max.",
    ),
    "max below the min of the declaration": (
        "services: {orders: {scale: {max: 1}}}",
        "3:33: services.orders.scale.min is 2; it must be at most max (1). Lower min or raise max.",
    ),
    "a number above its bound": (
        "postgres: {instances: 17}",
        "3:16: postgres.instances is 17; it must be at most 16. Lower it to 16 or less.",
    ),
    "a number below its bound": (
        "gateway: {rate_limit: {average: 0}}",
        "3:28: gateway.rate_limit.average is 0; it must be at least 1. Raise it to 1 or more.",
    ),
    "a negative size": (
        "redis: {memory: -1Gi}",
        "3:13: redis.memory is '-1Gi'; it must be at least 1Mi. It is counted in bytes: write 512Mi for 512 mebibytes.",
    ),
    "a size that is none": (
        "redis: {memory: 1 GB}",
        "3:13: redis.memory is '1 GB'; it must be an amount such as 500m, 1.5, 512Mi or 1G. Write digits and then one "
        "of the suffixes n u m k M G T P E or Ki Mi Gi Ti Pi Ei, without a space.",
    ),
    "a duration without a unit": (
        "services: {orders: {drain: 30}}",
        "3:25: services.orders.drain is 30; it must be a length of time such as 30s, 1m30s or 1.5h. "
        "Add the unit, for example 30s.",
    ),
    "replicas read without instances": (
        "{postgres: {instances: 1}, services: {orders: {database: {reads: replica}}}}",
        "3:63: services.orders.database.reads is 'replica'; it must be 'primary' or 'prefer-replica' while "
        "postgres.instances is 1, which is no replica. Set postgres.instances to 2 or more, or change reads.",
    ),
    "a value that is no choice, with the nearest": (
        "redis: {eviction: noevicton}",
        "3:13: redis.eviction is 'noevicton'; it must be one of noeviction, allkeys-lru, allkeys-lfu, allkeys-random, "
        "volatile-lru, volatile-lfu, volatile-random, volatile-ttl. Did you mean noeviction?",
    ),
    "a service without routes": (
        'services: {users: {app: "shop.users:app"}}',
        "3:16: services.users.routes is missing; it must be given. Write for example routes: [/orders].",
    ),
    "a service without an app": (
        "services: {users: {routes: [/users]}}",
        "3:16: services.users.app is missing; it must be given. Write for example app: shop.orders.main:app.",
    ),
    "no routes left": (
        "services: {orders: {routes: []}}",
        "3:25: services.orders.routes is []; it must have at least one entry. Add one.",
    ),
    "two services on one route": (
        'services: {users: {app: "shop.users:app", routes: [/users, /orders]}}',
        "3:64: services.users.routes[1] is '/orders'; it must be the route of one service only, and is already "
        "services.orders.routes[0]. Give one of the two another route.",
    ),
    "a worker queue that no sends names": (
        "workers: {orders: {queues: [orders, mail]}}",
        "3:41: workers.orders.queues[1] is 'mail'; it must be a queue that some service sends to ('orders'). "
        "Add 'mail' to the sends of the service that fills it, or take it out of queues.",
    ),
    "a queue that no workers work off": (
        "services: {orders: {sends: [orders, mail]}}",
        "3:41: services.orders.sends[1] is 'mail'; it must be a queue that some workers work off ('orders'). "
        "Add 'mail' to the queues of workers, or take it out of sends.",
    ),
    "a use of something undeclared": (
        "services: {orders: {uses: [postgres, redis, object_store]}}",
        "3:49: services.orders.uses[2] is 'object_store'; it must be a part that is declared (postgres, redis). "
        "Declare object_store, or take it out of uses.",
    ),
    "a part taken away that something uses": (
        "workers: {orders: {uses: []}}\npostgres: null",
        "4:5: services.orders.uses[0] is 'postgres'; it must be a part that is declared (redis). "
        "Declare postgres, or take it out of uses.",
    ),
    "a broker that evicts": (
        "redis: {eviction: allkeys-lru}",
        "3:13: redis.eviction is 'allkeys-lru'; it must be 'noeviction' for the broker of the queues 'orders', which "
        "would lose tasks. Take eviction out.",
    ),
    "a broker that forgets": (
        "redis: {persistence: false}",
        "3:13: redis.persistence is false; it must be true for the broker of the queues 'orders', which would lose "
        "tasks in a restart. Take persistence out.",
    ),
    "routes without a gateway": (
        "gateway: null",
        "3:5: gateway is missing; it must be declared, because the services 'orders' have routes. Declare gateway.",
    ),
    "a pool without a database": (
        "services: {orders: {uses: [redis], database: {size: 3}}}",
        "3:40: services.orders.database is {'size': 3}; it must come with postgres in uses. "
        "Add postgres to uses, or take database out.",
    ),
    "an outbox without a broker": (
        "services: {orders: {uses: [postgres], outbox: shop.relay}}",
        "3:43: services.orders.outbox is 'shop.relay'; it must come with redis in uses, because it reads the outbox "
        "from PostgreSQL and sends to Redis. Add redis to uses, or take outbox out.",
    ),
    "an outbox whose tasks have no queue": (
        "{services: {orders: {sends: [], outbox: shop.relay}}, workers: null}",
        "3:37: services.orders.outbox is 'shop.relay'; it must come with sends, which name the queues that its tasks "
        "go to. Add a queue to sends, or take outbox out.",
    ),
    "a variable of the platform": (
        "services: {orders: {environment: {REDIS_URL: x}}}",
        "3:39: services.orders.environment.REDIS_URL is 'x'; it must be left to the platform, which sets it itself. "
        "Take it out.",
    ),
    "a parameter of the platform": (
        "postgres: {parameters: {max_connections: 300}}",
        "3:29: postgres.parameters.max_connections is 300; it must be left to the platform, which sets it itself. "
        "Set postgres.max_connections.",
    ),
    "a metric of no known type": (
        "{platform: docker, services: {orders: {scale: {metrics: [{type: cpus, utilization: 50}]}}}}",
        "3:63: services.orders.scale.metrics[0].type is 'cpus'; it must be one of cpu, memory, requests, backlog, "
        "schedule. Did you mean cpu?",
    ),
    "a metric without a type": (
        "{platform: docker, services: {orders: {scale: {metrics: [{utilization: 50}]}}}}",
        "3:62: services.orders.scale.metrics[0].type is missing; it must be one of cpu, memory, requests, backlog, "
        "schedule. Choose one of them.",
    ),
    "a metric with a figure out of bounds": (
        "{platform: docker, services: {orders: {scale: {metrics: [{type: cpu, utilization: 0}]}}}}",
        "3:74: services.orders.scale.metrics[0].utilization is 0; it must be at least 1. Raise it to 1 or more.",
    ),
    "a metric with an unknown setting": (
        "{platform: docker, services: {orders: {scale: {metrics: [{type: cpu, utilization: 50, target: 5}]}}}}",
        "3:91: services.orders.scale.metrics[0].target is not a setting; it must be one of utilization, type. "
        "Take it out.",
    ),
    "a name that is no name": (
        'services: {My_Service: {app: "a:b", routes: [/a]}}',
        "3:16: services.My_Service is 'My_Service'; it must be a DNS label: lower-case letters, digits and hyphens, "
        "a letter first and no hyphen last. Rename it.",
    ),
    "a name of the platform": (
        'services: {postgres-api: {app: "a:b", routes: [/a], uses: [postgres, redis], sends: [orders], outbox: a.b}}',
        "3:16: services.postgres-api is 'postgres-api'; it must differ from the names of the platform's own processes "
        "(events, gateway, migrations, object-store, postgres, redis, seed, supervisor). "
        "Rename it, and do not start it with one of them and a hyphen.",
    ),
    "a name that another's relay has": (
        'services: {orders: {outbox: a.b}, orders-relay: {app: "a:b", routes: [/a]}}',
        "3:39: services.orders-relay is 'orders-relay'; it must not name a process that services.orders names too "
        "(orders-relay). Rename one of the two.",
    ),
    "two names for one process": (
        'services: {orders-worker: {app: "a:b", routes: [/a]}}',
        "3:16: workers.orders is 'orders'; it must not name a process that services.orders-worker names too "
        "(orders-worker). Rename one of the two.",
    ),
    "a key of odd characters": (
        'services: {orders: {environment: {"a\\e[31m b": x}}}',
        "3:39: services.orders.environment['a\\x1b[31m b'] is 'a\\x1b[31m b'; it must be the name of an environment "
        "variable: letters, digits and underscores, no digit first. Rename it.",
    ),
    "events on a broker that is not there": (
        "{platform: docker, events: {}, redis: null, workers: null, services: {orders: {uses: [], sends: []}}}",
        "3:36: redis is missing; it must be declared, because the events' engine is redis. "
        "Declare redis, or set events.engine to kafka.",
    ),
}


@pytest.mark.parametrize(("changes", "message"), ONE.values(), ids=ONE)
def test_a_mistake_is_told_in_one_line(project: Project, changes: str, message: str) -> None:
    project.overlay(changes)
    assert project.mistake() == f"{WHERE}:{message}"


def test_no_message_speaks_of_the_validator(project: Project) -> None:
    for changes, _ in ONE.values():
        project.overlay(changes)
        for word in JARGON:
            assert not [line for line in project.mistakes() if word in line]


def test_every_line_names_value_bound_and_remedy(project: Project) -> None:
    for changes, _ in ONE.values():
        project.overlay(changes)
        for line in project.mistakes():
            where, _, rest = line.partition(": ")
            assert where.startswith(f"{WHERE}:")
            assert "; it must " in rest
            assert rest.endswith((".", "?"))


def test_a_long_value_is_cut(project: Project) -> None:
    project.overlay(f"postgres: {{instances: {'x' * 500}}}")
    assert f"is '{'x' * 76}...; it must" in project.mistake()
