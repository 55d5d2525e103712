"""Redis: a broker that loses no task and a cache that forgets, by Valkey; or one that somebody else runs."""

from typing import Any, NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.core.v1 import Secret
from pulumi_random import RandomPassword

from scalewright import declaration
from scalewright.declaration import Quantity
from scalewright.declaration.names import Image, ObjectName
from scalewright.declaration.redis import HEADROOM
from scalewright.kubernetes import arguments, redis_sentinel, redis_tls
from scalewright.kubernetes.arguments import Rules
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import metadata
from scalewright.kubernetes.pod import ResourcesArgs
from scalewright.kubernetes.redis_server import Server, serve

#: The official image. Pinned by version, so that a rollout changes the server only when this line does.
IMAGE = "docker.io/valkey/valkey:9.1.4"
BROKER, CACHE = "broker", "cache"
KEY = "password"
#: Long enough that nobody guesses it, of characters that need no quoting anywhere.
PASSWORD_LENGTH = 40
CPU = "100m"
LEAST_MEMORY = Quantity("64Mi")


class RedisCacheArgs(TypedDict):
    """A server for what can be made again."""

    memory: NotRequired[Input[str]]
    """Memory for data; `64Mi` by default."""
    eviction: NotRequired[str]
    """What is forgotten when memory is full; `allkeys-lru` by default."""
    resources: NotRequired[ResourcesArgs]
    """Requests and limits; by default enough for `memory`."""


class ExternalRedisArgs(TypedDict):
    """A Redis that somebody else runs."""

    address: Input[str]
    """Host and port."""
    tls: NotRequired[bool]
    """Whether connections are encrypted; false by default."""
    secret: Input[str]
    """Name of the Secret that holds the password."""
    key: NotRequired[Input[str]]
    """Key for the password; `password` by default."""


class RedisArgs(TypedDict):
    """A broker, which may be the cache, too."""

    namespace: Input[str]
    """The namespace that it lives in."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    image: NotRequired[Input[str]]
    """Container image of Valkey, with `valkey-server`, `valkey-cli` and a shell."""
    instances: NotRequired[int]
    """The primary and its replicas together: 1, the default, or at least 3, which sentinels watch."""
    memory: NotRequired[Input[str]]
    """Memory for data; `256Mi` by default."""
    persistence: NotRequired[bool]
    """Whether every write goes to an append-only file; true by default."""
    eviction: NotRequired[str]
    """What happens when memory is full; `noeviction` by default, because what a broker would evict are tasks."""
    storage: NotRequired[Input[str]]
    """Disk for the append-only file; `1Gi` by default. Kubernetes lets nobody change it here: grow the claims."""
    storage_class: NotRequired[Input[str]]
    """StorageClass of the disks; the cluster's default where it is left out."""
    tls: NotRequired[bool]
    """Whether connections are encrypted, with certificates by cert-manager; false by default. Needs Valkey 9.1."""
    cache: NotRequired[RedisCacheArgs]
    """A server of its own for the cache; none by default."""
    resources: NotRequired[ResourcesArgs]
    """Requests and limits of each instance; by default enough for `memory`."""
    external: NotRequired[ExternalRedisArgs]
    """A server that somebody else runs: nothing is made, and the outputs tell where it is."""


RULES = Rules(shape=RedisArgs, of={"image": Image, "storage_class": ObjectName}, part=declaration.Redis)


