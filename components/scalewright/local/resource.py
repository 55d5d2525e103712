"""The local platform in Pulumi: one dynamic resource, whose inputs are the plan of an environment.

Pulumi compares the plan with what its state holds, and shows the difference property by property. What it then does is
what ``scalewright up`` and ``scalewright down`` do, so that either may go on where the other left off.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi import Output, RunError
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from scalewright.declaration import Gateway, Mistakes, load
from scalewright.local import gateway
from scalewright.local.errors import PlatformError
from scalewright.local.platform import LocalPlatform
from scalewright.local.running import done_jobs, observe
from scalewright.local.site import LOOPBACK
from scalewright.local.step import ENDED, needed_action
from scalewright.plan.records import PostgresHealth, Process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scalewright.local.rollout import Rollout
    from scalewright.local.step import Step

Properties = dict[str, Any]

#: What is asked for; all else follows from it.
INPUTS = ("project", "environment", "processes")


class LocalBackend(Resource, module="scalewright", name="LocalBackend"):
    """A backend on this machine.

    Outputs are its `processes` by name, the `url` of the gateway, and the `primary` and the `replicas` of the database
    as ``host:port``; None stands for what it does not have. Where not everything came up, `failure` says so and the
    program ends with it, while Pulumi's state holds what did come up.
    """

    processes: Output[Properties]
    url: Output[str | None]
    primary: Output[str | None]
    replicas: Output[list[str]]
    failure: Output[str | None]

    def __init__(self, name: str, project: Path, environment: str, plan: Iterable[Process]) -> None:
        properties = {"project": str(project), "environment": environment, **described(plan)}
        super().__init__(LocalProvider(), name, {**properties, "failure": None})
        self.failure.apply(_end_with)


class LocalProvider(ResourceProvider):
    """Does what Pulumi asks for by the code of the command line; it holds nothing that could be secret."""

    serialize_as_secret_always = False

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare what came up with what is asked for."""
        return DiffResult(changes=bool(olds.get("failure")) or any(olds.get(name) != news[name] for name in INPUTS))

    def create(self, props: Properties) -> CreateResult:
        """Bring the environment up; what runs already is taken over."""
        return CreateResult(props["environment"], _up(props))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Look at what runs, whoever started, scaled or stopped it."""
        now = _observed(props)
        return ReadResult(id_, now, now) if now["processes"] else ReadResult(None, {})

    def update(self, _id: str, _olds: Properties, news: Properties) -> UpdateResult:
        """Change what differs from what runs."""
        return UpdateResult(_up(news))

    def delete(self, _id: str, props: Properties) -> None:
        """Stop everything; data is kept."""
        _platform(props).down(_reporter())


def described(records: Iterable[Process]) -> Properties:
    """Return records as properties, with the addresses that they give a backend."""
    records = list(records)
    urls = [gateway.url(Gateway(port=one.port)) for one in records if one.name == gateway.NAME and one.port]
    servers = [one.health for one in records if isinstance(one.health, PostgresHealth)]
    addresses = {
        role: [f"{LOOPBACK}:{server.port}" for server in servers if server.role == role]
        for role in ("primary", "replica")
    }
    return {
        "processes": {one.name: one.model_dump(mode="json", exclude_none=True) for one in records},
        "url": next(iter(urls), None),
        "primary": next(iter(addresses["primary"]), None),
        "replicas": addresses["replica"],
    }


def _end_with(failure: str | None) -> None:
    if failure:
        raise RunError(failure)


def _platform(props: Properties) -> LocalPlatform:
    return LocalPlatform(Path(props["project"]), props["environment"])


def _up(props: Properties) -> Properties:
    """Bring an environment up; returns what runs then, and why it is not all that was asked for.

    An exception would make Pulumi forget what did come up.
    """
    platform = _platform(props)
    try:
        rollout = platform.up(load(platform.state.project, platform.state.environment), _reporter())
        failure = _failure(rollout, platform.state.environment)
    except (Mistakes, PlatformError) as error:
        failure = str(error)
    return {**_observed(props), "failure": failure}


def _observed(props: Properties) -> Properties:
    platform = _platform(props)
    running = [
        now.record for now in observe(platform.state, platform.supervisor).values() if now.condition == "running"
    ]
    jobs = _jobs(props["processes"].values(), done_jobs(platform.state)) if running else ()
    known = {name: props[name] for name in ("project", "environment")}
    return {**known, **described((*running, *jobs))}


def _jobs(records: Iterable[Properties], done: dict[str, Process]) -> Iterator[Process]:
    """Yield the jobs that were done: as Pulumi knows them, unless they would have to be done again."""
    for job in map(Process.model_validate, records):
        if job.kind == "job" and job.name in done:
            yield job if needed_action(job, None, done[job.name]) == "keep" else done[job.name]


def _failure(rollout: Rollout, environment: str) -> str | None:
    if not rollout.failed:
        return None
    for step in rollout.failed:
        if step.phase == "failed":
            _say(f"{step.name} failed: {step.detail}. Its log ends with:", *(f"  | {line}" for line in step.log))
    names = ", ".join(step.name for step in rollout.failed)
    return (
        f"{environment} is not healthy: {names}. See `scalewright logs NAME`; mend it and run `pulumi up` again, or "
        "stop the rest with `pulumi destroy`."
    )


def _reporter() -> Callable[[Sequence[Step]], None]:
    """Return what says of each step how it ended, once."""
    told: set[str] = set()

    def report(steps: Sequence[Step]) -> None:
        for step in steps:
            if step.remarkable and step.phase in ENDED and step.name not in told:
                told.add(step.name)
                _say(f"{step.name:<22}{step.phase:<10}{step.seconds:5.1f} s  {step.detail}".rstrip())

    return report


def _say(*lines: str) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()
