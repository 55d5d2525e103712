"""Clients of Redis against what it accepts."""

from __future__ import annotations

from tests.plan.capacity.manifests import annotated, deployment, objects, service

from scalewright.plan.capacity import redis

URL = {"REDIS_URL": "redis://redis:6379/0"}
SERVER = deployment("redis", "valkey-server", kind="StatefulSet")


def amounts(*texts: str) -> dict[str, int]:
    [one] = redis.budgets(objects(service("redis"), *texts))
    return {line.label: line.amount for line in one.lines}


def test_each_process_has_the_pool_that_its_client_has_by_default() -> None:
    web = deployment("web", "uvicorn", "a:b", "--workers", "2", replicas=3, **URL)
    worker = deployment("worker", "celery", "-A", "a", "worker", "-c", "4", **URL)
    assert amounts(SERVER, web, worker) == {"web": 3 * 2 * 100, "worker": (4 + 1) * 20, "its probes": 2}


def test_a_variable_or_an_annotation_tells_better() -> None:
    web = deployment("web", "uvicorn", "a:b", **URL, REDIS_MAX_CONNECTIONS="10")
    api = annotated(deployment("api", "uvicorn", "a:b", **URL), redis_connections_per_replica="3")
    assert amounts(SERVER, web, api) == {"web": 10, "api": 3, "its probes": 2}


def test_the_most_is_ten_thousand_unless_arguments_or_a_mounted_file_say_otherwise() -> None:
    web = deployment("web", "uvicorn", "a:b", **URL)
    told = deployment("redis", "valkey-server", "--maxclients", "500", kind="StatefulSet")
    mounted = SERVER.replace("containers:", "volumes: [{name: c, configMap: {name: redis}}]\n      containers:")
    file = (
        '{apiVersion: v1, kind: ConfigMap, metadata: {name: redis}, data: {redis.conf: "port 1\\nmaxclients 700\\n"}}'
    )
    for texts, bound in (((SERVER,), 10_000), ((told,), 500), ((mounted, file), 700)):
        [one] = redis.budgets(objects(service("redis"), web, *texts))
        assert one.bound == bound


def test_replicas_sentinels_and_keda_are_clients_too() -> None:
    server = deployment("redis", "valkey-server", "--sentinel", kind="StatefulSet", replicas=3)
    keda = """
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: web}
spec:
  scaleTargetRef: {name: web}
  triggers: [{type: redis, metadata: {address: "redis.shop.svc:6379"}}, {type: cpu}]
"""
    web = deployment("web", "uvicorn", "a:b", REDIS_URL="sentinel://redis-0.redis.shop.svc:26379/0")
    found = amounts(server, web, keda)
    assert (found["replicas of it"], found["its sentinels"], found["KEDA"]) == (2, 6, 10)
    assert found["web"] == 100 * 100  # as many as KEDA makes unless it is told
