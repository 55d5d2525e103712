"""The parts of a declaration, as Python has them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

import scalewright.declaration as vocabulary
from scalewright.declaration import (
    Backend,
    Backlog,
    Backups,
    Cluster,
    Cpu,
    Duration,
    Events,
    ExternalEvents,
    ExternalPostgres,
    ExternalRedis,
    Gateway,
    Memory,
    Model,
    ObjectStore,
    Observability,
    Operators,
    Pool,
    Pooler,
    Postgres,
    Quantity,
    Redis,
    RedisCache,
    Requests,
    Resources,
    Scale,
    Schedule,
    Service,
    Tls,
    Workers,
)
from scalewright.declaration.anatomy import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable


EXTERNAL = ExternalPostgres(primary="db.example.com:5432", secret="shop-database")
BROKER = ExternalRedis(address="redis.example.com:6379", secret="shop-redis")
KAFKA = ExternalEvents(bootstrap=["b-1.example.com:9094"], secret="shop-kafka")
BACKUPS = Backups(destination="s3://shop-backups/prod", secret="shop-backups")


def service(**settings: Any) -> Service:
    return Service(**{"app": "shop.main:app", "routes": ["/"], **settings})


def workers(**settings: Any) -> Workers:
    return Workers(**{"app": "shop.worker:celery", "queues": ["orders"], **settings})


def backend(**settings: Any) -> Backend:
    return Backend(**{"name": "shop", "gateway": Gateway(), **settings})


def test_a_backend_needs_only_a_name() -> None:
    backend = Backend(name="shop")
    assert (backend.platform, backend.source, backend.services, backend.postgres) == ("local", ".", {}, None)


def test_values_have_the_units_of_the_field() -> None:
    assert Postgres(storage="20Gi").storage == Quantity("20Gi")
    assert service(drain="1m30s").drain == Duration("90s")
    assert Resources(cpu=0.5, memory="512Mi").cpu == Quantity("500m")


def test_an_external_database_may_stand_beside_the_sizes_of_another_environment() -> None:
    postgres = Postgres(instances=3, storage="20Gi", max_connections=200, external=EXTERNAL)
    assert not postgres.has_replicas
    assert postgres.external is not None
    with_replica = ExternalPostgres(primary="db:5432", replicas=["db-ro:5432"], secret="shop-database")
    assert Postgres(external=with_replica).has_replicas
    assert Postgres(instances=2).has_replicas


def test_replicas_alone_may_be_asked_for_reads_where_an_external_database_has_some() -> None:
    def backend(**settings: Any) -> Backend:
        external = ExternalPostgres(primary="db:5432", secret="shop-database", **settings)
        reader = service(uses=["postgres"], database=Pool(reads="replica"))
        return Backend(name="shop", postgres=Postgres(external=external), services={"a": reader}, gateway=Gateway())

    assert backend(replicas=["db-ro:5432"])
    with pytest.raises(ValidationError, match=r"while postgres\.external\.replicas is empty"):
        backend()


def test_metrics_take_their_figure_by_position() -> None:
    assert Cpu(50) == Cpu(utilization=50)
    assert (Memory(80).type, Requests(12.5).per_replica, Backlog(50).per_replica) == ("memory", 12.5, 50)
    assert Schedule("0 8 * * 1-5", "0 18 * * 1-5", 2).timezone == "UTC"


def test_a_declaration_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Backend(name="shop").name = "other"
    with pytest.raises(AttributeError):
        Cpu(50).utilization = 60


def test_a_backend_survives_its_own_json() -> None:
    backend = Backend(
        name="shop",
        services={"a": service(scale=Scale(min=1, max=3, metrics=[Cpu(50), Requests(100)]))},
        gateway=Gateway(body_limit=None),
    )
    assert Backend.model_validate(backend.model_dump(mode="json")) == backend
    assert Backend.model_validate_json(backend.model_dump_json()) == backend


def test_numbers_text_and_truth_are_not_converted_into_each_other() -> None:
    for wrong in ({"instances": "2"}, {"instances": True}, {"instances": 2.0}, {"migrations": 3}):
        with pytest.raises(ValidationError):
            Postgres(**wrong)
    with pytest.raises(ValidationError):
        Redis(persistence="yes")
    with pytest.raises(ValidationError):
        Cpu("50")


Refusals = list[tuple["Callable[[], object]", str]]

REFUSALS: Refusals = [
    (lambda: Postgres(instances=0), "greater than or equal to 1"),
    (lambda: Postgres(storage="-1Gi"), "it must be at least 1Mi"),
    (lambda: Redis(memory="512m"), "write 512Mi for 512 mebibytes"),
    (lambda: Postgres(parameters={"max_connections": 5}), "Set postgres.max_connections"),
    (lambda: Postgres(parameters={"log_directory": "x"}), "left to the platform"),
    (lambda: Postgres(parameters={"Work_Mem": "8MB"}), "in lower case"),
    (lambda: Postgres(parameters={"work_mem": "8MB\nport=1"}), "one line of printable text"),
    (lambda: Postgres(max_connections=30, pooler={"pool_size": 20, "instances": 2}), "at most max_connections"),
    (lambda: Postgres(pooler={"pool_size": 20, "max_clients": 10}), "at most max_clients"),
    (lambda: Postgres(migrations="../alembic.ini"), "inside the project"),
    (lambda: Postgres(migrations="/etc/alembic.ini"), "inside the project"),
    (lambda: Resources(cpu="500m", memory="1Gi", cpu_limit="100m"), r"at least cpu \(500m\)"),
    (lambda: Resources(cpu="0.5m", memory="1Gi"), "it must be at least 1m"),
    (lambda: service(app="shop.main"), "package.module:attribute"),
    (lambda: service(routes=[]), "at least 1 item"),
    (lambda: service(routes=["orders"]), "start with"),
    (lambda: service(routes=["/a/"]), "start with"),
    (lambda: service(routes=["/a//b"]), "start with"),
    (lambda: service(routes=["/a/../b"]), "start with"),
    (lambda: service(routes=["/a`b"]), "start with"),
    (lambda: service(routes=["/a%2fb"]), "start with"),
    (lambda: service(routes=["/a", "/a"]), "only once"),
    (lambda: service(scale=Scale(min=0, max=2)), "at least 1 for a service"),
    (lambda: service(scale=Scale(metrics=[Backlog(5)])), "only workers have a backlog"),
    (lambda: service(database=Pool()), "postgres in uses"),
    (lambda: service(outbox="shop.relay", uses=["postgres"]), "redis in uses"),
    (lambda: service(environment={"DATABASE_URL": "x"}), "left to the platform"),
    (lambda: service(environment={"A=B": "x"}), "name of an environment variable"),
    (lambda: service(environment={"A": "x\0"}), "NUL"),
    (lambda: service(drain="-1s"), "it must be at least 0s"),
    (lambda: service(drain="2h"), "it must be at most 1h0m0s"),
    (lambda: Postgres(synchronous="required"), "while instances is 1, which is no replica to wait for"),
    (lambda: Postgres(pooler=Pooler(replicas=True)), "false while instances is 1"),
    (lambda: Postgres(external=EXTERNAL, pooler=Pooler()), "pooler: it must not be set beside external"),
    (lambda: Postgres(external=EXTERNAL, backups=BACKUPS), "set postgres.backups to null"),
    (lambda: Postgres(external=EXTERNAL, parameters={"jit": False}), "parameters: it must not be set beside external"),
    (lambda: Postgres(external=EXTERNAL, synchronous="preferred"), "synchronous: it must not be set beside external"),
    (lambda: ExternalPostgres(primary="db.example.com", secret="s"), "it must be a host and a port"),
    (lambda: ExternalPostgres(primary="db:5432", secret="s", user="Shop"), "a name of PostgreSQL in lower case"),
    (lambda: ExternalPostgres(primary="db:5432", secret="s", key="a b"), "the key of a Kubernetes Secret"),
    (lambda: ExternalPostgres(primary="db:5432", secret="s", replicas=["a:1", "a:1"]), "only once"),
    (lambda: Backups(destination="shop-backups", secret="s"), "a bucket of S3"),
    (lambda: Backups(destination="s3://shop-backups/", secret="s"), "without a slash at the end"),
    (lambda: Backups(destination="s3://shop", secret="s", endpoint="s3.example.com"), "https://s3.example.com"),
    (lambda: Backups(destination="s3://shop", secret="s", retention="1y"), "30d, 4w or 3m"),
    (lambda: Backups(destination="s3://shop", secret="s", schedule="0 0 3 * * *"), "five fields"),
    (lambda: Redis(instances=2), "1, or at least 3"),
    (lambda: Redis(external=BROKER, instances=3), "instances: it must not be set beside external"),
    (lambda: Redis(external=BROKER, tls=True), "tls: it must not be set beside external"),
    (lambda: Redis(external=BROKER, cache=RedisCache()), "Set redis.cache to null"),
    (lambda: Redis(memory="1Gi", resources=Resources(cpu=1, memory="2047Mi")), "at least 2Gi, because the data may"),
    (lambda: Redis(memory="1Gi", persistence=False, resources=Resources(cpu=1, memory="1Gi")), "at least 1280Mi"),
    (lambda: RedisCache(memory="64Mi", resources=Resources(cpu=1, memory="64Mi")), "at least 80Mi"),
    (lambda: workers(queues=[]), "at least 1 item"),
    (lambda: workers(queues=["a,b"]), "name of a queue"),
    (lambda: workers(scale=Scale(min=0, max=2, metrics=[Cpu(50)])), "without a metric of type backlog or schedule"),
    (lambda: workers(scale=Scale(metrics=[Requests(5)])), "only services get requests"),
    (lambda: Scale(min=3, max=2), r"at most max \(2\)"),
    (lambda: Scale(max=2, metrics=[Cpu(50), Cpu(60)]), "only once"),
    (lambda: Scale(max=2, metrics=[Schedule("0 8 * * *", "0 9 * * *", 3)]), r"within min \(1\) and max \(2\)"),
    (lambda: Requests(0), "greater than 0"),
    (lambda: Requests(float("inf")), "finite"),
    (lambda: Schedule("0 8 * *", "0 9 * * *", 1), "five fields"),
    (lambda: Schedule("60 8 * * *", "0 9 * * *", 1), "minute must be within 0 to 59"),
    (lambda: Schedule("0 8 * * 7", "0 9 * * *", 1), "day of the week must be within 0 to 6"),
    (lambda: Schedule("0 8 * * *", "0 9 * * fri-mon", 1), "day of the week"),
    (lambda: Schedule("0 8 */0 * *", "0 9 * * *", 1), "day of the month"),
    (lambda: Schedule("0 8 * * *", "0 9 * * *", 1, "Mars/Olympus"), "time zone"),
    (lambda: Gateway(tls=Tls(issuer="letsencrypt")), "a certificate is issued for a name"),
    (lambda: Gateway(hostname="https://shop.example.com"), "host name"),
    (lambda: Events(engine="kafka", brokers=2), "1, or at least 3: when one of two is lost"),
    (lambda: Events(external=KAFKA), "external: it must come with engine kafka"),
    (lambda: ExternalEvents(bootstrap=[], secret="s"), "at least 1 item"),
    (lambda: ExternalEvents(bootstrap=["b-1"], secret="s"), "it must be a host and a port"),
    (lambda: ExternalEvents(bootstrap=["b:1"], secret="s", cidrs=["10.1.2.3/16"]), "no bit set beyond the prefix"),
    (lambda: Operators(keda="Keda"), "the name of a namespace"),
    (lambda: Cluster(api_ports=[0]), "greater than or equal to 1"),
    (lambda: Cluster(nodes={"count": 0, "cpu": "8", "memory": "32Gi"}), "greater than or equal to 1"),
    (lambda: Cluster(nodes={"count": 3, "cpu": "8", "memory": "32"}), "at least 1Mi"),
    (
        lambda: backend(events=Events(engine="kafka"), services={"orders": service(uses=["events"])}),
        r"it must hold a topic, because services\.orders\.uses has events",
    ),
    (lambda: Observability(metrics=False, availability=99), "metrics: it must be true where availability is promised"),
    (lambda: ObjectStore(buckets=["My_Bucket"]), "S3 bucket name"),
    (lambda: ObjectStore(buckets=["uploads"], expire_days={"pages": 9}), r"one of buckets \(uploads\)"),
    (lambda: ObjectStore(buckets=["192.168.0.1"]), "S3 bucket name"),
    (lambda: ObjectStore(buckets=["ab"]), "S3 bucket name"),
    (lambda: Backend(name="Shop"), "DNS label"),
    (lambda: Backend(name="a" * 41), "at most 40 characters"),
    (lambda: Backend(name="shop", image="Not An Image"), "container image"),
    (lambda: Backend(name="shop", source="../app"), "inside the project"),
    (lambda: Backend(name="shop", programs={"redis": "valkey"}), '"machine", "wheel" or an absolute path'),
]


@pytest.mark.parametrize(("make", "words"), REFUSALS, ids=[words for _, words in REFUSALS])
def test_what_cannot_work_is_refused(make: Callable[[], object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        make()


ACCEPTED: list[Callable[[], object]] = [
    lambda: service(routes=["/", "/a/b.c", "/~x/%20", "/a:b@c;d=e,f"]),
    lambda: workers(scale=Scale(min=0, max=2, metrics=[Backlog(5)])),
    lambda: workers(scale=Scale(min=0, max=2, metrics=[Schedule("0 8 * * mon-fri", "0,30 18 1-15 jan */2", 1)])),
    lambda: Scale(max=3, metrics=[Schedule("0 8 * * *", "0 9 * * *", 2), Schedule("0 18 * * *", "0 19 * * *", 3)]),
    lambda: Postgres(parameters={"work_mem": "8MB", "jit": False, "log_min_duration_statement": 250, "a.b": 1.5}),
    lambda: ObjectStore(buckets=["uploads", "shop.archive-2026"]),
    lambda: Backend(name="shop", image="registry.example.com:5000/acme/shop:1.4.0@sha256:" + "a" * 64),
    lambda: Backend(name="shop", programs={"postgres": "/usr/lib/postgresql/17/bin", "redis": "machine"}),
    lambda: Backend(name="shop", redis=Redis(persistence=False, eviction="allkeys-lru")),
    lambda: Gateway(hostname="shop.example.com", tls=Tls(issuer="letsencrypt"), body_limit=None),
]


@pytest.mark.parametrize("make", ACCEPTED)
def test_what_can_work_is_accepted(make: Callable[[], object]) -> None:
    assert make() is not None


def test_every_setting_says_what_it_is_and_every_required_one_gives_an_example() -> None:
    parts = [part for name in vocabulary.__all__ if hasattr(part := getattr(vocabulary, name), "__pydantic_fields__")]
    assert len(parts) > 20
    for part in parts:
        for name, field in fields_of(part).items():
            assert field.description, f"{part.__name__}.{name} has no description"
            assert field.examples or not field.is_required(), f"{part.__name__}.{name} has no example"


def test_every_example_is_valid_by_itself() -> None:
    for name in vocabulary.__all__:
        part = getattr(vocabulary, name)
        if hasattr(part, "__pydantic_fields__") and part is not Model:
            required = {key: field.examples[0] for key, field in fields_of(part).items() if field.is_required()}
            assert part(**required) is not None


def test_importing_the_vocabulary_loads_no_yaml() -> None:
    program = "import sys, scalewright.declaration; sys.exit('ruamel.yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_beat_may_fill_a_queue_that_no_service_sends_to() -> None:
    parts: dict[str, Any] = {"name": "shop", "redis": Redis()}
    workers = Workers(app="shop.worker:celery", queues=["nightly"], beat=True)
    assert Backend(**parts, workers={"nightly": workers}).workers["nightly"].beat
    with pytest.raises(ValidationError, match="it must be a queue that some service sends to"):
        Backend(**parts, workers={"nightly": workers.model_copy(update={"beat": False})})


def test_a_beat_and_a_service_cannot_have_one_name() -> None:
    services = {"orders-beat": Service(app="a:b", routes=["/"], sends=["orders"])}
    workers = {"orders": Workers(app="a:b", queues=["orders"], beat=True)}
    with pytest.raises(ValidationError, match=r"it must not name a process that .* names too \(orders-beat\)"):
        Backend(name="shop", redis=Redis(), gateway=Gateway(), services=services, workers=workers)
