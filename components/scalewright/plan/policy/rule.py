"""A rule: what must hold of a plan, why, and how to mend what breaks it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.pods import Pod
    from scalewright.plan.policy.subject import Subject
    from scalewright.plan.records import Process

Severity = Literal["low", "medium", "high", "critical"]
"""From what is untidy to what loses data or lets strangers in."""
Group = Literal["security", "reliability", "scaling"]
Settings: TypeAlias = "Mapping[str, Any]"
"""What an environment says of a rule's `settings`, over its defaults."""


class Standard(NamedTuple):
    """What demands the same: a standard, its section, and where it is written."""

    name: str
    section: str
    url: str


class Violation(NamedTuple):
    """One thing that breaks a rule. `message` names the value and the bound; `remedy` is better than the rule's own."""

    subject: Subject | None
    """The object to mend; None for what no single object breaks."""
    message: str
    path: str = ""
    """The property to mend, such as ``spec.template.spec.containers[0].image``."""
    remedy: str = ""
    name: str = ""
    """What breaks it where no object does, such as a process of this machine."""


class Example(NamedTuple):
    """Manifests, or a stack's options beside them, that keep to a rule or break it."""

    good: str
    bad: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. Exactly one of `of_object`, `of_pod` and `of_plan` judges manifests; `of_processes` a machine's plan.

    What judges objects one by one is asked by Pulumi before each is made; what needs all of them, after the last.
    """

    name: str
    """In lower case with hyphens; that of its file, with those instead of underscores."""
    group: Group
    title: str
    """What must hold, in one sentence without a full stop."""
    why: str
    """What happens where it does not hold."""
    severity: Severity
    remedy: str
    """What to write, and where: of the declaration, and of manifests where that differs."""
    standards: tuple[Standard, ...] = ()
    examples: Example
    advisory: bool = False
    """Whether it stops nobody, in any environment."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings with their defaults."""
    of_object: Callable[[Subject, Settings], Iterable[Violation]] | None = None
    of_pod: Callable[[Pod, Settings], Iterable[Violation]] | None = None
    of_plan: Callable[[Objects, Settings], Iterable[Violation]] | None = None
    of_processes: Callable[[Sequence[Process], Settings], Iterable[Violation]] | None = None

    def __post_init__(self) -> None:
        judges = [one for one in (self.of_object, self.of_pod, self.of_plan) if one is not None]
        if len(judges) != 1:
            raise TypeError(f"rule {self.name} has {len(judges)} of of_object, of_pod and of_plan. Give it one")
