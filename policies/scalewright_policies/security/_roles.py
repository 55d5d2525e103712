"""What roles allow: https://kubernetes.io/docs/reference/access-authn-authz/rbac."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.policy.subject import items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject

GROUP = "rbac.authorization.k8s.io"
READ = frozenset({"get", "list", "watch"})
WRITE = frozenset({"create", "update", "patch"})


class Grant(NamedTuple):
    """One rule of a role, and where it is."""

    groups: list[Any]
    resources: list[Any]
    verbs: list[Any]
    urls: list[Any]
    names: list[Any]
    path: str

    def allows(self, resource: str, group: str, verbs: frozenset[str]) -> list[str]:
        """Return which verbs it allows for a resource that it names; of wildcards another rule tells."""
        named = resource in self.resources and group in self.groups
        return sorted(verbs & {one for one in self.verbs if isinstance(one, str)}) if named else []


def grants(subject: Subject) -> Iterator[Grant]:
    """Yield the rules of a Role or a ClusterRole; nothing for what is none."""
    if subject.group == GROUP and subject.kind in ("Role", "ClusterRole"):
        for index, one in enumerate(items(subject.manifest.get("rules"))):
            rule = mapping(one)
            yield Grant(
                items(rule.get("apiGroups")),
                items(rule.get("resources")),
                items(rule.get("verbs")),
                items(rule.get("nonResourceURLs")),
                items(rule.get("resourceNames")),
                f"rules[{index}]",
            )
