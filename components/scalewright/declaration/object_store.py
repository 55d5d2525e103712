"""Storage of files by the S3 protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from scalewright.declaration.backups import S3Endpoint
from scalewright.declaration.external import Cidrs
from scalewright.declaration.model import Model, Unique
from scalewright.declaration.names import BucketName, ObjectName
from scalewright.declaration.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator


class ObjectStore(Model):
    """Buckets that services can use.

    On one machine a server is made for them. In a cluster they are somewhere else, made and paid for by whoever runs
    that: applications are told where, and whoever makes them is told how long objects are kept.
    """

    buckets: Annotated[list[BucketName], Field(min_length=1, examples=[["uploads"]]), Unique]
    """The buckets by name."""
    endpoint: S3Endpoint | None = Field(default=None, examples=["https://s3.eu-central-1.amazonaws.com"])
    """Address of the object store. Needed on platform kubernetes, and there only."""
    secret: ObjectName | None = Field(default=None, examples=["shop-object-store"])
    """Name of the Secret with keys `access-key` and `secret-key`. Needed on platform kubernetes, and there only."""
    cidrs: Cidrs = Field(default_factory=list, examples=[["10.1.0.0/16"]])
    """Where its addresses are: pods reach its port there only. Anywhere by default, for names lead to any address."""
    expire_days: dict[BucketName, Annotated[int, Field(ge=1, le=36500)]] = Field(default_factory=dict)
    """After how many days the objects of a bucket are deleted, by its name; never by default."""

    def contradictions(self) -> Iterator[Problem]:
        """Refuse a rule for a bucket that there is not."""
        for bucket, days in self.expire_days.items():
            if bucket not in self.buckets:
                bound = f"it must be for one of buckets ({', '.join(self.buckets)})"
                yield Problem(("expire_days", bucket), days, bound, "Add it to buckets, or take it out")
