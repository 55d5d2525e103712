"""Images come from where somebody looks after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security._images import images
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings


def _judge(subject: Subject, settings: Settings) -> Iterator[Violation]:
    allowed = [str(one).rstrip("/") for one in settings["allowed"]]
    for image in images(subject):
        if not image.registry:
            message = f"image {image.reference} names no registry: each node asks those that it knows"
            yield Violation(subject, message, image.path)
        elif allowed and not any(f"{image.name}/".startswith(f"{one}/") for one in allowed):
            message = f"image {image.reference} is from {image.registry}; it must be from {', '.join(allowed)}"
            yield Violation(subject, message, image.path)


RULE = Rule(
    name="image-registry",
    group="security",
    title="Images name their registry, and it is one of those that are allowed",
    why=(
        "An image without a registry comes from whichever the node asks first. One from anywhere was scanned, signed "
        "and kept by nobody here, and is gone when its owner deletes it."
    ),
    severity="medium",
    remedy=(
        "Write the registry, as in docker.io/valkey/valkey, and take images from those in the rule's setting "
        "`allowed`: registries, or folders of them such as ghcr.io/acme"
    ),
    standards=(cis("5.5.1"), nsa("Kubernetes Pod security: Building secure container images")),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: cache}
spec:
  containers:
  - {name: cache, image: "docker.io/valkey/valkey:9.1.4"}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: cache}
spec:
  containers:
  - {name: cache, image: "valkey/valkey:9.1.4"}
""",
    ),
    settings={"allowed": ()},
    of_object=_judge,
)
