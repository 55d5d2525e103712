"""What runs is what was tested."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security._images import images
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

#: A version down to what mends mistakes only; `9`, `stable` and `latest` become other versions.
_VERSION = re.compile(r"v?\d+\.\d+.*")
#: What the components run beside the application. Its publishers rebuild a version for the sake of what is below it,
#: and which build is right depends on the registry that a cluster takes it from.
BY_VERSION = ("docker.io/valkey/valkey", "ghcr.io/cloudnative-pg/postgresql")


def _judge(subject: Subject, settings: Settings) -> Iterator[Violation]:
    for image in images(subject):
        by_version = image.name in settings["by_version"] and _VERSION.fullmatch(image.tag)
        if not image.digest and not by_version:
            said = f"by its tag {image.tag}" if image.tag else "by no tag, which is latest"
            message = f"image {image.reference} is named {said}; it must be named by its digest"
            yield Violation(subject, message, image.path)


RULE = Rule(
    name="image-by-digest",
    group="security",
    title="Images are named by their digest",
    why=(
        "A tag is moved by whoever may write to the registry: two replicas of one release run different code, and "
        "what starts tomorrow is not what was tested."
    ),
    severity="high",
    remedy=(
        "Append @sha256: and the digest, as `docker buildx imagetools inspect` prints it: to `image` in the overlay, "
        "or to the container's. Whom you trust with versions goes into the rule's setting by_version"
    ),
    standards=(cis("5.5.1"), nsa("Kubernetes Pod security: Building secure container images")),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - name: api
    image: ghcr.io/acme/shop:1.4.0@sha256:9f2b6c1d4e8a70355bc1f0e6d27a94830c5be1f7a6d8294e03b17c5fa9e84d62
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, image: "ghcr.io/acme/shop:1.4.0"}
""",
    ),
    settings={"by_version": BY_VERSION},
    of_object=_judge,
)
