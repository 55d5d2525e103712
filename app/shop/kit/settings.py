"""Settings of a process, all from its environment; secrets are files that variables name.

Each class holds the variables of one concern, and a process combines those it needs, so that `load` can
report every mistake at once and a worker never asks for what only a service has.
"""

import re
import sys
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, FilePath, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shop.kit.sentinel import ENCRYPTED, SCHEME, is_encrypted, is_sentinel

DATABASE_URL_FORM = "postgresql://<user>@<host>:<port>/<database>"
REDIS_URL_FORM = (
    "redis://<host>:<port>/<number>, or sentinel://<host>:<port>/<number>;sentinel://..., "
    "with TLS rediss:// and rediss+sentinel://"
)
_REDIS_SCHEMES = ("redis", "rediss")

_USER_IN_URL = re.compile(r"(?<=://).*(?=@)")  # and password, whatever characters it has


def _url(value: str, form: str) -> SplitResult:
    url = urlsplit(value)
    try:
        _ = url.port  # read for its check
    except ValueError as error:
        raise ValueError(f"must have the form {form}") from error
    return url


def _postgres_url(value: str) -> str:
    url = _url(value, DATABASE_URL_FORM)
    if url.scheme != "postgresql" or not url.username or not url.hostname or not url.path.strip("/"):
        raise ValueError(f"must have the form {DATABASE_URL_FORM}")
    if url.password is not None:
        raise ValueError("must not hold a password: name its file in DATABASE_PASSWORD_FILE")
    return value


def _redis_url(value: str) -> str:
    parts = value.split(";")
    sentinels = is_sentinel(value) or len(parts) > 1
    schemes = ((ENCRYPTED if is_encrypted(value) else SCHEME),) if sentinels else _REDIS_SCHEMES
    for part in parts:
        url = _url(part, REDIS_URL_FORM)
        if url.scheme not in schemes or not url.hostname or not re.fullmatch(r"/?\d*", url.path):
            raise ValueError(f"must have the form {REDIS_URL_FORM}")
        if url.password is not None:
            raise ValueError("must not hold a password: name its file in REDIS_PASSWORD_FILE")
    return value


def _read_secret(path: object) -> object:
    try:
        secret = Path(str(path)).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"must name a readable file: {getattr(error, 'strerror', None) or 'not UTF-8'}") from error
    if not secret:
        raise ValueError("must name a file that holds the secret: it is empty")
    return secret


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


PostgresUrl = Annotated[str, AfterValidator(_postgres_url)]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
Secret = Annotated[SecretStr, BeforeValidator(_read_secret)]


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=False)


class ProcessSettings(_Settings):
    """Who this process is; the name appears in server-side connection lists."""

    instance_name: str = Field("shop", validation_alias="INSTANCE_NAME")
    health_file: Path | None = Field(None, validation_alias="HEALTH_FILE")


class DatabaseSettings(ProcessSettings):
    """The primary and its password."""

    database_url: PostgresUrl = Field(validation_alias="DATABASE_URL", description=DATABASE_URL_FORM)
    database_password: Secret = Field(
        validation_alias="DATABASE_PASSWORD_FILE", description="the file that holds the database password"
    )


class PoolSettings(DatabaseSettings):
    """Connections that each engine of each operating-system process may open, and where reads go."""

    database_replica_urls: Annotated[tuple[PostgresUrl, ...], NoDecode, BeforeValidator(_split)] = Field(
        (), validation_alias="DATABASE_REPLICA_URLS"
    )
    database_pool_size: int = Field(5, ge=1, validation_alias="DATABASE_POOL_SIZE")
    database_pool_overflow: int = Field(5, ge=0, validation_alias="DATABASE_POOL_OVERFLOW")
    database_reads: Literal["primary", "prefer-replica", "replica"] = Field(
        "prefer-replica", validation_alias="DATABASE_READS"
    )


class RedisSettings(_Settings):
    """Redis or Valkey: the broker and the cache, which may be a server of its own with the same password."""

    redis_url: RedisUrl = Field(validation_alias="REDIS_URL", description=REDIS_URL_FORM)
    redis_password: Secret = Field(
        validation_alias="REDIS_PASSWORD_FILE", description="the file that holds the Redis password"
    )
    redis_ca: FilePath | None = Field(None, validation_alias="REDIS_CA_FILE")
    own_cache_url: RedisUrl | None = Field(None, validation_alias="CACHE_URL")

    @property
    def cache_url(self) -> str:
        """Address of the cache: `CACHE_URL`, else that of the broker."""
        return self.own_cache_url or self.redis_url

    def redis_tls(self, url: str) -> dict[str, str]:
        """Return by what redis-py checks who a server is: `REDIS_CA_FILE`, else the system's authorities."""
        if not is_encrypted(url):
            return {}
        return {"ssl_cert_reqs": "required", **({"ssl_ca_certs": str(self.redis_ca)} if self.redis_ca else {})}


class QueueSettings(RedisSettings):
    """The broker's promise: a task not acknowledged for `visibility_timeout` seconds is delivered again."""

    visibility_timeout: float = Field(
        gt=0, allow_inf_nan=False, validation_alias="VISIBILITY_TIMEOUT", description="seconds: 2 x the longest task"
    )


class ServiceSettings(PoolSettings, RedisSettings):
    """An API replica."""

    metrics_dir: Path | None = Field(None, validation_alias="METRICS_DIR")


class WorkerSettings(PoolSettings, QueueSettings):
    """A Celery worker."""


class RelaySettings(DatabaseSettings, QueueSettings):
    """The outbox relay."""

    resend_after: float | None = Field(None, gt=0, allow_inf_nan=False, validation_alias="RESEND_AFTER")

    @property
    def resend_after_seconds(self) -> float:
        """Age at which unfinished work is sent again: `RESEND_AFTER`, else twice the visibility timeout."""
        return self.resend_after or 2 * self.visibility_timeout


S = TypeVar("S", bound=_Settings)


def load(kind: type[S]) -> S:
    """Read the settings of `kind` from the environment.

    Raises `SystemExit` with status 2 after one line per mistake on stderr.
    """
    try:
        return kind()
    except ValidationError as error:
        sys.stderr.write("".join(f"shop: {line}\n" for line in _mistakes(kind, error)))
        raise SystemExit(2) from None


def _mistakes(kind: type[_Settings], error: ValidationError) -> list[str]:
    remedies = {str(field.validation_alias): field.description for field in kind.model_fields.values()}
    lines = []
    for mistake in error.errors(include_url=False):
        name = str(mistake["loc"][0])
        if mistake["type"] == "missing":
            lines.append(f"{name} is not set; set it to {remedies[name]}")
        else:
            value = _USER_IN_URL.sub("***", repr(mistake["input"]))
            lines.append(f"{name} is {value}: {mistake['msg'].removeprefix('Value error, ')}")
    return lines
