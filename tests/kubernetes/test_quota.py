"""What a backend can become at most, by numbers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kubernetes.plans import ENVIRONMENTS, ROOT, container_of, objects

from scalewright.declaration import (
    Backend,
    Backups,
    ExternalPostgres,
    ExternalRedis,
    Gateway,
    Pooler,
    Postgres,
    Quantity,
    Redis,
    RedisCache,
    Resources,
    Scale,
    Service,
    Workers,
    load,
)
from scalewright.kubernetes.quota import DEFAULT, SMALL, Share, shares, total

SERVICE = Service(
    app="shop:app",
    routes=["/orders"],
    uses=["postgres", "redis"],
    sends=["orders"],
    outbox="shop.relay",
    scale=Scale(min=1, max=3),
    resources=Resources(cpu="200m", memory="300Mi"),
)
WORKERS = Workers(app="shop:celery", queues=["orders"], scale=Scale(min=1, max=5), beat=True)


def backend(**changes: Any) -> Backend:
    parts: dict[str, Any] = {
        "name": "shop",
        "postgres": Postgres(
            instances=2,
            storage="10Gi",
            migrations="alembic.ini",
            pooler=Pooler(instances=2),
            resources=Resources(cpu="1", memory="2Gi"),
        ),
        "redis": Redis(memory="200Mi", storage="3Gi", resources=Resources(cpu="100m", memory="400Mi")),
        "services": {"orders": SERVICE},
        "workers": {"orders": WORKERS},
        "gateway": Gateway(),
    }
    return Backend(**parts | changes)


def test_a_sum_is_pods_times_what_each_takes() -> None:
    one = Share(3, Resources(cpu="200m", memory="300Mi"))
    two = Share(2, Resources(cpu="1", memory="1Gi"), volumes=2, storage=Quantity("10Gi"))
    assert total([one, two]).hard() == {
        "pods": "5",
        "requests.cpu": "2600m",
        "requests.memory": "2948Mi",
        "limits.memory": "2948Mi",
        "persistentvolumeclaims": "2",
        "requests.storage": "20Gi",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def test_every_part_counts_as_often_as_it_can_run_at_once() -> None:
    counted = sorted((one.pods, str(one.resources.memory), one.volumes, str(one.storage)) for one in shares(backend()))
    assert counted == sorted(
        [
            (6, "300Mi", 0, "0"),  # replicas, and as many that drain
            (2, "256Mi", 0, "0"),  # the relay, and the one before it
            (10, "256Mi", 0, "0"),  # workers, and as many that finish their task
            (1, "256Mi", 0, "0"),  # beat: never two
            (3, "2Gi", 3, "10Gi"),  # instances, and one that takes the place of a lost one
            (4, "256Mi", 0, "0"),  # poolers
            (1, "256Mi", 0, "0"),  # migrations
            (1, "400Mi", 1, "3Gi"),  # redis
        ]
    )


def test_a_declaration_adds_up_to_its_quota() -> None:
    found = total(shares(backend()))
    cores = 6 * 200 + 2 * 50 + 10 * 100 + 50 + 3 * 1000 + 4 * 100 + 100 + 100
    mebibytes = 6 * 300 + 2 * 256 + 10 * 256 + 256 + 3 * 2048 + 4 * 256 + 256 + 400
    assert (found.pods, found.cpu, found.memory) == (28, Quantity(f"{cores}m"), Quantity(f"{mebibytes}Mi"))
    assert (found.volumes, found.storage) == (4, Quantity("33Gi"))


def test_what_somebody_else_runs_takes_nothing() -> None:
    external = backend(
        postgres=Postgres(external=ExternalPostgres(primary="db:5432", secret="s"), migrations="alembic.ini"),
        redis=Redis(external=ExternalRedis(address="redis:6379", secret="s")),
    )
    found, own = total(shares(external)), total(shares(backend()))
    assert own.pods - found.pods == 3 + 4 + 1  # instances, poolers and redis; the migrations remain
    assert (found.volumes, found.storage) == (0, Quantity(0))


def test_sentinels_poolers_of_replicas_and_a_cache_count_too() -> None:
    postgres, redis = backend().postgres, backend().redis
    assert postgres is not None
    assert redis is not None
    pooler = Pooler(instances=2, replicas=True)
    backups = Backups(destination="s3://shop-backups", secret="s")
    resources = Resources(cpu="100m", memory="400Mi")
    larger = total(
        shares(
            backend(
                postgres=postgres.model_copy(update={"pooler": pooler, "backups": backups}),
                redis=Redis(memory="200Mi", storage="3Gi", resources=resources, instances=3, cache=RedisCache()),
            )
        )
    )
    before = total(shares(backend()))
    # Four poolers, two servers and a cache more; three archivers and three sentinels run in pods counted before.
    assert larger.pods - before.pods == 4 + 2 + 1
    assert larger.memory - before.memory == Quantity(f"{4 * 256 + 2 * 400 + 256 + 3 * 256 + 3 * 256}Mi")
    assert (larger.volumes - before.volumes, larger.storage - before.storage) == (2, Quantity("6Gi"))


def test_more_replicas_make_a_larger_quota() -> None:
    before, after = (
        total(shares(backend(workers={"orders": WORKERS.model_copy(update={"scale": Scale(max=most)})})))
        for most in (5, 6)
    )
    assert after.pods - before.pods == 2
    assert after.memory - before.memory == 2 * DEFAULT.memory


def test_one_container_may_take_as_much_as_the_largest_part_and_never_less_than_the_default() -> None:
    assert total(shares(backend())).largest == Quantity("2Gi")
    assert total([Share(1, Resources(cpu="10m", memory="32Mi"))]).largest == DEFAULT.memory
    assert total([]).largest == DEFAULT.memory


def test_a_certificate_needs_a_pod_to_prove_the_name() -> None:
    plain = Backend(name="shop", gateway=Gateway(), services={"web": Service(app="a:b", routes=["/"])})
    tls = Gateway(hostname="shop.example.com", tls={"issuer": "letsencrypt"})
    with_tls = plain.model_copy(update={"gateway": tls})
    assert total(shares(with_tls)).memory - total(shares(plain)).memory == SMALL.memory


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_shipped_fits_its_own_quota_while_everything_is_replaced(environment: str) -> None:
    """Count from the manifests, not from the declaration: most replicas, and all of them once more."""
    found = objects(environment)
    hard = found[f"ResourceQuota shop-{environment}"]["spec"]["hard"]
    most = {
        "orders": load(ROOT, environment).services["orders"].scale.max,
        "orders-worker": load(ROOT, environment).workers["orders"].scale.max,
        "orders-relay": 1,
    }
    memory, pods = Quantity(0), 0
    for name, replicas in most.items():
        container = container_of(found[f"Deployment {name}"])
        memory += 2 * replicas * Quantity(container["resources"]["limits"]["memory"])
        pods += 2 * replicas
        assert Quantity(container["resources"]["limits"]["memory"]) <= Quantity(
            found[f"LimitRange shop-{environment}"]["spec"]["limits"][0]["max"]["memory"]
        )
    assert memory < Quantity(hard["limits.memory"])
    assert pods < int(hard["pods"])
