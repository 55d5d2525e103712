"""Files and backups are private, encrypted, and not lost by overwriting them.

Buckets are made by their provider's own package, or by hand: of one that a plan only names, nothing is known but how it
is reached. Judged are addresses, and buckets that are objects themselves, of AWS Controllers for Kubernetes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.pods import pod
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.reliability._replicas import POSTGRES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

_ADDRESSES = {
    ("barmancloud.cnpg.io", "ObjectStore"): "spec.configuration.endpointURL",
    (POSTGRES, "Cluster"): "spec.backup.barmanObjectStore.endpointURL",
}
#: Variables by which programs find S3, those of every AWS SDK among them:
#: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
_VARIABLES = frozenset(
    {"OBJECT_STORE_URL", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "S3_ENDPOINT", "S3_ENDPOINT_URL"}
)
#: https://aws-controllers-k8s.github.io/community/reference/s3/v1alpha1/bucket/
_BUCKET = ("s3.services.k8s.aws", "Bucket")
_BLOCKS = ("blockPublicACLs", "blockPublicPolicy", "ignorePublicACLs", "restrictPublicBuckets")


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if (path := _ADDRESSES.get((subject.group, subject.kind))) and _is_open(subject.get(path)):
        yield _unencrypted(subject, str(subject.get(path)), path)
    found = pod(subject)
    for container in found.containers() if found else ():
        for index, one in enumerate(map(mapping, items(container.spec.get("env")))):
            if one.get("name") in _VARIABLES and _is_open(one.get("value")):
                yield _unencrypted(subject, str(one["value"]), f"{container.path}.env[{index}].value")
    if (subject.group, subject.kind) == _BUCKET:
        yield from _of_bucket(subject)


def _is_open(address: Any) -> bool:
    """Whether an address leads out of the cluster, and in the clear."""
    try:
        found = urlsplit(address if isinstance(address, str) else "")
        host = found.hostname or ""
    except ValueError:
        return False
    inside = "." not in host or host.split(".")[2:3] == ["svc"] or host.endswith(".local")
    return found.scheme == "http" and not inside


def _unencrypted(subject: Subject, address: str, path: str) -> Violation:
    return Violation(
        subject,
        f"{address} is not encrypted: keys are not sent, but files are read on the way; it must begin with https://",
        path,
        remedy="Write https:// (object_store.endpoint, postgres.backups.endpoint)",
    )


def _of_bucket(bucket: Subject) -> Iterator[Violation]:
    """Yield what is wrong with a bucket; S3 encrypts each by default, and blocks the public from each since 2023."""
    acl = str(bucket.get("spec.acl", "private"))
    if acl.startswith("public") or acl == "authenticated-read":
        yield Violation(bucket, f"acl is {acl}; it must be private", "spec.acl")
    for one in _BLOCKS:
        if bucket.get(f"spec.publicAccessBlock.{one}") is False:
            yield Violation(bucket, f"{one} is false, which lets strangers in", f"spec.publicAccessBlock.{one}")
    status = bucket.get("spec.versioning.status", "not set")
    if status != "Enabled":
        yield Violation(bucket, f"versioning is {status}; it must be Enabled", "spec.versioning.status")


RULE = Rule(
    name="object-store-safe",
    group="reliability",
    title="Object stores are private, reached by TLS, and keep the versions of what is overwritten",
    why="A bucket holds files of customers and the backups: who can read it has everything, and a program that "
    "overwrites it by mistake leaves nothing, unless there are versions.",
    severity="high",
    remedy="Reach the store by https://, block public access to the bucket, and enable its versioning",
    standards=(
        Standard(
            "AWS Foundational Security Best Practices",
            "S3.5, S3.8, S3.14",
            "https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",
        ),
    ),
    examples=Example(
        good="""
apiVersion: barmancloud.cnpg.io/v1
kind: ObjectStore
metadata: {name: backup}
spec: {configuration: {destinationPath: "s3://backup", endpointURL: "https://s3.example.com"}}
---
apiVersion: s3.services.k8s.aws/v1alpha1
kind: Bucket
metadata: {name: files}
spec: {name: files, versioning: {status: Enabled}}
""",
        bad="""
apiVersion: barmancloud.cnpg.io/v1
kind: ObjectStore
metadata: {name: backup}
spec: {configuration: {destinationPath: "s3://backup", endpointURL: "http://s3.example.com"}}
---
apiVersion: s3.services.k8s.aws/v1alpha1
kind: Bucket
metadata: {name: files}
spec: {name: files, acl: public-read, publicAccessBlock: {blockPublicACLs: false}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
      - {name: api, env: [{name: AWS_ENDPOINT_URL_S3, value: "http://files.example.com"}]}
""",
    ),
    of_object=_judge,
)
