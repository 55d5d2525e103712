"""What runs on this machine against what was last brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.diff import Change, Diff, FieldChange

if TYPE_CHECKING:
    from scalewright.local.platform import LocalPlatform
    from scalewright.plan.diff import Action

#: Seen from what was applied: what an `up` would start is gone, and what it would stop nobody asked for.
_SEEN: dict[Action, Action] = {"added": "removed", "removed": "added"}
#: Code that was edited since is not what runs, and has not come up either.
_NOT_APPLIED = frozenset({"source"})


def drift(platform: LocalPlatform) -> Diff:
    """Return how what runs differs from what was brought up. Raises PlatformError where nothing runs."""
    return turned(platform.survey(platform.applied()).diff)


def turned(wanted: Diff) -> Diff:
    """Return what `up` would change as it is seen from what was applied: `before` was applied, `after` runs."""
    return Diff(changes=tuple(map(_turned, wanted.changes)))


def _turned(change: Change) -> Change:
    fields = tuple(
        FieldChange(path=one.path, before=one.after, after=one.before)
        for one in change.fields
        if one.path not in _NOT_APPLIED
    )
    action = _SEEN.get(change.action, change.action)
    if action == "changed" and not fields:
        action = "unchanged"
    return Change(name=change.name, action=action, fields=fields)
