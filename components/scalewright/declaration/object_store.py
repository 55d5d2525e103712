"""Storage of files by the S3 protocol."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scalewright.declaration.backups import S3Endpoint
from scalewright.declaration.external import Cidrs
from scalewright.declaration.model import Model, Unique
from scalewright.declaration.names import BucketName, ObjectName


class ObjectStore(Model):
    """Buckets that services can use.

    On one machine a server is made for them. In a cluster they are somewhere else, made and paid for by whoever runs
    that, and so are their lifecycle rules: applications are told where.
    """

    buckets: Annotated[list[BucketName], Field(min_length=1, examples=[["uploads"]]), Unique]
    """The buckets by name."""
    endpoint: S3Endpoint | None = Field(default=None, examples=["https://s3.eu-central-1.amazonaws.com"])
    """Address of the object store. Needed on platform kubernetes, and there only."""
    secret: ObjectName | None = Field(default=None, examples=["shop-object-store"])
    """Name of the Secret with keys `access-key` and `secret-key`. Needed on platform kubernetes, and there only."""
    cidrs: Cidrs = Field(default_factory=list, examples=[["10.1.0.0/16"]])
    """Where its addresses are: pods reach its port there only. Anywhere by default, for names lead to any address."""
