"""One environment at one revision: what it would make, what the rules find in it, and its sums; in its own process.

A revision from before is judged by the rules of today, and as strictly as the project is today: what is found in it is
what was there, and not what nobody looked for.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from scalewright.cli.review.sums import Sum, sums
from scalewright.declaration import environments, load
from scalewright.declaration.errors import Mistakes
from scalewright.local.errors import PlatformError
from scalewright.plan import graph as graphs
from scalewright.plan.nodes import Graph
from scalewright.plan.policy.report import Report
from scalewright.plan.records import Process, Record
from scalewright.plan.resources import Resource

if TYPE_CHECKING:
    from scalewright.declaration import Backend
    from scalewright.plan.policy.report import Level
    from scalewright.policies.judgement import Judgement


class Side(Record):
    """What was found; no platform where the environment is not there, or its declaration cannot be read."""

    platform: str | None = None
    declared: dict[str, Any] = Field(default_factory=dict)
    graph: Graph | None = None
    resources: tuple[Resource, ...] = ()
    processes: tuple[Process, ...] = ()
    report: Report | None = None
    sums: tuple[Sum, ...] = ()
    unsummed: tuple[str, ...] = ()
    """What takes of something and is in no sum, each a sentence."""
    mistakes: tuple[str, ...] = ()
    """What is wrong with the declaration, or with what the project says of policies."""
    failures: tuple[str, ...] = ()
    """Why the program makes no plan."""

    @property
    def is_known(self) -> bool:
        """Whether there is a plan."""
        return self.platform is not None and not self.mistakes and not self.failures

    @property
    def is_absent(self) -> bool:
        """Whether the environment is not there at all."""
        return self.platform is None and not self.mistakes and not self.failures


def side(project: Path, environment: str, judge: Path | None = None) -> Side:
    """Return what an environment of a project is; whatever hinders that is part of it.

    `judge` is the project whose levels hold, where that is another one.
    """
    if environment not in environments(project):
        return Side()
    found = Side()
    try:
        backend = load(project, environment)
        declared, graph = backend.model_dump(mode="json"), graphs.graph(backend, environment)
        found = Side(platform=backend.platform, declared=declared, graph=graph)
        more = _in_a_cluster if backend.platform == "kubernetes" else _on_a_machine
        return found.model_copy(update=more(project, environment, backend, judge))
    except Mistakes as mistakes:
        return found.model_copy(update={"mistakes": tuple(str(mistakes).splitlines())})
    except PlatformError as error:
        return found.model_copy(update={"failures": error.troubles})


def _in_a_cluster(project: Path, environment: str, _backend: Backend, judge: Path | None) -> dict[str, Any]:
    from scalewright.cli import checking, planning
    from scalewright.plan.capacity import ledger

    made = tuple(one for one in planning.planned(project, environment) if one.custom)
    objects = checking.objects(made)
    said = _judgement(project, environment, judge, "mandatory")
    report = said and said.of_objects(objects)
    # Who waits for whom, and what holds what, is nobody's concern who compares.
    bare = tuple(one.model_copy(update={"depends_on": (), "parent": None}) for one in made)
    found = ledger(objects)
    return {"resources": bare, "report": report, "sums": sums(found.budgets), "unsummed": found.unknown}


def _on_a_machine(project: Path, environment: str, backend: Backend, judge: Path | None) -> dict[str, Any]:
    from scalewright.cli.review.machine import processes
    from scalewright.plan.capacity import budgets_of_processes

    made = processes(backend)
    said = _judgement(project, environment, judge, "advisory")
    report = said and said.of_processes(made)
    return {"processes": made, "report": report, "sums": sums(budgets_of_processes(processes(backend, most=True)))}


def _judgement(project: Path, environment: str, judge: Path | None, otherwise: Level) -> Judgement | None:
    """Return what judges a side; nothing does what was where the project of today says wrongly how strict it is."""
    from scalewright.policies.judgement import judgement, judgement_of_former

    if judge is None:
        return judgement(project, environment, otherwise)
    try:
        return judgement_of_former(project, environment, judge, otherwise)
    except Mistakes:
        return None


def main() -> None:
    """Write what an environment is into a file: PROJECT ENVIRONMENT FILE, and the project whose levels hold."""
    project, environment, file, *judge = sys.argv[1:]
    found = side(Path(project), environment, Path(judge[0]) if judge else None)
    Path(file).write_text(found.model_dump_json(), encoding="utf-8")
    gc.freeze()  # what ends needs not look for cycles, which takes long among all that Pulumi's SDK is


if __name__ == "__main__":
    main()
