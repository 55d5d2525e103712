"""Images that objects run, by pods or by operators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.policy.pods import pod
from scalewright.plan.policy.subject import get, items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject

#: Fields of operators' kinds that hold an image.
FIELDS = {
    ("postgresql.cnpg.io", "Cluster"): ("spec.imageName",),
    ("kafka.strimzi.io", "Kafka"): (
        *("spec.kafka.image", "spec.kafkaExporter.image", "spec.cruiseControl.image"),
        *("spec.entityOperator.topicOperator.image", "spec.entityOperator.userOperator.image"),
    ),
    ("kafka.strimzi.io", "KafkaConnect"): ("spec.image",),
    ("kafka.strimzi.io", "KafkaBridge"): ("spec.image",),
    ("monitoring.coreos.com", "Prometheus"): ("spec.image",),
    ("monitoring.coreos.com", "Alertmanager"): ("spec.image",),
}
#: A reference of the OCI distribution specification, with its registry where it names one: a host has a dot or a port.
_REFERENCE = re.compile(
    r"(?:(?P<registry>localhost|[\w-]+(?:\.[\w-]+)+|[\w.-]+(?=:\d+/))(?P<port>:\d+)?/)?"
    r"(?P<repository>[^:@\s]+)(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>\w+:[0-9a-f]{32,}))?"
)


class Image(NamedTuple):
    """An image as it is written, and where."""

    reference: str
    path: str
    registry: str
    """Empty where it names none."""
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """Its name without tag and digest."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository


def images(subject: Subject) -> Iterator[Image]:
    """Yield the images that an object runs; nothing for what cannot be read as one."""
    for reference, path in _references(subject):
        if isinstance(reference, str) and (found := _REFERENCE.fullmatch(reference)):
            registry = (found["registry"] or "") + (found["port"] or "")
            yield Image(reference, path, registry, found["repository"], found["tag"] or "", found["digest"] or "")


def _references(subject: Subject) -> Iterator[tuple[object, str]]:
    if pods := pod(subject):
        yield from ((one.spec.get("image"), f"{one.path}.image") for one in pods.containers())
        for index, one in enumerate(items(pods.spec.get("volumes"))):
            yield get(one, "image.reference"), f"{pods.path}.volumes[{index}].image.reference"
    for path in FIELDS.get((subject.group, subject.kind), ()):
        yield subject.get(path), path
    if subject.group == "postgresql.cnpg.io" and subject.kind in ("ImageCatalog", "ClusterImageCatalog"):
        for index, one in enumerate(items(subject.spec.get("images"))):
            yield mapping(one).get("image"), f"spec.images[{index}].image"
    if (subject.group, subject.kind) == ("postgresql.cnpg.io", "Pooler"):
        for index, one in enumerate(items(subject.get("spec.template.spec.containers"))):
            yield mapping(one).get("image"), f"spec.template.spec.containers[{index}].image"
