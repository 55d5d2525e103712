"""The plan of a declaration: which processes, in which order, with which settings."""

import json
from pathlib import Path
from typing import Any

import pytest

from scalewright.declaration import (
    Backend,
    Gateway,
    ObjectStore,
    Pool,
    Postgres,
    RateLimit,
    Redis,
    Scale,
    Service,
    Workers,
)
from scalewright.local import backend as nouns
from scalewright.local import gateway, service
from scalewright.local.replicas import counts
from scalewright.local.site import Site
from scalewright.plan.records import HeartbeatHealth, Process

PROGRAMS = {"postgres": "/pg/bin", "redis": "/bin/valkey-server", "traefik": "/bin/traefik", "rclone": "/bin/rclone"}


def shop(**changes: Any) -> Backend:
    parts: dict[str, Any] = {
        "name": "web-shop",
        "source": "app",
        "postgres": Postgres(instances=3, max_connections=150, migrations="alembic.ini", seed="shop.seed"),
        "redis": Redis(memory="64Mi"),
        "services": {
            "orders": Service(
                app="shop.main:app",
                routes=["/orders"],
                processes=2,
                uses=["postgres", "redis"],
                sends=["orders"],
                outbox="shop.relay",
                database=Pool(size=3, overflow=4),
                scale=Scale(min=2, max=4),
                drain="10s",
                environment={"COLOR": "blue"},
            )
        },
        "workers": {
            "orders": Workers(
                app="shop.worker:celery", queues=["orders"], concurrency=3, uses=["redis"], longest_task="20s"
            )
        },
        "gateway": Gateway(port=8000, rate_limit=RateLimit(average=10, burst=20), body_limit="1Mi"),
    }
    return Backend(**parts | changes)


def site(backend: Backend, **changes: Any) -> Site:
    replicas = counts(backend, changes.pop("asked", {}))
    ports = {name: 20000 + index for index, name in enumerate(nouns.ports(backend, replicas))}
    facts: dict[str, Any] = {
        "project": Path("/project"),
        "state": Path("/project/.scalewright/local"),
        "python": "/venv/bin/python",
        "ports": ports,
        "programs": PROGRAMS,
        "replicas": replicas,
        "sources": {"shop.main:app": "sha256:1", "migrations": "sha256:2"},
    }
    return Site(**facts | changes)


@pytest.fixture
def plan() -> dict[str, Process]:
    backend = shop()
    return {process.name: process for process in nouns.plan(backend, site(backend))}


def test_every_part_is_a_process_after_those_it_depends_on(plan: dict[str, Process]) -> None:
    assert set(plan) == {
        *("postgres", "postgres-replica-1", "postgres-replica-2", "redis", "migrations", "seed"),
        *("orders-1", "orders-2", "orders-relay", "orders-worker-1", "gateway"),
    }
    names = list(plan)
    assert all(names.index(need) < names.index(name) for name in names for need in plan[name].depends_on)
    assert plan["seed"].depends_on == ("migrations",)
    assert set(plan["orders-1"].depends_on) == {"postgres", "seed", "redis"}
    assert set(plan["gateway"].depends_on) == {"orders-1", "orders-2"}


def test_the_same_inputs_give_the_same_plan() -> None:
    backend = shop()
    assert nouns.plan(backend, site(backend)) == nouns.plan(shop(), site(shop()))


def test_a_record_survives_being_written_and_read(plan: dict[str, Process]) -> None:
    for process in plan.values():
        assert Process.model_validate_json(process.model_dump_json()) == process


def test_an_application_finds_the_database_by_address_and_its_password_by_file(plan: dict[str, Process]) -> None:
    environment = plan["orders-1"].environment
    ports = {name: plan[name].port for name in ("postgres", "postgres-replica-1", "postgres-replica-2")}
    assert environment["DATABASE_URL"] == f"postgresql://web_shop@127.0.0.1:{ports['postgres']}/web_shop"
    assert environment["DATABASE_REPLICA_URLS"] == ",".join(
        f"postgresql://web_shop@127.0.0.1:{ports[name]}/web_shop"
        for name in ("postgres-replica-1", "postgres-replica-2")
    )
    assert environment["DATABASE_PASSWORD_FILE"] == "/project/.scalewright/local/secrets/postgres-owner"
    assert (environment["DATABASE_POOL_SIZE"], environment["DATABASE_POOL_OVERFLOW"]) == ("3", "4")
    assert environment["REDIS_URL"] == f"redis://127.0.0.1:{plan['redis'].port}/0"
    assert (environment["SERVICE_NAME"], environment["INSTANCE_NAME"]) == ("orders", "orders-1")
    assert environment["COLOR"] == "blue"


