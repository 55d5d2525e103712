"""Which Redis is a broker and which a cache, by who uses it, and how each is configured."""

from __future__ import annotations

import pytest
from tests.policies.examples import judged

from scalewright_policies.reliability.redis_broker_durable import RULE as BROKER
from scalewright_policies.reliability.redis_cache_bounded import RULE as CACHE

NAMES = """
---
apiVersion: v1
kind: Service
metadata: {name: redis, namespace: shop}
spec: {selector: {app: redis}}
---
apiVersion: v1
kind: Service
metadata: {name: redis-headless, namespace: shop}
spec: {selector: {app: redis}, clusterIP: None}
"""


def server(arguments: str = "", *, image: str = "redis:8", volumes: str = "", command: str = "") -> str:
    container = f'{{name: main, image: "{image}", command: [{command}], args: [{arguments}]}}'
    return f"""
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: redis, namespace: shop}}
spec:
  template: {{metadata: {{labels: {{app: redis}}}}, spec: {{containers: [{container}], volumes: [{volumes}]}}}}
  volumeClaimTemplates: [{{metadata: {{name: data}}}}]
{NAMES}"""


def client(variable: str, address: str, *, namespace: str = "shop", command: str = "web") -> str:
    container = f'{{name: main, command: [{command}], env: [{{name: {variable}, value: "{address}"}}]}}'
    return f"""
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: client, namespace: {namespace}}}
spec: {{template: {{spec: {{containers: [{container}]}}}}}}
"""


WORKER = "celery, -A, shop, worker"


@pytest.mark.parametrize(
    ("address", "is_it"),
    [
        ("redis://redis", True),
        ("redis://redis:6379/0", True),
        ("rediss://:secret@redis.shop:6379/0", True),
        ("redis://redis.shop.svc.cluster.local", True),
        ("redis://redis.other.svc", False),
        ("redis://another", False),
        ("sentinel://redis-0.redis-headless.shop.svc:26379;sentinel://redis-1.redis-headless.shop.svc:26379", True),
        ("redis://redis-0.redis-headless", True),
        ("amqp://rabbit", False),
        ("redis.shop.svc:6379", True),
    ],
)
def test_a_broker_is_what_the_variable_of_a_broker_leads_to(address: str, is_it: bool) -> None:
    assert bool(judged(BROKER, server() + client("CELERY_BROKER_URL", address))) is is_it


def test_short_names_are_of_the_namespace_of_whoever_uses_them() -> None:
    assert not judged(BROKER, server() + client("BROKER_URL", "redis://redis", namespace="other"))
    assert judged(BROKER, server() + client("BROKER_URL", "redis://redis.shop", namespace="other"))


def test_the_redis_of_a_worker_is_its_broker_and_that_of_a_web_server_may_be_anything() -> None:
    assert judged(BROKER, server() + client("REDIS_URL", "redis://redis", command=WORKER))
    assert not judged(BROKER, server() + client("REDIS_URL", "redis://redis"))


def test_a_worker_that_is_told_of_its_broker_uses_another_redis_for_something_else() -> None:
    both = 'env: [{name: CELERY_BROKER_URL, value: "amqp://rabbit"}, {name: REDIS_URL, value: "redis://redis"}]'
    text = client("X", "y", command=WORKER).replace('env: [{name: X, value: "y"}]', both)
    assert "amqp" in text
    assert not judged(BROKER, server() + text)


@pytest.mark.parametrize("kind", ["redis", "redis-sentinel", "redis-streams"])
def test_what_keda_looks_into_for_tasks_is_a_broker(kind: str) -> None:
    field = "addresses" if kind == "redis-sentinel" else "address"
    text = f"""
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {{name: worker, namespace: shop}}
spec: {{triggers: [{{type: {kind}, metadata: {{{field}: "redis-0.redis-headless.shop.svc:6379,another:6379"}}}}]}}
"""
    assert judged(BROKER, server() + text)


USED = client("BROKER_URL", "redis://redis")


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (server('--appendonly, "yes"'), True),
        (server('--appendonly, "yes", --maxmemory-policy, volatile-lru'), False),
        (server(command='sh, -c, "exec redis-server --appendonly yes"'), True),
        (server(command="valkey-server", image="registry.example.com/mirror@sha256:abc"), False),
        (server(image="oliver006/redis_exporter:1"), True),  # no server
        (server("redis-sentinel"), True),
        (server(volumes="{name: configuration, configMap: {name: made-by-others}}"), True),  # nobody knows
        (server("--appendonly, 'no'", volumes="{name: configuration, configMap: {name: made-by-others}}"), False),
    ],
)
def test_a_broker_keeps_what_it_has(found: str, right: bool) -> None:
    assert bool(judged(BROKER, found + USED)) is not right


def test_an_append_only_file_needs_a_disk_that_stays() -> None:
    text = server('--appendonly, "yes"')
    assert not judged(BROKER, text + USED)
    [said] = judged(BROKER, text.replace("volumeClaimTemplates", "claims") + USED)
    assert "on no disk" in said


def test_arguments_have_the_last_word_over_a_file() -> None:
    configuration = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: redis, namespace: shop}
data: {redis.conf: "appendonly yes", README: "appendonly no"}
"""
    volumes = "{name: configuration, projected: {sources: [{configMap: {name: redis}}]}}"
    assert not judged(BROKER, server(volumes=volumes) + configuration + USED)
    assert judged(BROKER, server('--appendonly, "no"', volumes=volumes) + configuration + USED)


@pytest.mark.parametrize(
    ("arguments", "bounded"),
    [
        ("--maxmemory, 100mb, --maxmemory-policy, allkeys-lfu", True),
        ("--maxmemory, 100mb", False),  # noeviction by default
        ("--maxmemory, 0, --maxmemory-policy, allkeys-lfu", False),
        ("--maxmemory, 0mb, --maxmemory-policy, allkeys-lfu", False),
        ("--maxmemory-policy, allkeys-lfu", False),
    ],
)
def test_a_cache_forgets_in_time(arguments: str, bounded: bool) -> None:
    assert bool(judged(CACHE, server(arguments) + client("CACHE_URL", "redis://redis/1"))) is not bounded


def test_what_is_broker_and_cache_is_judged_as_a_broker() -> None:
    both = USED + client("CACHE_URL", "redis://redis").replace("name: client", "name: another")
    assert judged(BROKER, server() + both)
    assert not judged(CACHE, server() + both)
