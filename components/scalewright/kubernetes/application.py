"""What an application is told, wherever it runs: the variables of docs/environment.md, secrets as files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pulumi import Input

from scalewright.declaration import Backend, Pool, Service, Workers
from scalewright.kubernetes import names
from scalewright.kubernetes.pod import SecretFileArgs

Part = Service | Workers


@dataclass(frozen=True)
class Authority:
    """The Secret that holds the certificate by which a server is known."""

    secret: Input[str]
    key: Input[str]


@dataclass(frozen=True)
class Database:
    """Where an application finds PostgreSQL: addresses without password, and the Secret that holds it.

    `url` may lead through a pooler, `primary_url` never does. Drivers read `ssl_mode` and the certificate themselves.
    """

    url: Input[str]
    primary_url: Input[str]
    replica_urls: Input[str]
    secret: Input[str]
    key: Input[str]
    ssl_mode: Input[str]
    authority: Authority | None

    def environment(self) -> dict[str, Input[str]]:
        """Return what whoever connects is told, but for the address."""
        return {"PGSSLMODE": self.ssl_mode}

    def secrets(self) -> list[SecretFileArgs]:
        """Return the files that whoever connects reads."""
        files: list[SecretFileArgs] = [
            {"variable": "DATABASE_PASSWORD_FILE", "secret": self.secret, "key": self.key},
        ]
        if self.authority:
            files.append({"variable": "PGSSLROOTCERT", "secret": self.authority.secret, "key": self.authority.key})
        return files


@dataclass(frozen=True)
class Broker:
    """Where an application finds Redis, and the Secret that holds its password.

    `address` is host and port as they are seen from other namespaces: an autoscaler looks from there. Where there are
    `sentinels` (host and port of each, separated by commas), they are asked for it instead. `cache_url` is that of a
    server of its own for the cache; `authority` is that of both, unless it is one that everybody knows.
    """

    url: Input[str]
    address: Input[str]
    secret: Input[str]
    key: Input[str]
    sentinels: Input[str] | None = None
    cache_url: Input[str] | None = None
    tls: bool = False
    authority: Authority | None = None

    def files(self) -> list[SecretFileArgs]:
        """Return the files that an application reads."""
        files: list[SecretFileArgs] = [{"variable": "REDIS_PASSWORD_FILE", "secret": self.secret, "key": self.key}]
        if self.authority:
            files.append({"variable": "REDIS_CA_FILE", "secret": self.authority.secret, "key": self.authority.key})
        return files


@dataclass(frozen=True)
class Streams:
    """Where an application finds events, and how both know each other: without `authority` by the broker's password.

    `secrets` are the Secrets with the certificate and the key of each user, by its name.
    """

    url: Input[str]
    authority: Authority | None = None
    secrets: Mapping[str, Input[str]] = field(default_factory=dict)
    certificate: Input[str] = ""
    key: Input[str] = ""

    def files(self, user: str) -> list[SecretFileArgs]:
        """Return the files that a user reads."""
        if self.authority is None:
            return []
        secret = self.secrets[user]
        return [
            {"variable": "EVENTS_CA_FILE", "secret": self.authority.secret, "key": self.authority.key},
            {"variable": "EVENTS_CERTIFICATE_FILE", "secret": secret, "key": self.certificate},
            {"variable": "EVENTS_KEY_FILE", "secret": secret, "key": self.key},
        ]


@dataclass(frozen=True)
class Store:
    """Where an application finds files, and the Secret that holds the two keys to them."""

    url: Input[str]
    secret: Input[str]
    access_key: Input[str]
    secret_key: Input[str]

    def files(self) -> list[SecretFileArgs]:
        """Return the files that an application reads."""
        return [
            {"variable": "OBJECT_STORE_ACCESS_KEY_FILE", "secret": self.secret, "key": self.access_key},
            {"variable": "OBJECT_STORE_SECRET_KEY_FILE", "secret": self.secret, "key": self.secret_key},
        ]


@dataclass(frozen=True)
class Wiring:
    """What the parts of a backend offer to its applications; None for what it does not have."""

    database: Database | None = None
    broker: Broker | None = None
    streams: Streams | None = None
    store: Store | None = None


def environment(backend: Backend, name: str, part: Part, wiring: Wiring) -> dict[str, Input[str]]:
    """Return the variables of a service or of workers, but for the files of secrets."""
    variables: dict[str, Input[str]] = {**part.environment, "SERVICE_NAME": name}
    if "postgres" in part.uses and wiring.database:
        variables |= {"DATABASE_URL": wiring.database.url, "DATABASE_REPLICA_URLS": wiring.database.replica_urls}
        variables |= wiring.database.environment()
        variables |= _pool(part.database)
    if uses_broker(backend, part) and wiring.broker:
        variables["REDIS_URL"] = wiring.broker.url
        if wiring.broker.cache_url and "redis" in part.uses:
            variables["CACHE_URL"] = wiring.broker.cache_url
    if "events" in part.uses and wiring.streams:
        variables["EVENTS_URL"] = wiring.streams.url
    if "object_store" in part.uses and wiring.store:
        variables["OBJECT_STORE_URL"] = wiring.store.url
    if talks_to_broker(part) and (timeout := backend.visibility_timeout):
        variables["VISIBILITY_TIMEOUT"] = f"{timeout:g}"
    return variables


def secrets(backend: Backend, name: str, part: Part, wiring: Wiring) -> list[SecretFileArgs]:
    """Return the files of secrets that a service or workers read."""
    files: list[SecretFileArgs] = []
    if "postgres" in part.uses and wiring.database:
        files += wiring.database.secrets()
    if uses_broker(backend, part) and wiring.broker:
        files += wiring.broker.files()
    if "events" in part.uses and wiring.streams:
        files += wiring.streams.files(user(name, part))
    if "object_store" in part.uses and wiring.store:
        files += wiring.store.files()
    return files


def user(name: str, part: Part) -> str:
    """Return by which name a part is known where each has a name of its own."""
    return names.worker(name) if isinstance(part, Workers) else name


def users(backend: Backend, use: str) -> Iterator[tuple[str, str]]:
    """Yield the user and the name of each part that uses another."""
    parts: tuple[tuple[str, Part], ...] = (*backend.services.items(), *backend.workers.items())
    for name, part in parts:
        if use in part.uses:
            yield user(name, part), name


def uses_broker(backend: Backend, part: Part) -> bool:
    """Whether a part is given access to Redis, where streams of events may be, too."""
    has_streams = backend.events is not None and backend.events.engine == "redis"
    return "redis" in part.uses or talks_to_broker(part) or ("events" in part.uses and has_streams)


def talks_to_broker(part: Part) -> bool:
    """Whether a part sends or takes tasks."""
    return isinstance(part, Workers) or bool(part.sends or part.outbox)


def _pool(pool: Pool | None) -> dict[str, Input[str]]:
    if pool is None:
        return {}
    return {
        "DATABASE_POOL_SIZE": str(pool.size),
        "DATABASE_POOL_OVERFLOW": str(pool.overflow),
        "DATABASE_READS": pool.reads,
    }