def test_a_worker_without_the_database_is_not_told_where_it_is(plan: dict[str, Process]) -> None:
    worker = plan["orders-worker-1"]
    assert not [name for name in worker.environment if name.startswith("DATABASE")]
    assert worker.depends_on == ("redis",)
    assert {"-Q", "orders", "-c", "3", "--disable-prefetch"} <= set(worker.command)


def test_a_task_is_given_to_another_worker_after_twice_its_longest_time(plan: dict[str, Process]) -> None:
    assert plan["orders-worker-1"].environment["VISIBILITY_TIMEOUT"] == "40"
    assert plan["orders-relay"].environment["VISIBILITY_TIMEOUT"] == "40"
    assert plan["orders-worker-1"].stop.seconds == 30


def test_a_relay_is_told_that_one_connection_to_the_primary_is_enough(plan: dict[str, Process]) -> None:
    told = plan["orders-relay"].environment
    assert (told["DATABASE_POOL_SIZE"], told["DATABASE_POOL_OVERFLOW"], told["DATABASE_READS"]) == ("1", "0", "primary")


def test_a_replica_may_drain_before_it_is_killed(plan: dict[str, Process]) -> None:
    command = plan["orders-1"].command
    assert command[command.index("--timeout-graceful-shutdown") + 1] == "10"
    assert plan["orders-1"].stop.seconds == 15


def test_a_replica_with_several_processes_has_a_folder_for_its_metrics(plan: dict[str, Process]) -> None:
    folder = "/project/.scalewright/local/run/orders-1.metrics"
    assert plan["orders-1"].environment["METRICS_DIR"] == folder
    assert plan["orders-1"].prepare[-1] == folder


def test_the_database_is_configured_as_declared() -> None:
    backend = shop(postgres=Postgres(instances=2, max_connections=150, parameters={"work_mem": "8MB", "jit": False}))
    plan = {process.name: process for process in nouns.plan(backend, site(backend))}
    primary = plan["postgres"].files["config/postgres.conf"]
    assert "listen_addresses = '127.0.0.1'\n" in primary
    assert "max_connections = '150'\n" in primary
    assert "work_mem = '8MB'\n" in primary
    assert "jit = off\n" in primary
    assert "primary_conninfo" not in primary
    replica = plan["postgres-replica-1"].files["config/postgres-replica-1.conf"]
    assert f"host=127.0.0.1 port={plan['postgres'].port} user=replicator" in replica
    assert "max_connections = '150'\n" in replica


def test_the_broker_keeps_what_it_is_given(plan: dict[str, Process]) -> None:
    text = plan["redis"].files["config/redis.conf"]
    assert "appendonly yes\n" in text
    assert "maxmemory-policy noeviction\n" in text
    assert f"maxmemory {64 * 2**20}\n" in text
    assert "requirepass {{secret:redis}}\n" in text


def test_the_gateway_sends_a_route_and_what_is_below_it_to_every_replica(plan: dict[str, Process]) -> None:
    gateway = plan["gateway"]
    http = json.loads(gateway.watched["config/gateway/routes.yml"])["http"]
    assert http["routers"]["orders"]["rule"] == "Path(`/orders`) || PathPrefix(`/orders/`)"
    assert [server["url"] for server in http["services"]["orders"]["loadBalancer"]["servers"]] == [
        f"http://127.0.0.1:{plan[name].port}" for name in ("orders-1", "orders-2")
    ]
    assert http["routers"]["orders"]["middlewares"] == ["rate-limit", "body-limit", "retry"]
    assert http["middlewares"]["rate-limit"]["rateLimit"] == {"average": 10, "burst": 20, "period": "1s"}
    assert http["middlewares"]["body-limit"]["buffering"]["maxRequestBodyBytes"] == 2**20


