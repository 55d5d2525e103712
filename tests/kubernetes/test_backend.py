"""A whole backend: which components a declaration becomes, in which order, and what each is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.kubernetes.plans import ENVIRONMENTS, by_name, container_of, shipped, variables

from scalewright import declaration
from scalewright.declaration import Gateway, Postgres, Redis, Requests, Scale, Tls, Workers
from scalewright.evaluation import evaluate
from scalewright.kubernetes.backend import Backend
from scalewright.plan.render import manifests

if TYPE_CHECKING:
    from scalewright.plan.resources import Resource


def backend(**changes: Any) -> tuple[Resource, ...]:
    parts: dict[str, Any] = {
        "name": "web-shop",
        "platform": "kubernetes",
        "image": "shop:1",
        "postgres": Postgres(migrations="alembic.ini"),
        "redis": Redis(),
        "services": {
            "orders": declaration.Service(
                app="shop.main:app", routes=["/orders"], uses=["postgres"], sends=["orders"], drain="1.5s"
            ),
            "pages": declaration.Service(app="pages:app", routes=["/"], processes=2, environment={"COLOR": "blue"}),
        },
        "workers": {"orders": Workers(app="shop.worker:celery", queues=["orders"], longest_task="1m")},
        "gateway": Gateway(),
    }
    declared = declaration.Backend(**parts | changes)
    return evaluate(lambda: [Backend(declared, "test"), None][1], "shop", "test")


def resource(resources: tuple[Resource, ...], kind: str, name: str) -> Resource:
    [found] = [one for one in resources if one.inputs.get("kind") == kind and one.name == name]
    return found


def test_only_what_uses_the_database_waits_for_its_migrations() -> None:
    resources = backend()
    [job] = [one.urn for one in resources if one.inputs.get("kind") == "Job"]
    waiting = {one.name for one in resources if one.inputs.get("kind") == "Deployment" and job in one.depends_on}
    assert waiting == {"orders"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_everything_comes_after_its_namespace(environment: str) -> None:
    resources = [one for one in shipped(environment) if one.custom and one.type.startswith("kubernetes:")]
    namespace = resource(shipped(environment), "Namespace", f"shop-{environment}")
    for one in resources:
        if one is not namespace:
            assert namespace.urn in one.depends_on, one.name


def test_a_service_is_told_what_it_uses_and_no_more() -> None:
    found = by_name(manifests(backend()))
    assert variables(found["Deployment orders"]) == {
        "SERVICE_NAME": "orders",
        "DATABASE_URL": "postgresql://web_shop@postgres-rw.web-shop-test.svc:5432/web_shop",
        "DATABASE_REPLICA_URLS": "",
        "DATABASE_PASSWORD_FILE": "/run/secrets/scalewright/database_password",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/run/secrets/scalewright/pgsslrootcert",
        "REDIS_URL": "redis://redis.web-shop-test.svc:6379/0",
        "REDIS_PASSWORD_FILE": "/run/secrets/scalewright/redis_password",
        "VISIBILITY_TIMEOUT": "120",
    }
    assert variables(found["Deployment pages"]) == {
        "SERVICE_NAME": "pages",
        "COLOR": "blue",
        "METRICS_DIR": "/tmp/metrics",  # noqa: S108 - a volume of the pod's own
    }


def test_a_service_drains_in_whole_seconds() -> None:
    command = container_of(by_name(manifests(backend()))["Deployment orders"])["command"]
    assert command[command.index("--timeout-graceful-shutdown") + 1] == "2"
    assert command[command.index("--workers") + 1] == "1"


def test_a_beat_is_there_where_workers_ask_for_it() -> None:
    assert "Deployment orders-beat" not in by_name(manifests(backend()))
    workers = Workers(app="shop.worker:celery", queues=["orders"], uses=["postgres"], beat=True)
    resources = backend(workers={"orders": workers})
    [job] = [one.urn for one in resources if one.inputs.get("kind") == "Job"]
    beat = resource(resources, "Deployment", "orders-beat")
    assert job in beat.depends_on
    assert variables(beat.inputs)["DATABASE_URL"].startswith("postgresql://")


def test_a_part_that_declares_no_resources_gets_the_default_in_writing() -> None:
    for name, one in by_name(manifests(backend())).items():
        if name.startswith("Deployment"):
            assert container_of(one)["resources"]["requests"]["memory"] == "256Mi"


def test_the_queues_are_read_by_the_name_that_other_namespaces_know() -> None:
    workers = Workers(app="a:b", queues=["orders"], scale=Scale(max=3, metrics=[declaration.Backlog(per_replica=5)]))
    found = by_name(manifests(backend(workers={"orders": workers})))
    [trigger] = found["ScaledObject orders-worker"]["spec"]["triggers"]
    assert trigger["metadata"]["address"] == "redis.web-shop-test.svc:6379"


def test_each_service_has_its_routes_at_the_gateway() -> None:
    tls = Gateway(hostname="shop.example.com", tls=Tls(issuer="letsencrypt", redirect=False), body_limit=None)
    found = by_name(manifests(backend(gateway=tls)))
    paths = {
        name: [match["path"]["value"] for match in found[f"HTTPRoute {name}"]["spec"]["rules"][0]["matches"]]
        for name in ("orders", "pages")
    }
    assert paths == {"orders": ["/orders"], "pages": ["/"]}
    assert "Middleware gateway-body-limit" not in found
    assert "HTTPRoute gateway-redirect" not in found


def test_a_service_scaled_by_requests_is_measured_in_its_namespace() -> None:
    service = declaration.Service(app="a:b", routes=["/"], scale=Scale(max=3, metrics=[Requests(per_replica=20)]))
    found = by_name(manifests(backend(services={"pages": service}, workers={}, redis=None)))
    [trigger] = found["ScaledObject pages"]["spec"]["triggers"]
    assert 'namespace="web-shop-test",service="pages"' in trigger["metadata"]["query"]


def test_a_backend_without_database_has_no_migrations() -> None:
    found = by_name(manifests(backend(postgres=None, redis=None, workers={}, services={"pages": PAGES})))
    assert not [name for name in found if name.startswith("Job")]


PAGES = declaration.Service(app="pages:app", routes=["/"])
