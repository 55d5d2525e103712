"""What a change comes to in one environment. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from scalewright.cli.review.sums import Pair, paired
from scalewright.plan import touched, yaml
from scalewright.plan.changes import Change, Comparison, compare
from scalewright.plan.diff import diff
from scalewright.plan.nodes import Graph
from scalewright.plan.pairs import identity
from scalewright.plan.policy.masking import Mask
from scalewright.plan.policy.news import News, news, renamed
from scalewright.plan.policy.report import Report
from scalewright.plan.records import Record
from scalewright.plan.render import text
from scalewright.plan.sides import whole
from scalewright.plan.totals import Totals

if TYPE_CHECKING:
    from scalewright.cli.review.side import Side
    from scalewright.cli.review.sides import Sides

Basis = Literal["before", "new", "gone", "unknown"]
"""What the state after a change is held against.

The state before; nothing, since the environment was not there; or it is itself no longer there; or nothing, since
nobody can tell what was there.
"""
#: What is left of a side that nothing is held against.
_UNKNOWN: dict[str, Any] = {"resources": (), "processes": (), "report": None, "sums": (), "graph": None}
_NOTHING = Comparison(changes=(), totals=Totals(totals=()))


class Environment(Record):
    """An environment: what changes, what is found in it, and its sums."""

    name: str
    platform: str | None
    basis: Basis
    notes: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    """What is wrong with the declaration now, or with what is said of policies."""
    failures: tuple[str, ...] = ()
    """Why there is no plan now."""
    comparison: Comparison = _NOTHING
    manifests: dict[str, str] = Field(default_factory=dict)
    """Of objects that are only before or only after, what they are, by kind, namespace and name."""
    findings: News = News()
    report: Report = Report()
    sums: tuple[Pair, ...] = ()
    unsummed: tuple[str, ...] = ()
    """What takes of something and is in no sum, each a sentence."""
    graph: Graph | None = None
    touched: tuple[str, ...] = ()
    """Nodes of the graph that the change touches, by name."""
    lost: tuple[str, ...] = ()
    """Titles of nodes that are no longer there."""

    @property
    def stops(self) -> bool:
        """Whether the change must not be merged as it is."""
        return bool(self.mistakes or self.failures or self.report.stops)

    @property
    def changes(self) -> tuple[Change, ...]:
        """All that changes."""
        return tuple(one for one in self.comparison.changes if one.action != "unchanged")

    @property
    def sums_to_tell(self) -> tuple[Pair, ...]:
        """Sums that do not fit, then those that are others than before."""
        others = (one for one in self.sums if self.basis == "before" and one.differs and not one.breaks)
        return (*(one for one in self.sums if one.breaks), *others)


def environment(name: str, sides: Sides, base: str) -> Environment:
    """Return what a change comes to in an environment; `base` is what the revision before is called."""
    basis, notes = _basis(sides, base)
    mask = Mask()
    before, after = (_masked(one, mask) for one in sides)
    known = before if basis in ("before", "gone") else before.model_copy(update=_UNKNOWN)
    found = Environment(
        name=name,
        platform=after.platform or before.platform,
        basis=basis,
        notes=notes,
        mistakes=after.mistakes,
        failures=after.failures,
        graph=after.graph,
        **_graph(known, after),
    )
    if not after.is_known and basis != "gone":
        return found
    comparison = _compared(known, after)
    report = after.report or Report()
    earlier = known.report.findings if known.report and basis == "before" else ()
    uncounted = comparison.totals.uncounted
    update = {
        "comparison": comparison,
        "manifests": _manifests(known, after),
        "report": report,
        "findings": news(earlier, report, renamed(comparison)),
        "sums": paired(known.sums, after.sums),
        "unsummed": after.unsummed,
        "notes": (*notes, *([f"not counted in what it takes: {', '.join(uncounted)}"] if uncounted else [])),
    }
    return found.model_copy(update=update)


def _masked(side: Side, mask: Mask) -> Side:
    """Return a side of which strangers may read: what a rule finds to be a secret in plain text is not told again."""
    resources, processes = map(mask.resource, side.resources), map(mask.process, side.processes)
    return side.model_copy(update={"resources": tuple(resources), "processes": tuple(processes)})


def _basis(sides: Sides, base: str) -> tuple[Basis, tuple[str, ...]]:
    before, after = sides
    if after.is_absent:
        return "gone", (
            f"it is there at {base}, and no longer here; what runs goes on until somebody takes it away, as "
            "`pulumi destroy` does",
        )
    if troubles := (*before.mistakes, *before.failures):
        what = f"what it was at {base} is not known, so that all of it is shown as it is now"
        return "unknown", (what, *(one.removesuffix(".") for one in troubles))
    if before.platform is None:
        return "new", (f"it is not there at {base}: all of it is new",)
    if after.platform not in (None, before.platform):
        return "new", (f"it is on platform {before.platform} at {base}: all of it is new",)
    return "before", ()


def _graph(before: Side, after: Side) -> dict[str, tuple[str, ...]]:
    if before.graph is None or after.graph is None:
        return {}
    return {
        "touched": touched.touched(before.graph, after.graph, (before.declared, after.declared)),
        "lost": tuple(f"{one.title} ({one.caption})" for one in touched.lost(before.graph, after.graph)),
    }


def _compared(before: Side, after: Side) -> Comparison:
    if before.processes or after.processes:
        found = diff(*({one.name: one for one in side.processes} for side in (before, after)))
        nouns = {one.name: one.kind for side in (before, after) for one in side.processes}
        changes = [
            Change(kind=nouns[one.name], name=one.name, action=one.action, fields=one.fields) for one in found.changes
        ]
        return Comparison(changes=tuple(changes), totals=Totals(totals=()))
    return compare(whole(before.resources), whole(after.resources))


def _manifests(before: Side, after: Side) -> dict[str, str]:
    """Return what is only on one side, in full: `changes` have nothing to tell of its properties."""
    old, new = (_by_name(side) for side in (before, after))
    only = {name: one for each, other in ((old, new), (new, old)) for name, one in each.items() if name not in other}
    return {name: yaml.text(one) if "apiVersion" not in one else text(one) for name, one in only.items()}


def _by_name(side: Side) -> dict[str, dict[str, Any]]:
    processes = {called(one.kind, one.name): one.model_dump(mode="json") for one in side.processes}
    manifests = whole(side.resources).objects
    objects = {called(one["kind"], one["metadata"]["name"], identity(one).namespace): one for one in manifests}
    return {**processes, **objects}


def called(kind: str, name: str, namespace: str = "") -> str:
    """Return what an object is called in `manifests`."""
    return " ".join(filter(None, (kind, namespace, name)))