def test_the_gateway_is_ready_under_a_path_that_changes_with_its_routes() -> None:
    before, after = shop(), shop(gateway=Gateway(port=8000, body_limit="2Mi"))
    one, other = (next(p for p in nouns.plan(b, site(b)) if p.name == "gateway") for b in (before, after))
    assert one.health is not None
    assert other.health is not None
    assert one.health != other.health
    assert one.health.path in one.watched["config/gateway/routes.yml"]  # type: ignore[union-attr]
    assert one.files == other.files


def test_replicas_that_were_asked_for_are_planned_within_the_declared_bounds() -> None:
    backend = shop()
    for asked, planned in ((3, ["orders-1", "orders-2", "orders-3"]), (1, ["orders-1", "orders-2"])):
        known = site(backend, asked={"services.orders": asked, "services.gone": 5})
        plan = [process for process in nouns.plan(backend, known) if process.noun == "services.orders"]
        assert sorted(process.name for process in plan if process.port) == planned


def test_a_stand_in_differs_from_the_replicas_in_its_name_and_port_alone(plan: dict[str, Process]) -> None:
    backend = shop()
    surge = service.surges(backend, site(backend))["services.orders"]
    port = site(backend).ports["orders-surge"]
    assert surge.port == port
    text = plan["orders-1"].model_dump_json().replace("orders-1", "orders-surge")
    assert Process.model_validate_json(text.replace(str(plan["orders-1"].port), str(port))) == surge


@pytest.mark.parametrize(("body_limit", "timeouts"), [("1Mi", {"readTimeout": "10s"}), (None, None)])
def test_the_gateway_gives_up_on_slow_clients_where_it_reads_the_request_itself(
    body_limit: str | None, timeouts: dict[str, str] | None
) -> None:
    backend = shop(gateway=Gateway(port=8000, body_limit=body_limit))
    [gateway] = (process for process in nouns.plan(backend, site(backend)) if process.name == "gateway")
    web = json.loads(gateway.files["config/gateway.yml"])["entryPoints"]["web"]
    assert web["transport"].get("respondingTimeouts") == timeouts


def test_the_gateway_can_send_to_other_replicas_and_is_ready_under_another_path_then(plan: dict[str, Process]) -> None:
    before = plan["gateway"]
    ports = gateway.ports_of(before, "orders")
    other = gateway.sending_to(before, "orders", [1, 2, 3])
    assert gateway.ports_of(other, "orders") == (1, 2, 3)
    assert other.health != before.health
    assert other.health.path in other.watched["config/gateway/routes.yml"]  # type: ignore[union-attr]
    assert gateway.sending_to(other, "orders", ports) == before
    assert gateway.ports_of(before, "absent") == ()


def test_an_object_store_has_its_buckets_and_no_key_on_its_command_line() -> None:
    backend = shop(object_store=ObjectStore(buckets=["receipts"]))
    store = next(process for process in nouns.plan(backend, site(backend)) if process.name == "object-store")
    assert store.prepare[-1].endswith("/data/object-store/receipts")
    assert store.model_dump()["environment"] == {"RCLONE_AUTH_KEY": {"secret": "object-store-auth"}}


def test_root_starts_the_database_as_nobody(plan: dict[str, Process]) -> None:
    backend = shop()
    rooted = {p.name: p for p in nouns.plan(backend, site(backend, privilege="userns"))}
    assert rooted["postgres"].command[:2] == ("unshare", "--user")
    assert plan["postgres"].command[0] == "/pg/bin/postgres"
    assert rooted["redis"] == plan["redis"]


def test_a_digest_of_code_is_part_of_the_record_of_what_runs_it(plan: dict[str, Process]) -> None:
    assert plan["orders-1"].source == "sha256:1"
    assert plan["migrations"].source == "sha256:2"
    assert plan["postgres"].source is None


def test_workers_with_a_beat_have_one_process_that_sends_what_is_due() -> None:
    workers = Workers(app="shop.worker:celery", queues=["orders"], beat=True, scale=Scale(min=3, max=3))
    backend = shop(workers={"orders": workers})
    [beat] = [record for record in nouns.plan(backend, site(backend)) if "beat" in record.command]
    assert beat.name == "orders-beat"
    assert beat.command[1:6] == ("-m", "celery", "-A", "shop.worker:celery", "beat")
    assert isinstance(beat.health, HeartbeatHealth)
    assert beat.environment["HEALTH_FILE"] == beat.health.file
    assert beat.depends_on == ("redis",)
    assert not [record for record in nouns.plan(shop(), site(shop())) if "beat" in record.command]
