"""The review of a change: all environments of a project before it and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright import revision
from scalewright.cli.review.environment import Environment, environment
from scalewright.cli.review.sides import sides
from scalewright.local.errors import PlatformError
from scalewright.plan.records import Record

if TYPE_CHECKING:
    from pathlib import Path

#: Exit statuses: nothing stops the change; it is wrong; it cannot be read.
FINE, STOPPED, MISTAKEN = 0, 1, 2


class Review(Record):
    """A change, by the revisions that it is between, and what it comes to in each environment."""

    base: str
    """What the change is to be merged into, as it was called."""
    tip: str
    """The commit that this is now."""
    parting: str
    """The commit that the change is held against: the one at which it left the base."""
    head: str
    """The commit that is checked out."""
    is_clean: bool
    """Whether what was read is that commit, with nothing that is not committed."""
    folder: str = ""
    """The folder of the project in its repository, empty where it is the same."""
    notes: tuple[str, ...] = ()
    environments: tuple[Environment, ...]

    @property
    def status(self) -> int:
        """The exit status."""
        if any(one.mistakes for one in self.environments):
            return MISTAKEN
        return STOPPED if any(one.stops for one in self.environments) else FINE


def review(project: Path, name: str) -> Review:
    """Review what differs from where this revision left another. Raises PlatformError for what cannot be compared."""
    tip, base = revision.find(project, name, instead=False), revision.parting(project, name)
    head = revision.find(project, revision.DEFAULT, instead=False)
    found = sides(project, base)
    if not found:
        raise PlatformError(
            f"{project} has no environment, and had none at {base}. Make one: a file stacks/Pulumi.ENV.yaml"
        )
    short = base.commit[: revision.SHORT]
    environments = tuple(environment(one, both, short) for one, both in found.items())
    notes: tuple[str, ...] = ()
    if all(
        one.basis == "new" and both.before.is_absent for one, both in zip(environments, found.values(), strict=True)
    ):
        notes = (f"at {short} there is no environment yet: this is the state after the change, and all of it is new",)
    return Review(
        base=name,
        tip=tip.commit,
        parting=base.commit,
        head=head.commit,
        is_clean=revision.is_clean(project),
        folder=base.prefix,
        notes=notes,
        environments=environments,
    )
