"""A cache forgets, rather than to grow or to refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability import _redis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for server in _redis.servers(objects):
        broker, cache = _redis.uses(objects, server)
        if cache is None or broker is not None:  # what is both must be a broker first
            continue
        memory, policy = server.setting("maxmemory"), server.setting("maxmemory-policy")
        if memory and memory.value.strip("0bkmgtBKMGT") == "":
            message = f"maxmemory is {memory.value}, which is no bound: {cache}"
            yield Violation(memory.subject, message, memory.path)
        elif policy and policy.value.lower() == "noeviction":
            message = f"maxmemory-policy is noeviction: when memory is full, it refuses what is new: {cache}"
            yield Violation(policy.subject, message, policy.path)


RULE = Rule(
    name="redis-cache-bounded",
    group="reliability",
    title="A Redis that is a cache has a bound of memory, and forgets when it is reached",
    why="One without a bound grows until the kernel ends it, with all that was cached, and the database meets the whole "
    "load at once.",
    severity="medium",
    remedy="Set maxmemory below the memory limit of the container, and maxmemory-policy allkeys-lru (redis.cache.memory, "
    "redis.cache.eviction)",
    standards=(
        Standard("Valkey", "Key eviction: Maxmemory configuration directive", "https://valkey.io/topics/lru-cache/"),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache}
spec:
  template:
    metadata: {labels: {app: cache}}
    spec:
      containers:
      - {name: redis, image: "redis:8", args: [--maxmemory, 100mb, --maxmemory-policy, allkeys-lru]}
---
apiVersion: v1
kind: Service
metadata: {name: cache}
spec: {selector: {app: cache}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - {name: web, env: [{name: CACHE_URL, value: "redis://cache/1"}]}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache}
spec:
  template:
    metadata: {labels: {app: cache}}
    spec:
      containers:
      - {name: redis, image: "redis:8"}
---
apiVersion: v1
kind: Service
metadata: {name: cache}
spec: {selector: {app: cache}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {DJANGO_CACHE_URL: "redis://:secret@cache:6379/1"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - {name: web, envFrom: [{configMapRef: {name: web}}]}
""",
    ),
    of_plan=_judge,
)
