"""What a check found."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from scalewright.plan.policy.rule import Group, Severity
from scalewright.plan.records import Record

Level = Literal["mandatory", "advisory", "disabled"]
"""Whether a finding stops what is under way, is told, or is not looked for; the words are Pulumi's."""


class Finding(Record):
    """One thing to mend."""

    rule: str
    group: Group
    title: str
    severity: Severity
    level: Level
    kind: str = ""
    name: str = ""
    """The object, or the process; empty for what concerns all of them."""
    namespace: str = ""
    path: str = ""
    message: str
    remedy: str
    file: str = ""
    line: int | None = None
    waived: str = ""
    """The reason for which it is put up with, while it is."""

    @property
    def subject(self) -> str:
        """What it is about, in words."""
        return f"{self.kind} {self.name}".strip()

    @property
    def said(self) -> str:
        """What is found, and in what."""
        return f"{self.subject}: {self.message}" if self.subject else self.message

    @property
    def place(self) -> str:
        """The file that it is written in, and the line; empty where it is in none."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same finding in another plan; figures in its message may differ."""
        return self.rule, self.kind, self.namespace, self.name, self.path


class Failure(Record):
    """A rule that could not judge: an error in the rule, which is never a pass."""

    rule: str
    reason: str


class Report(Record):
    """All that a check found: what to mend, what is put up with, which rules failed, and what no rule knows."""

    findings: tuple[Finding, ...] = ()
    waived: tuple[Finding, ...] = ()
    failures: tuple[Failure, ...] = ()
    rules: int = 0
    """How many rules judged."""
    objects: int = 0
    unknown: dict[str, int] = Field(default_factory=dict)
    """Objects of kinds that no rule knows, counted by kind."""

    @property
    def stops(self) -> bool:
        """Whether it stops what is under way."""
        return bool(self.failures) or any(one.level == "mandatory" for one in self.findings)
