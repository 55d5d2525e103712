"""Storage of files by the S3 protocol."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scalewright.declaration.model import Model, Unique
from scalewright.declaration.names import BucketName


class ObjectStore(Model):
    """Buckets that services can use."""

    buckets: Annotated[list[BucketName], Field(min_length=1, examples=[["uploads"]]), Unique]
    """The buckets by name."""
