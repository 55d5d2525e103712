"""Copies of the database, kept elsewhere."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from scalewright.declaration.cron import Cron
from scalewright.declaration.model import Model
from scalewright.declaration.names import Matching, ObjectName

Destination: TypeAlias = Annotated[
    str,
    Matching(
        r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9!_.*'()-]+)*",
        "it must be a bucket of S3, and a path in it if you like",
        "Write it as in s3://shop-backups/prod, without a slash at the end",
        longest=1024,
    ),
]
S3Endpoint: TypeAlias = Annotated[
    str,
    Matching(
        r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?",
        "it must be the address of an object store",
        "Write it as in https://s3.example.com",
    ),
]
Retention: TypeAlias = Annotated[
    str,
    Matching("[1-9][0-9]{0,3}[dwm]", "it must be a number of days, weeks or months", "Write it as in 30d, 4w or 3m"),
]


class Backups(Model):
    """Continuous archiving of the write-ahead log and regular base backups, by which any moment can be restored."""

    destination: Destination = Field(examples=["s3://shop-backups/prod"])
    """Bucket and path. Two clusters must not share one."""
    endpoint: S3Endpoint | None = None
    """Address of the object store; AWS by default."""
    secret: ObjectName = Field(examples=["shop-backups"])
    """Name of the Secret, in the namespace of the environment, with keys `access-key` and `secret-key`."""
    schedule: Cron = "0 3 * * *"
    """When base backups are made, as cron has it, in UTC."""
    retention: Retention = "30d"
    """How far back one can go; older backups are deleted."""
