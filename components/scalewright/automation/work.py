"""What Pulumi's engine does, from the events that it tells: https://www.pulumi.com/docs/iac/automation-api/"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scalewright.automation.changes import Change, change, name_of
from scalewright.plan import diff

if TYPE_CHECKING:
    from pulumi.automation.events import DiagnosticEvent, EngineEvent, StepEventMetadata

#: What a step is called while it goes on, and once it is done; all others change nothing.
DOING = {
    "create": ("creating", "created"),
    "update": ("changing", "changed"),
    "delete": ("deleting", "deleted"),
    "import": ("importing", "imported"),
    "create-replacement": ("replacing", "replaced"),
    "delete-replaced": ("replacing", "replaced"),
}
ENDED = frozenset({"failed", "kept", *(done for _, done in DOING.values())})
#: What the engine says besides the reason, or for itself.
NOISE = re.compile(
    r"an unhandled error occurred: program exited with non-zero exit code|using pulumi-resource-\S+ from|"
    r"(update|preview|destroy|refresh) (failed|cancell?ed)$"
)
#: Names that are told of those that have the same trouble.
FEW = 3
_NOT_READY = (
    r"(was successfully created, but )?the Kubernetes API server reported that (it|\"\S+\") "
    r"failed to fully initialize or become live"
)


@dataclass
class Step:
    """One resource, and how far it has come; `seconds` is how long it took."""

    name: str
    phase: str
    since: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    detail: str = ""
    reason: str = ""
    remarkable: bool = True

    @property
    def elapsed(self) -> float:
        """Seconds since it was begun."""
        return time.monotonic() - self.since

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is done about it."""
        return self.phase in ENDED

    @property
    def line(self) -> str:
        """One line that tells how far it has come."""
        seconds = f"{self.seconds:5.1f} s" if self.seconds else ""
        return f"{self.name:<42}{self.phase:<10}{seconds:>8}  {self.detail}".rstrip()


class Work:
    """All that was told of one operation.

    `kept` are the URNs of what stays when Pulumi deletes it; `comparing` says that what is looked at is what changed by
    itself, which an update does beforehand.
    """

    def __init__(self, kept: frozenset[str] = frozenset(), *, comparing: bool = False) -> None:
        self._kept = kept
        self._comparing = comparing
        self.steps: dict[str, Step] = {}
        self.changes: dict[str, Change] = {}
        self._troubles: dict[str, list[str]] = {}
        self.notes: list[str] = []
        self._seen: dict[str, str] = {}

    def take(self, event: EngineEvent) -> None:
        """Learn what an event tells."""
        if pre := event.resource_pre_event:
            self._begin(pre.metadata)
        elif outputs := event.res_outputs_event:
            self._end(outputs.metadata)
        elif failed := event.res_op_failed_event:
            if step := self.steps.get(failed.metadata.urn):
                _ended(step, "failed")
        elif diagnostic := event.diagnostic_event:
            self._hear(diagnostic)

    @property
    def errors(self) -> list[str]:
        """What went wrong, each trouble once with the names of those that have it."""
        return [f"{_few(names)}: {text}" if names else text for text, names in self._troubles.items()]

    @property
    def compared(self) -> int:
        """How many objects were looked at."""
        return len(self._seen)

    def drift(self) -> diff.Diff:
        """Return how what was looked at differs from what Pulumi held of it."""
        return diff.Diff(changes=tuple(_difference(name, self.changes.get(urn)) for urn, name in self._seen.items()))

    def ended(self) -> dict[str, list[str]]:
        """Return the names of what has ended, by how; what was begun only is `unfinished`."""
        found: dict[str, list[str]] = {}
        for step in self.steps.values():
            found.setdefault(step.phase if step.has_ended else "unfinished", []).append(step.name)
        return found

    def _begin(self, metadata: StepEventMetadata) -> None:
        if not self._comparing:
            self._note_change(metadata)
        if metadata.op.value in DOING and _is_object(metadata):
            phase, _ = DOING[metadata.op.value]
            if metadata.urn not in self.steps or self.steps[metadata.urn].has_ended:
                self.steps[metadata.urn] = Step(name_of(metadata.urn), phase)

    def _end(self, metadata: StepEventMetadata) -> None:
        if _is_object(metadata):
            self._seen[metadata.urn] = name_of(metadata.urn)
            if self._comparing:
                self._note_change(metadata)
        step = self.steps.get(metadata.urn)
        if step and metadata.op.value in DOING:
            _, done = DOING[metadata.op.value]
            _ended(step, "kept" if done == "deleted" and metadata.urn in self._kept else done)

    def _note_change(self, metadata: StepEventMetadata) -> None:
        if _is_object(metadata) and (found := change(metadata, keeps=metadata.urn in self._kept)):
            known = self.changes.get(metadata.urn)
            if known is None or known.action != "replaced":
                self.changes[metadata.urn] = found

    def _hear(self, diagnostic: DiagnosticEvent) -> None:
        text = worded(diagnostic.message)
        if not text or NOISE.match(text) or diagnostic.severity == "debug":
            return
        step = self.steps.get(diagnostic.urn or "")
        if diagnostic.severity == "error":
            for line in text.splitlines():
                names = self._troubles.setdefault(line, [])
                if diagnostic.urn and not _is_stack(diagnostic.urn):
                    names.append(name_of(diagnostic.urn))
            if step:
                step.detail = " ".join(text.split())
        elif step and not step.has_ended:
            step.detail = " ".join(text.split())
        elif not diagnostic.ephemeral and diagnostic.severity in {"info", "warning"}:
            self.notes.append(diagnostic.message.rstrip())


def _difference(name: str, found: Change | None) -> diff.Change:
    """Return what a comparison found of one object: it is changed, or gone."""
    if found is None:
        return diff.Change(name=name, action="unchanged")
    action: diff.Action = "changed" if found.action == "changed" else "removed"
    return diff.Change(name=name, action=action, fields=found.fields)


def worded(message: str) -> str:
    """Return what a provider says without what it says of itself: URNs, counts, and marks of lists."""
    text = re.sub(r"\d+ errors? occurred:\s*", "", message)
    text = re.sub(r'resource "?urn:[^\s"]+"? ', "", text)
    text = re.sub(_NOT_READY, "did not become ready", text)
    lines = (line.strip().removeprefix("* ") for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _ended(step: Step, phase: str) -> None:
    step.phase, step.seconds = phase, step.elapsed
    if phase != "failed":
        step.detail = ""


def _is_object(metadata: StepEventMetadata) -> bool:
    """Whether something is one that a provider makes; components and stacks only group others."""
    state = metadata.new or metadata.old
    return bool(state and state.custom) and not metadata.type.startswith("pulumi:providers:")


def _few(names: list[str]) -> str:
    """Return some names: a cluster that is lost is a trouble of all."""
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"{', '.join(names[:FEW])}{more}"


def _is_stack(urn: str) -> bool:
    return "::pulumi:pulumi:Stack::" in urn
