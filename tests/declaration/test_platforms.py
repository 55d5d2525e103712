"""A setting that its platform does not have is refused with the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

WHERE = "stacks/Pulumi.local.yaml"
CLUSTER = "platform: kubernetes\nimage: shop:1\n"
REFUSED = {
    "local, pooler": (
        "postgres: {pooler: {}}",
        "postgres.pooler is {}; it must not be set for platform local, where there is no pooler",
    ),
    "local, events": (
        "events: {engine: kafka}",
        "events is {'engine': 'kafka'}; it must not be set for platform local, where there are no streams of events "
        "yet. Take it out.",
    ),
    "local, events without a broker": (
        "{events: {}, redis: null, workers: null, services: {orders: {uses: [], sends: []}}}",
        "events is {}; it must not be set for platform local",
    ),
    "local, metrics of a service": (
        "services: {orders: {scale: {metrics: [{type: cpu, utilization: 70}]}}}",
        "services.orders.scale.metrics is [{'type': 'cpu', 'utilization': 70}]; it must not be set for platform "
        "local, where the number of replicas is changed by hand alone. Take it out.",
    ),
    "local, metrics of workers": (
        "workers: {orders: {scale: {metrics: [{type: backlog, per_replica: 5}]}}}",
        "workers.orders.scale.metrics is [{'type': 'backlog', 'per_replica': 5}]; it must not be set for platform",
    ),
    "local, readiness": (
        "services: {orders: {probes: {startup: /ready, readiness: /ready, liveness: /live}}}",
        "services.orders.probes.readiness is '/ready'; it must not be set for platform local, where nothing asks for "
        "readiness once a replica has started. Take it out.",
    ),
    "local, image": (
        "image: shop:1",
        "image is 'shop:1'; it must not be set for platform local, where the application runs from its source",
    ),
    "local, disk": ("postgres: {storage: 5Gi}", "postgres.storage is '5Gi'; it must not be set for platform local"),
    "local, disk of the broker": (
        "redis: {storage: 5Gi}",
        "redis.storage is '5Gi'; it must not be set for platform local",
    ),
    "local, synchronous replication": (
        "postgres: {synchronous: required}",
        "postgres.synchronous is 'required'; it must not be set for platform local, where replicas share the disk of "
        "their primary and would be lost with it. Take it out.",
    ),
    "local, backups": (
        "postgres: {backups: {destination: 's3://shop/a', secret: s}}",
        "it must not be set for platform local, where `scalewright backup` makes a copy when you ask for one. Take",
    ),
    "local, external database": (
        "postgres: {external: {primary: 'db:5432', secret: s}}",
        "it must not be set for platform local, where the database is one of this machine's own processes. Take it",
    ),
    "local, external broker": (
        "redis: {external: {address: 'redis:6379', secret: s}}",
        "it must not be set for platform local, where the broker is one of this machine's own processes. Take it",
    ),
    "local, instances of the broker": (
        "redis: {instances: 3}",
        "redis.instances is 3; it must not be set for platform local, where a server that ends is started again",
    ),
    "local, TLS of Redis": (
        "redis: {tls: true}",
        "redis.tls is true; it must not be set for platform local, where connections do not leave this machine",
    ),
    "local, cache of its own": (
        "redis: {cache: {}}",
        "redis.cache is {}; it must not be set for platform local, where one server is broker and cache. Take it out.",
    ),
    "local, host name": (
        "gateway: {hostname: shop.example.com}",
        "gateway.hostname is 'shop.example.com'; it must not be set for platform local",
    ),
    "local, observability": ("observability: {}", "observability is {}; it must not be set for platform local"),
    "local, a cluster": (
        "cluster: {api_ports: [6443]}",
        "cluster is {'api_ports': [6443]}; it must not be set for platform local, where there is no cluster. Take it",
    ),
    "docker, a cluster": (
        "platform: docker\ncluster: {operators: {keda: scaling}}",
        "cluster is {'operators': {'keda': 'scaling'}}; it must not be set for platform docker, where there is no",
    ),
    "local, address of the object store": (
        "object_store: {buckets: [uploads], endpoint: 'https://s3.example.com'}",
        "object_store.endpoint is 'https://s3.example.com'; it must not be set for platform local, where the object "
        "store is one of this machine's own processes. Take it out.",
    ),
    "local, secret of the object store": (
        "object_store: {buckets: [uploads], secret: s3}",
        "object_store.secret is 's3'; it must not be set for platform local, where the object store is one",
    ),
    "local, objects that expire": (
        "object_store: {buckets: [uploads], expire_days: {uploads: 30}}",
        "object_store.expire_days is {'uploads': 30}; it must not be set for platform local, where the object store "
        "deletes nothing by itself. Take it out.",
    ),
    "local, tls": (
        "gateway: {tls: {issuer: letsencrypt}}",
        "gateway.tls is {'issuer': 'letsencrypt'}; it must not be set for platform local, where certificates need a "
        "public name. Take it out.",
    ),
    "local, disk of no size": (
        "postgres: {storage: -1Gi}",
        "postgres.storage is '-1Gi'; it must not be set for platform local, where the disk is this machine's. "
        "Take it out.",
    ),
    "local, resources": (
        "services: {orders: {resources: {cpu: 500m, memory: 1Gi}}}",
        "services.orders.resources is {'cpu': '500m', 'memory': '1Gi'}; it must not be set for platform local",
    ),
    "kubernetes, no image": ("platform: kubernetes", "image is missing; it must be given for platform kubernetes"),
    "kubernetes, seed": (
        CLUSTER + "postgres: {seed: shop.seed}",
        "postgres.seed is 'shop.seed'; it must not be set for platform kubernetes",
    ),
    "kubernetes, programs": (
        CLUSTER + "programs: {redis: wheel}",
        "programs.redis is 'wheel'; it must not be set for platform kubernetes",
    ),
    "kubernetes, port": (
        CLUSTER + "gateway: {port: 80}",
        "gateway.port is 80; it must not be set for platform kubernetes",
    ),
    "kubernetes, source": (CLUSTER + "source: app", "source is 'app'; it must not be set for platform kubernetes"),
    "kubernetes, requests that nobody counts": (
        CLUSTER + "services: {orders: {scale: {min: 1, max: 3, metrics: [{type: requests, per_replica: 9}]}}}",
        "services.orders.scale.metrics[0].type is 'requests'; it must come with observability.metrics, because "
        "Prometheus counts the requests. Declare observability, or use a metric of type cpu.",
    ),
    "kubernetes, requests and metrics turned off": (
        CLUSTER + "observability: {metrics: false}\n"
        "services: {orders: {scale: {min: 1, max: 3, metrics: [{type: requests, per_replica: 9}]}}}",
        "services.orders.scale.metrics[0].type is 'requests'; it must come with observability.metrics",
    ),
    "docker, seed": (
        "platform: docker\npostgres: {seed: shop.seed}",
        "postgres.seed is 'shop.seed'; it must not be set for platform docker",
    ),
    "docker, programs": (
        "platform: docker\nprograms: {traefik: wheel}",
        "programs.traefik is 'wheel'; it must not be set for platform docker",
    ),
}


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_a_setting_that_the_platform_does_not_have_is_refused(project: Project, changes: str, message: str) -> None:
    project.overlay(changes)
    assert message in project.mistake()


def test_a_setting_without_effect_may_stand_in_the_shared_declaration(project: Project) -> None:
    project.declare("""
        from scalewright.declaration import *
        size = Resources(cpu="1", memory="1Gi")
        backend = Backend(
            name="shop", image="shop:1", source="app", postgres=Postgres(storage="5Gi", resources=size),
            observability=Observability(), gateway=Gateway(port=80, hostname="shop.example.com"),
            services={"a": Service(app="a:b", routes=["/"], resources=size, probes=Probes(readiness="/ready"),
                                   scale=Scale(max=3, metrics=[Cpu(50)]))},
        )
    """)
    assert project.load().platform == "local"
    project.overlay(CLUSTER)
    assert project.load().platform == "kubernetes"


def test_a_setting_of_the_shared_declaration_that_cannot_be_is_to_be_set_to_null(project: Project) -> None:
    project.declare("""
        from scalewright.declaration import *
        backend = Backend(name="shop", postgres=Postgres(pooler=Pooler(instances=2), seed="shop.seed"),
                          redis=Redis(), events=Events())
    """)
    project.overlay("platform: local")
    assert project.mistakes() == [
        f"{WHERE}:3:5: postgres.pooler is {{'instances': 2}}; it must not be set for platform local, where there is no "
        "pooler on one machine. Set postgres.pooler to null for this environment.",
        f"{WHERE}:3:5: events is {{}}; it must not be set for platform local, where there are no streams of events "
        "yet. Set events to null for this environment.",
    ]
    project.overlay("{postgres: {pooler: null}, events: null}")
    postgres = project.load().postgres
    assert postgres is not None
    assert (postgres.pooler, postgres.seed) == (None, "shop.seed")


def test_what_is_wrong_around_a_setting_that_is_refused_is_told_too(project: Project) -> None:
    project.overlay('services: {My_Service: {app: "a:b", routes: [/a], resources: {cpu: 1, memory: 1Gi}}}')
    assert [line.partition("; ")[0].partition(" is ")[0] for line in project.mistakes()] == [
        f"{WHERE}:3:16: services.My_Service",
        f"{WHERE}:3:55: services.My_Service.resources",
    ]


def test_a_setting_that_is_null_is_not_set(project: Project) -> None:
    project.overlay("{image: null, observability: null, postgres: {pooler: null, storage: null, resources: null}}")
    assert project.load().platform == "local"


def test_an_unknown_platform_is_one_mistake(project: Project) -> None:
    project.overlay("platform: kubernets\nimage: shop:1")
    assert project.mistake() == (
        f"{WHERE}:3:5: platform is 'kubernets'; it must be one of local, docker, kubernetes. Did you mean kubernetes?"
    )


PINNED = "image: ghcr.io/acme/shop:1.4.0@sha256:9f2b6c1d4e8a70355bc1f0e6d27a94830c5be1f7a6d8294e03b17c5fa9e84d62"
BY_TAG = (
    "it must have its digest in environment prod, because a tag can move to other code. Append @sha256: and the digest"
)


@pytest.mark.parametrize("image", ["shop:1", "ghcr.io/acme/shop", "localhost:5000/acme/shop:1.4.0"])
@pytest.mark.parametrize("platform", ["kubernetes", "docker"])
def test_an_image_by_its_tag_is_refused_in_production(project: Project, platform: str, image: str) -> None:
    project.overlay(f"platform: {platform}\nimage: {image}", "prod")
    mistake = project.mistake("prod")
    assert mistake.startswith(f"stacks/Pulumi.prod.yaml:4:5: image is '{image}'; {BY_TAG}")


def test_a_digest_is_taken_in_production_and_a_tag_elsewhere(project: Project) -> None:
    project.overlay(f"platform: kubernetes\n{PINNED}", "prod")
    project.overlay(CLUSTER, "dev")
    assert "@sha256:" in str(project.load("prod").image)
    assert project.load("dev").image == "shop:1"


def test_requests_are_counted_where_there_is_observability(project: Project) -> None:
    metrics = "services: {orders: {scale: {min: 1, max: 3, metrics: [{type: requests, per_replica: 9}]}}}"
    project.overlay(CLUSTER + "observability: {}\n" + metrics)
    assert project.load().services["orders"].scale.max == 3


BUCKETS = "object_store: {buckets: [uploads]"


def test_buckets_of_a_cluster_must_say_where_they_are(project: Project) -> None:
    project.overlay(CLUSTER + BUCKETS + "}")
    assert [line.partition(" missing; ")[2] for line in project.mistakes()] == [
        "it must be given for platform kubernetes, where the object store is a service of somebody else. Write for "
        "example endpoint: https://s3.eu-central-1.amazonaws.com.",
        "it must be given for platform kubernetes, where the object store is a service of somebody else. Write for "
        "example secret: shop-object-store.",
    ]
    project.overlay(CLUSTER + BUCKETS + ", endpoint: 'https://s3.example.com', secret: s3, cidrs: [10.1.0.0/16]}")
    assert project.load().object_store is not None
    project.overlay(BUCKETS + "}")
    assert project.load().platform == "local"
