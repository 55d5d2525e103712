"""What an application is told, wherever it runs: the variables of docs/environment.md, secrets as files."""

from dataclasses import dataclass

from pulumi import Input

from scalewright.declaration import Backend, Pool, Service, Workers
from scalewright.kubernetes.pod import SecretFileArgs

Part = Service | Workers


@dataclass(frozen=True)
class Database:
    """Where an application finds PostgreSQL: addresses without password, and the Secret that holds it."""

    url: Input[str]
    replica_urls: Input[str]
    secret: Input[str]
    key: str = "password"


@dataclass(frozen=True)
class Broker:
    """Where an application finds Redis, and the Secret that holds its password.

    `address` is host and port as they are seen from other namespaces: an autoscaler looks from there.
    """

    url: Input[str]
    address: Input[str]
    secret: Input[str]
    key: str = "password"


@dataclass(frozen=True)
class Wiring:
    """What the parts of a backend offer to its applications; None for what it does not have."""

    database: Database | None = None
    broker: Broker | None = None


def environment(backend: Backend, name: str, part: Part, wiring: Wiring) -> dict[str, Input[str]]:
    """Return the variables of a service or of workers, but for the files of secrets."""
    variables: dict[str, Input[str]] = {**part.environment, "SERVICE_NAME": name}
    if "postgres" in part.uses and wiring.database:
        variables |= {"DATABASE_URL": wiring.database.url, "DATABASE_REPLICA_URLS": wiring.database.replica_urls}
        variables |= _pool(part.database)
    if uses_broker(part) and wiring.broker:
        variables["REDIS_URL"] = wiring.broker.url
    if talks_to_broker(part) and (timeout := backend.visibility_timeout):
        variables["VISIBILITY_TIMEOUT"] = f"{timeout:g}"
    return variables


def secrets(part: Part, wiring: Wiring) -> list[SecretFileArgs]:
    """Return the files of secrets that a service or workers read."""
    files: list[SecretFileArgs] = []
    if "postgres" in part.uses and wiring.database:
        database = wiring.database
        files.append({"variable": "DATABASE_PASSWORD_FILE", "secret": database.secret, "key": database.key})
    if uses_broker(part) and wiring.broker:
        files.append({"variable": "REDIS_PASSWORD_FILE", "secret": wiring.broker.secret, "key": wiring.broker.key})
    return files


def uses_broker(part: Part) -> bool:
    """Whether a part is given access to Redis."""
    return "redis" in part.uses or talks_to_broker(part)


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
