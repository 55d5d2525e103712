"""Pods as rules see them: what any object makes of a template, or a Pod itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scalewright.plan.policy.subject import Subject, get, items, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: Where the template of a pod is, by kind, with what its own group is: kinds of operators have other fields.
TEMPLATES = {
    ("apps", "Deployment"): "spec.template",
    ("apps", "StatefulSet"): "spec.template",
    ("apps", "DaemonSet"): "spec.template",
    ("apps", "ReplicaSet"): "spec.template",
    ("", "ReplicationController"): "spec.template",
    ("batch", "Job"): "spec.template",
    ("batch", "CronJob"): "spec.jobTemplate.spec.template",
    ("keda.sh", "ScaledJob"): "spec.jobTargetRef.template",
}
#: Which of them run until they are told to end.
LASTING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"})


def _nothing(_name: str) -> Mapping[str, Any]:
    """Return the data of no ConfigMap: who sees one object only, knows of no others."""
    return {}


class Variable(NamedTuple):
    """An environment variable whose value is in the plan, and where the object says so."""

    name: str
    value: str
    path: str


class Container(NamedTuple):
    """A container of a pod, and the path of it in the object."""

    spec: Mapping[str, Any]
    path: str
    role: Literal["main", "init", "ephemeral"]
    data: Callable[[str], Mapping[str, Any]] = _nothing
    """The data of a ConfigMap of its namespace by name, empty for one that is not in the plan."""

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
        """Environment variables with a value that is in the plan: the last of a name counts, `env` before `envFrom`.

        https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/
        """
        return {one.name: one.value for one in self.variables()}

    def variables(self) -> Iterator[Variable]:
        """Yield the environment variables with a value that is written there, or in a ConfigMap of the plan."""
        own = [mapping(one) for one in items(self.spec.get("env"))]
        named = {str(one.get("name")) for one in own}
        for index, source in enumerate(map(mapping, items(self.spec.get("envFrom")))):
            for key, value in self.data(str(get(source, "configMapRef.name", ""))).items():
                if (name := f"{source.get('prefix') or ''}{key}") not in named:
                    yield Variable(name, str(value), f"{self.path}.envFrom[{index}].configMapRef")
        for index, one in enumerate(own):
            name, value, path = str(one.get("name", "")), one.get("value"), f"{self.path}.env[{index}].value"
            if value is None and (reference := mapping(get(one, "valueFrom.configMapKeyRef"))):
                value = self.data(str(reference.get("name", ""))).get(str(reference.get("key")))
                path = f"{path}From.configMapKeyRef"
            if value is not None:
                yield Variable(name, str(value), path)

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
    data: Callable[[str], Mapping[str, Any]] = _nothing
    """The data of a ConfigMap of its namespace by name, empty for one that is not in the plan."""

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
                yield Container(mapping(one), f"{self.path}.{field}[{index}]", role, self.data)  # type: ignore[arg-type]

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
