"""An environment on Kubernetes beside what it is compared with: a render, a revision or a cluster."""

from __future__ import annotations

import os
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from scalewright import revision
from scalewright.cli import planning
from scalewright.cli.findings import judged, judged_against
from scalewright.cli.rendered import manifests
from scalewright.declaration.errors import Mistakes
from scalewright.local.errors import PlatformError
from scalewright.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalewright.cli.findings import Judged
    from scalewright.plan.changes import Comparison, Side
    from scalewright.plan.policy.report import Report
    from scalewright.plan.resources import Resource
    from scalewright.revision import Revision
    from scalewright.snapshot import Plan

CLUSTER: Final = "cluster"


class Question(NamedTuple):
    """Which environment is compared with what."""

    project: Path
    environment: str
    against: str | None
    context: str | None = None
    kubeconfig: str | None = None


class Answer(NamedTuple):
    """What was found: with what was compared, what differs, and what else is worth knowing."""

    environment: str
    against: str
    comparison: Comparison
    judged: Judged
    notes: tuple[str, ...] = ()


def compared(asked: Question) -> Answer:
    """Compare an environment; raises PlatformError for all that hinders it, of both sides together."""
    found = _compared(asked)
    if uncounted := found.comparison.totals.uncounted:
        return found._replace(notes=(*found.notes, f"not counted in what it takes: {', '.join(uncounted)}"))
    return found


def _compared(asked: Question) -> Answer:
    base = _base(asked)
    if isinstance(base, Path):
        return _with_render(asked, base)
    return _with_revision(asked, base) if isinstance(base, revision.Revision) else _with_cluster(asked)


def _base(asked: Question) -> Path | Revision | Literal["cluster"]:
    """Return what a name means: a folder where it is written as one, then a revision, then any other folder."""
    name = asked.against
    if name is None:
        if revision.is_checkout(asked.project):
            return revision.find(asked.project, revision.DEFAULT)
        raise PlatformError(
            f"there is nothing to compare {asked.environment} with: {asked.project} is no checkout of git. Name "
            "a folder that `scalewright render` wrote with --against ./DIR, or --against cluster"
        )
    if name == CLUSTER:
        return CLUSTER
    folder = Path(name)
    if os.sep in name or name in (os.curdir, os.pardir):
        if folder.exists():
            return folder
        if name.startswith((os.sep, os.curdir)):
            raise PlatformError(f"there is no folder {name}. Make it with `scalewright render`, or name another")
    try:
        return revision.find(asked.project, name)
    except PlatformError:
        if name and folder.is_dir():
            return folder
        raise


def _with_render(asked: Question, folder: Path) -> Answer:
    from scalewright.plan.changes import Side, compare
    from scalewright.plan.sides import rendered

    before = Side(manifests(folder, asked.environment))
    plan = planning.planned(asked.project, asked.environment)
    with planning.told():
        after = rendered(plan)
    return Answer(asked.environment, str(folder), compare(before, after), judged(_checked(asked, plan)))


def _with_revision(asked: Question, base: Revision) -> Answer:
    from scalewright.plan.changes import compare
    from scalewright.plan.sides import whole

    with tempfile.TemporaryDirectory(prefix="scalewright-") as folder:
        scratch = Path(folder)
        former = revision.write(base, scratch)
        with Snapshot(former, asked.environment, scratch, str(base)) as snapshot:
            after, report, before = _both(asked, snapshot)
        earlier = _found_before(asked, former, before)
    notes: tuple[str, ...] = ()
    if before.platform is None:
        notes = (f"{asked.environment} is not there at {base}: all of it is new",)
    elif before.platform != "kubernetes":
        raise PlatformError(
            f"environment {asked.environment} is on platform {before.platform} at {base} and on kubernetes here; the "
            "two have nothing in common. Name a revision in which it is on kubernetes"
        )
    with planning.told():
        comparison = compare(whole(before.resources), after)
    found = judged_against(report, earlier, comparison)
    return Answer(asked.environment, str(base), comparison, found, notes)


def _found_before(asked: Question, former: Path, before: Plan) -> Report:
    from scalewright.cli.checking import objects
    from scalewright.plan.policy.report import Report
    from scalewright.policies.judgement import judgement_of_former

    if before.platform != "kubernetes":
        return Report()
    said = judgement_of_former(former, asked.environment, asked.project)
    return said.of_objects(objects(before.resources))


def _checked(asked: Question, plan: Iterable[Resource]) -> Report:
    from scalewright.cli.checking import checked

    return checked(asked.project, asked.environment, plan)


def _both(asked: Question, snapshot: Snapshot) -> tuple[Side, Report, Plan]:
    """Return both sides, this one made and judged while the other is made; all troubles of both are told together."""
    from scalewright.plan.sides import whole

    troubles: list[str] = []
    try:
        plan = planning.planned(asked.project, asked.environment)
        with planning.told():
            after = whole(plan)
        report = _checked(asked, plan)
    except PlatformError as error:
        troubles += error.troubles
    except Mistakes as mistakes:
        troubles += str(mistakes).splitlines()
    try:
        before = snapshot.plan()
    except PlatformError as error:
        troubles += error.troubles
    if troubles:
        raise PlatformError(*troubles)
    return after, report, before


def _with_cluster(asked: Question) -> Answer:
    from scalewright.kubernetes.live import look
    from scalewright.plan.changes import Side, compare
    from scalewright.plan.render import objects, withheld

    given = planning.content(asked.kubeconfig)
    cluster, plan = planning.begun(asked.project, asked.environment, asked.kubeconfig, asked.context, given)
    with closing(cluster), planning.told():
        live = look(cluster, objects(plan), withheld(plan))
        comparison = compare(Side(live.before), Side(live.after), live.refusals)
    where = f"context {cluster.context} ({cluster.address})"
    return Answer(asked.environment, where, comparison, judged(_checked(asked, plan)), live.notes)