class Redis(Component):
    """StatefulSets of Valkey for broker and cache, and the Secret with their password; or an external server."""

    url: Output[str]
    """Address of the broker, without password: `redis://`, or `sentinel://` for each sentinel.

    With TLS it is `rediss://` and `rediss+sentinel://`.
    """
    address: Output[str]
    """Host and port of the broker, for an autoscaler; empty where sentinels tell it."""
    sentinels: Output[str]
    """Host and port of each sentinel, separated by commas; empty where there are none."""
    cache_url: Output[str]
    """Address of the cache, without password; empty where the broker is the cache, too."""
    secret: Output[str]
    """Name of the Secret that holds the password of all of them."""
    key: Output[str]
    """Key for the password."""
    ca_secret: Output[str]
    """Name of the Secret with the certificate of the servers' authority; empty where none is made for them."""
    ca_key: Output[str]
    """Key for that certificate."""

    def __init__(self, name: str, args: RedisArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Redis", name, args, RULES)
        super().__init__(name, args, opts)
        self.address = self.sentinels = self.cache_url = self.ca_secret = Output.from_input("")
        self.ca_key = Output.from_input(redis_tls.CA)
        self.key = Output.from_input(KEY)
        if "external" in args:
            self._external(args["external"])
        else:
            self.secret = self._password(name, args)
            self._authority = redis_tls.named(name) if args.get("tls") else None
            if self._authority:
                redis_tls.authority(metadata(args, name, BROKER), self.child())
                self.ca_secret = Output.from_input(redis_tls.secret(name))
            self._broker(name, args)
            if "cache" in args:
                self._cache(cache(name), args, args["cache"])
        self.finish()

    def _external(self, external: ExternalRedisArgs) -> None:
        self.address = Output.from_input(external["address"])
        self.url = Output.concat("rediss" if external.get("tls") else "redis", "://", self.address, "/0")
        self.secret = Output.from_input(external["secret"])
        self.key = Output.from_input(external.get("key", KEY))

    def _password(self, name: str, args: RedisArgs) -> Output[str]:
        """Make a password that Pulumi keeps encrypted, and nobody sees."""
        password = RandomPassword(name, length=PASSWORD_LENGTH, special=False, opts=self.child())
        secret = Secret(
            name, metadata=metadata(args, name, BROKER), string_data={KEY: password.result}, opts=self.child()
        )
        return Output.from_input(secret.metadata)["name"]

    def _broker(self, name: str, args: RedisArgs) -> None:
        persistence = args.get("persistence", True)
        memory = args.get("memory", "256Mi")
        server = Server(
            name=name,
            role=BROKER,
            **self._common(args),
            memory=memory,
            eviction=args.get("eviction", "noeviction"),
            persistence=persistence,
            storage=args.get("storage", "1Gi"),
            storage_class=args.get("storage_class"),
            instances=args.get("instances", 1),
            resources=args.get("resources") or enough(memory, persistence=persistence),
        )
        if server.instances == 1:
            self.address = serve(server, self.child())
            self.url = Output.concat(_scheme(args), "://", self.address, "/0")
            return
        serve(redis_sentinel.watched(server), self.child())
        redis_sentinel.service(server, self.child())
        hosts = [Output.concat(host, f":{redis_sentinel.PORT}") for host in redis_sentinel.addresses(server)]
        self.sentinels = Output.all(*hosts).apply(",".join)
        scheme = "rediss+sentinel" if args.get("tls") else "sentinel"
        self.url = Output.all(*hosts).apply(lambda known: ";".join(f"{scheme}://{host}/0" for host in known))

    def _cache(self, name: str, args: RedisArgs, cache: RedisCacheArgs) -> None:
        memory = cache.get("memory", "64Mi")
        server = Server(
            name=name,
            role=CACHE,
            **self._common(args),
            memory=memory,
            eviction=cache.get("eviction", "allkeys-lru"),
            persistence=False,
            resources=cache.get("resources") or enough(memory, persistence=False),
        )
        self.cache_url = Output.concat(_scheme(args), "://", serve(server, self.child()), "/0")

    def _common(self, args: RedisArgs) -> dict[str, Any]:
        return {
            "namespace": args["namespace"],
            "part_of": args.get("part_of", "redis"),
            "image": args.get("image", IMAGE),
            "secret": self.secret,
            "key": self.key,
            "authority": self._authority,
        }


def _scheme(args: RedisArgs) -> str:
    return "rediss" if args.get("tls") else "redis"


def cache(name: str) -> str:
    """Return the name of the server that is the cache alone."""
    return f"{name}-cache"


def enough(memory: Input[str], *, persistence: bool) -> ResourcesArgs:
    """Return requests and limits for a server that holds so much data."""
    limit = Output.from_input(memory).apply(
        lambda known: str(max(LEAST_MEMORY, Quantity(known) * HEADROOM[persistence]))
    )
    return {"cpu": CPU, "memory": limit}
