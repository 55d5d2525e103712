"""The declaration: what a backend is, in typed parts, and how an environment changes it."""

from scalewright.declaration.backend import Backend, Platform
from scalewright.declaration.backups import Backups
from scalewright.declaration.cluster import Cluster, Operators
from scalewright.declaration.duration import Duration, DurationError
from scalewright.declaration.environment import configuration, environments, load
from scalewright.declaration.errors import Mistake, Mistakes
from scalewright.declaration.events import Events, Topic
from scalewright.declaration.external import ExternalEvents, ExternalPostgres, ExternalRedis
from scalewright.declaration.gateway import Gateway, RateLimit, Tls
from scalewright.declaration.metric import Backlog, Cpu, Memory, Metric, Requests, Schedule
from scalewright.declaration.model import Model
from scalewright.declaration.names import Use
from scalewright.declaration.object_store import ObjectStore
from scalewright.declaration.observability import Observability
from scalewright.declaration.pool import Pool
from scalewright.declaration.postgres import Pooler, Postgres
from scalewright.declaration.programs import Programs
from scalewright.declaration.quantity import Quantity, QuantityError
from scalewright.declaration.redis import Redis, RedisCache
from scalewright.declaration.resources import Resources
from scalewright.declaration.scale import Scale
from scalewright.declaration.schema import stack_schema
from scalewright.declaration.secrets import RemoteKey, Secrets, SecretStore
from scalewright.declaration.service import Probes, Service
from scalewright.declaration.workers import Workers

__all__ = [
    "Backend",
    "Backlog",
    "Backups",
    "Cluster",
    "Cpu",
    "Duration",
    "DurationError",
    "Events",
    "ExternalEvents",
    "ExternalPostgres",
    "ExternalRedis",
    "Gateway",
    "Memory",
    "Metric",
    "Mistake",
    "Mistakes",
    "Model",
    "ObjectStore",
    "Observability",
    "Operators",
    "Platform",
    "Pool",
    "Pooler",
    "Postgres",
    "Probes",
    "Programs",
    "Quantity",
    "QuantityError",
    "RateLimit",
    "Redis",
    "RedisCache",
    "RemoteKey",
    "Requests",
    "Resources",
    "Scale",
    "Schedule",
    "SecretStore",
    "Secrets",
    "Service",
    "Tls",
    "Topic",
    "Use",
    "Workers",
    "configuration",
    "environments",
    "load",
    "stack_schema",
]
