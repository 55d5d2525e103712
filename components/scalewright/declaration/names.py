"""Constrained names and texts, each with the standard it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic_core import core_schema

from scalewright.declaration.problem import refused

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue


@dataclass(frozen=True)
class Matching:
    """Metadata of a text field: the whole text matches a pattern and is not too long, or is refused in words."""

    pattern: str
    """A regular expression in the syntax that Python and ECMA-262 (JSON Schema) share."""
    bound: str
    remedy: str
    longest: int = 253

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$", "maxLength": self.longest}

    def _checked(self, text: str) -> str:
        if len(text) > self.longest:
            raise refused(f"it must have at most {self.longest} characters", "Shorten it")
        if re.fullmatch(self.pattern, text) is None:
            raise refused(self.bound, self.remedy)
        return text


_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*"
_MODULE = rf"{_IDENTIFIER}(?:\.{_IDENTIFIER})*"

Name: TypeAlias = Annotated[
    str,
    Matching(
        "[a-z](?:[a-z0-9-]*[a-z0-9])?",
        "it must be a DNS label: lower-case letters, digits and hyphens, a letter first and no hyphen last",
        "Rename it",
        # RFC 1123 allows 63; the rest is for what is appended to name a part of it, such as "-worker-12".
        longest=40,
    ),
]
"""The name of the backend, a service or a set of workers: a label of RFC 1035, and so of RFC 1123."""

QueueName: TypeAlias = Annotated[
    str,
    Matching(
        "[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?",
        "it must be the name of a queue: lower-case letters, digits, dots, hyphens and underscores",
        "Rename it; a list of queues is written [a, b]",
        longest=63,
    ),
]
"""A Celery queue; a comma would separate two of them on the worker's command line."""

TopicName: TypeAlias = Annotated[
    str,
    Matching(
        rf"{_LABEL}(?:\.{_LABEL})*",
        "it must be the name of a topic: lower-case letters, digits, dots and hyphens",
        "Rename it",
        longest=63,
    ),
]
"""A topic that both Kafka and a Kubernetes object can be named for (a DNS subdomain, RFC 1123)."""

BucketName: TypeAlias = Annotated[
    str,
    Matching(
        r"(?=.{3,63}$)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:(?:[a-z0-9-]|\.(?!\.))*[a-z0-9])",
        "it must be an S3 bucket name: 3 to 63 lower-case letters, digits, dots and hyphens, "
        "a letter or digit at both ends, and no IP address",
        "Rename it",
        longest=63,
    ),
]
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""

AppPath: TypeAlias = Annotated[
    str,
    Matching(
        f"{_MODULE}:{_MODULE}",
        "it must be package.module:attribute",
        "Name the module, a colon and the attribute that holds the application, for example shop.orders.main:app",
    ),
]
"""The import string that uvicorn and Celery take."""

ModuleName: TypeAlias = Annotated[
    str,
    Matching(
        _MODULE, "it must be a module that python -m can run", "Write it with dots, for example shop.orders.relay"
    ),
]

HttpPath: TypeAlias = Annotated[
    str,
    Matching(
        r"/|(?:/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[fF])[0-9A-Fa-f]{2})+)+",
        'it must start with "/", end without one, and hold path characters only',
        "Write it as in /orders or /api/orders",
        longest=1024,
    ),
]
"""A path prefix as Gateway API's `HTTPPathMatch` allows it: RFC 3986 path characters, no empty or dot segment."""

EnvironmentName: TypeAlias = Annotated[
    str,
    Matching(
        "[A-Za-z_][A-Za-z0-9_]*",
        "it must be the name of an environment variable: letters, digits and underscores, no digit first",
        "Rename it",
    ),
]
"""A name of POSIX.1-2017 §8.1."""

Hostname: TypeAlias = Annotated[
    str,
    Matching(rf"{_LABEL}(?:\.{_LABEL})+", "it must be a host name in lower case", "Write it as in shop.example.com"),
]
"""A fully qualified name (RFC 1123), without scheme or port."""

ObjectName: TypeAlias = Annotated[
    str,
    Matching(
        rf"{_LABEL}(?:\.{_LABEL})*",
        "it must be the name of a Kubernetes object",
        "Write it as in letsencrypt-production",
    ),
]
"""A DNS subdomain (RFC 1123), as Kubernetes names objects."""

Image: TypeAlias = Annotated[
    str,
    Matching(
        r"(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?[a-z0-9]+(?:(?:[._/-]|__)[a-z0-9]+)*"
        r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?",
        "it must be the reference of a container image",
        "Write it as in ghcr.io/acme/shop:1.4.0, best with its digest (@sha256: and 64 hexadecimal digits)",
        longest=512,
    ),
]
"""A reference of the OCI distribution specification."""

RelativePath: TypeAlias = Annotated[
    str,
    Matching(
        r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\x00\\]+",
        'it must be a path inside the project, without ".."',
        "Write it relative to its folder, with forward slashes",
        longest=1024,
    ),
]

Use: TypeAlias = Literal["postgres", "redis", "events", "object_store"]
"""A part of the backend that a service or workers can be given access to."""

PLATFORM_VARIABLES = frozenset(
    {
        "CACHE_URL",
        "DATABASE_PASSWORD_FILE",
        "DATABASE_POOL_OVERFLOW",
        "DATABASE_POOL_SIZE",
        "DATABASE_READS",
        "DATABASE_REPLICA_URLS",
        "DATABASE_URL",
        "EVENTS_CA_FILE",
        "EVENTS_CERTIFICATE_FILE",
        "EVENTS_KEY_FILE",
        "EVENTS_URL",
        "HEALTH_FILE",
        "INSTANCE_NAME",
        "METRICS_DIR",
        "OBJECT_STORE_ACCESS_KEY_FILE",
        "OBJECT_STORE_SECRET_KEY_FILE",
        "OBJECT_STORE_URL",
        "PGSSLMODE",
        "PGSSLROOTCERT",
        "REDIS_PASSWORD_FILE",
        "REDIS_URL",
        "REDIS_CA_FILE",
        "SERVICE_NAME",
        "VISIBILITY_TIMEOUT",
    }
)
"""What every platform itself tells its processes, and a declaration therefore cannot."""
