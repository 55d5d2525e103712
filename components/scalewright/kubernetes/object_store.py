"""Storage of files by the S3 protocol: a service outside the cluster, by its endpoint and a Secret with its keys.

Buckets are made where they are paid for, by the provider's own Pulumi package or by hand: S3 has no way to claim one
that every provider knows. What an application needs is the same everywhere, an endpoint and two keys; and so are
lifecycle rules: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
"""

import json
from typing import NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.core.v1 import ConfigMap

from scalewright import declaration
from scalewright.kubernetes import arguments
from scalewright.kubernetes.arguments import Rules
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import metadata

ROLE = "object-store"
ACCESS_KEY, SECRET_KEY = "access-key", "secret-key"


class ObjectStoreArgs(TypedDict):
    """Where the buckets are."""

    namespace: Input[str]
    """The namespace of those who use them."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    endpoint: Input[str]
    """URL of the S3 endpoint, such as `https://s3.eu-central-1.amazonaws.com`."""
    secret: Input[str]
    """Name of the Secret that holds `access-key` and `secret-key`; you make it, or External Secrets does."""
    buckets: list[str]
    """Names of the buckets."""
    expire_days: NotRequired[dict[str, int]]
    """After how many days the objects of a bucket are deleted, by its name; never by default."""


RULES = Rules(shape=ObjectStoreArgs, part=declaration.ObjectStore)


class ObjectStore(Component):
    """The claim of a backend on buckets: what it expects to find, as a ConfigMap that tools and people can read.

    Lifecycle rules are in it as S3 takes them, ``<bucket>.lifecycle.json``.
    """

    endpoint: Output[str]
    """URL of the S3 endpoint."""
    secret: Output[str]
    """Name of the Secret that holds its keys."""
    access_key: Output[str]
    """The Secret's key for the access key."""
    secret_key: Output[str]
    """The Secret's key for the secret key."""

    def __init__(self, name: str, args: ObjectStoreArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("ObjectStore", name, args, RULES)
        super().__init__(name, args, opts)
        ConfigMap(
            name,
            metadata=metadata(args, name, ROLE),
            data={
                "endpoint": args["endpoint"],
                "buckets": "\n".join(args["buckets"]),
                **{f"{name}.lifecycle.json": _lifecycle(days) for name, days in args.get("expire_days", {}).items()},
            },
            opts=self.child(),
        )
        self.endpoint = Output.from_input(args["endpoint"])
        self.secret = Output.from_input(args["secret"])
        self.access_key, self.secret_key = Output.from_input(ACCESS_KEY), Output.from_input(SECRET_KEY)
        self.finish()


def _lifecycle(days: int) -> str:
    rule = {"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": int(days)}}
    return json.dumps({"Rules": [rule]}, indent=2) + "\n"
