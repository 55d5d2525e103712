"""Security contexts: what containers have of their pod, unless they say otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.policy.subject import mapping, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scalewright.plan.policy import Pod


class Said(NamedTuple):
    """What is said of a field, by whom, and where that is."""

    whose: str
    value: Any
    path: str


def said(pod: Pod, field: str) -> Iterator[Said]:
    """Yield what a pod and each of its containers say of a field of their security context."""
    if (value := pod.security.get(field)) is not None:
        yield Said("the pod", value, f"{pod.path}.securityContext.{field}")
    for container in pod.containers():
        if (value := container.security.get(field)) is not None:
            yield Said(f"container {container.name}", value, f"{container.path}.securityContext.{field}")


def broken(pod: Pod, field: str, wrong: Callable[[Any], bool]) -> Iterator[Said]:
    """Yield what is wrong with a field that each container must have: by itself, or of its pod.

    Where nobody says anything, that is told once, of the pod. What a pod says is judged even where every container says
    otherwise, as Pod Security does.
    """
    yield from (one for one in said(pod, field) if wrong(one.value))
    if pod.security.get(field) is None:
        lacking = [one.name for one in pod.containers() if one.security.get(field) is None]
        if lacking:
            whose = f"container{'s' * (len(lacking) > 1)} {', '.join(lacking)}"
            yield Said(whose, None, f"{pod.path}.securityContext.{field}")


def told(one: Said, field: str, bound: str) -> str:
    """Return a message: whose field has which value, and what it must be."""
    value = "is not set" if one.value is None else f"is {written(one.value)}"
    return f"{one.whose}: {field} {value}; it must be {bound}"


def is_windows(pod: Pod) -> bool:
    """Whether its containers are those of Windows, which has no users, capabilities or seccomp as Linux has them."""
    return mapping(pod.spec.get("os")).get("name") == "windows"
