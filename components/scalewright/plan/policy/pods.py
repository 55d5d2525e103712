"""Pods as rules see them: what any object makes of a template, or a Pod itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scalewright.plan.policy.subject import Subject, get, items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Where the template of a pod is, by kind, with what its own group is: kinds of operators have other fields.
TEMPLATES = {
    ("apps", "Deployment"): "spec.template",
    ("apps", "StatefulSet"): "spec.template",
    ("apps", "DaemonSet"): "spec.template",
    ("apps", "ReplicaSet"): "spec.template",
    ("", "ReplicationController"): "spec.template",
    ("batch", "Job"): "spec.template",
    ("batch", "CronJob"): "spec.jobTemplate.spec.template",
}
#: Which of them run until they are told to end.
LASTING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"})


class Container(NamedTuple):
    """A container of a pod, and the path of it in the object."""

    spec: Mapping[str, Any]
    path: str
    role: Literal["main", "init", "ephemeral"]

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.spec.get("name", ""))

    @property
    def security(self) -> Mapping[str, Any]:
        """Its own security context."""
        return mapping(self.spec.get("securityContext"))

    @property
    def env(self) -> Mapping[str, str]:
        """Environment variables with a value that is written there."""
        found = [mapping(one) for one in items(self.spec.get("env"))]
        return {str(one["name"]): str(one["value"]) for one in found if "name" in one and one.get("value") is not None}

    @property
    def arguments(self) -> list[str]:
        """Its command line: command, then arguments."""
        return [str(one) for one in (*items(self.spec.get("command")), *items(self.spec.get("args")))]


class Pod(NamedTuple):
    """The pods that an object makes."""

    owner: Subject
    spec: Mapping[str, Any]
    metadata: Mapping[str, Any]
    path: str
    """The path of `spec` in the object."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of the pods."""
        return mapping(self.metadata.get("labels"))

    @property
    def security(self) -> Mapping[str, Any]:
        """The security context that all containers have unless they say otherwise."""
        return mapping(self.spec.get("securityContext"))

    @property
    def lasts(self) -> bool:
        """Whether it runs until it is told to end, unlike a Job."""
        return self.owner.kind in LASTING or (self.owner.kind == "Pod" and self.spec.get("restartPolicy") != "Never")

    def containers(self) -> Iterator[Container]:
        """Yield all containers, those that come first included."""
        for field, role in (("initContainers", "init"), ("containers", "main"), ("ephemeralContainers", "ephemeral")):
            for index, one in enumerate(items(self.spec.get(field))):
                yield Container(mapping(one), f"{self.path}.{field}[{index}]", role)  # type: ignore[arg-type]

    def main(self) -> Iterator[Container]:
        """Yield the containers that run as long as the pod does."""
        return (one for one in self.containers() if one.role == "main")


def pod(subject: Subject) -> Pod | None:
    """Return the pods that an object makes; None for what makes none, or whose operator makes them."""
    if (subject.group, subject.kind) == ("", "Pod"):
        return Pod(subject, subject.spec, subject.metadata, "spec")
    if template := TEMPLATES.get((subject.group, subject.kind)):
        found: Any = get(subject.manifest, template, {})
        return Pod(
            subject, mapping(mapping(found).get("spec")), mapping(mapping(found).get("metadata")), f"{template}.spec"
        )
    return None
