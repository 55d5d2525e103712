"""The local platform in Pulumi: one dynamic resource, whose inputs are the plan of an environment.

The plan is compared with what really runs, and Pulumi shows property by property how it differs from the last one. What
is then done is what ``scalewright up`` and ``scalewright down`` do, so that either may go on where the other left off.

States hold the provider by the name of its module and class: whoever renames them strands what was brought up before.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi import Output, RunError
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from scalewright.declaration import Gateway, Mistakes, load
from scalewright.local import gateway, postgres
from scalewright.local.errors import PlatformError, in_words
from scalewright.local.platform import LocalPlatform
from scalewright.local.running import done_jobs, observe
from scalewright.local.site import LOOPBACK
from scalewright.local.step import needed_action
from scalewright.plan.records import PostgresHealth, Process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scalewright.local.rollout import Rollout
    from scalewright.local.step import Step

Properties = dict[str, Any]

#: What tells one environment from another. Where it changes, the one is stopped before the other is brought up.
IDENTITY = ("project", "environment")
#: Where it is reached; a stack exports them.
ADDRESSES = ("url", "primary", "replicas")


class LocalBackend(Resource, module="scalewright", name="LocalBackend"):
    """A backend on this machine.

    Its properties are its processes by name, the `url` of the gateway, and the `primary` and the `replicas` of the
    database as ``host:port``; None stands for what it does not have. Where not everything came up, `failure` says so
    and the program ends with it, while Pulumi's state holds what did come up.
    """

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
        """Compare what runs, whoever started, scaled or stopped it, with what is asked for.

        Pulumi shows by itself only how that differs from what was asked for before, so what differs is told.
        """
        if moved := [name for name in IDENTITY if olds.get(name) != news[name]]:
            return DiffResult(changes=True, replaces=moved, delete_before_replace=True)
        with _platform(news) as platform:
            now = _observed(platform, news)
        differences = _differences(_processes(now), _processes(news))
        if differences:
            _say(f"against what runs: {' '.join(differences)}")
        outdated = olds.get("failure") or any(olds.get(name) != now[name] for name in ADDRESSES)
        return DiffResult(changes=bool(differences or outdated))

    def create(self, props: Properties) -> CreateResult:
        """Bring the environment up; what runs already is taken over."""
        return CreateResult(props["environment"], _up(props))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Look at what runs, whoever started, scaled or stopped it."""
        with _platform(props) as platform:
            now = _observed(platform, props)
        runs = any(one["kind"] != "job" for one in _processes(now).values())
        return ReadResult(id_, now, now) if runs else ReadResult(None, {})

    def update(self, _id: str, _olds: Properties, news: Properties) -> UpdateResult:
        """Change what differs from what runs."""
        return UpdateResult(_up(news))

    def delete(self, _id: str, props: Properties) -> None:
        """Stop everything; data is kept."""
        try:
            with _platform(props) as platform:
                platform.down(_reporter())
        except (PlatformError, OSError):
            sys.tracebacklimit = 0  # Pulumi shows an exception as Python would
            raise


def described(records: Iterable[Process]) -> Properties:
    """Return records as properties by name, with the addresses that they give a backend."""
    records = list(records)
    urls = [gateway.url(Gateway(port=one.port)) for one in records if one.name == gateway.NAME and one.port]
    servers = [one.health for one in records if isinstance(one.health, PostgresHealth)]
    primaries, replicas = (
        [f"{LOOPBACK}:{server.port}" for server in servers if server.role == role] for role in ("primary", "replica")
    )
    return {
        **{one.name: one.model_dump(mode="json", exclude_none=True) for one in records},
        "url": next(iter(urls), None),
        "primary": next(iter(primaries), None),
        "replicas": replicas,
    }


def _processes(props: Properties) -> Properties:
    """Return those of the properties that describe a process, by its name."""
    return {name: value for name, value in props.items() if isinstance(value, dict)}


def _differences(now: Properties, asked: Properties) -> list[str]:
    """Return the names that differ, each with what would happen to it."""
    names = sorted(now.keys() | asked.keys())
    signs = {name: "+" if name not in now else "-" if name not in asked else "~" for name in names}
    return [f"{sign}{name}" for name, sign in signs.items() if now.get(name) != asked.get(name)]


def _end_with(failure: str | None) -> None:
    if failure:
        raise RunError(failure)


def _platform(props: Properties) -> closing[LocalPlatform]:
    return closing(LocalPlatform(Path(props["project"]), props["environment"]))


def _up(props: Properties) -> Properties:
    """Bring an environment up; returns what runs then, and why it is not all that was asked for.

    An exception would make Pulumi forget what did come up.
    """
    with _platform(props) as platform:
        failure = _bring_up(platform)
        return {**_observed(platform, props), "failure": failure}


def _bring_up(platform: LocalPlatform) -> str | None:
    """Bring an environment up; returns what hindered that."""
    project, environment = platform.state.project, platform.state.environment
    try:
        return _failure(platform.up(load(project, environment), _reporter()), environment)
    except (Mistakes, PlatformError) as error:
        return str(error)
    except OSError as error:
        if (words := in_words(error)) is None:
            raise
        return words


def _observed(platform: LocalPlatform, props: Properties) -> Properties:
    """Return what runs, and the jobs that were done; database replicas that were left behind do not count."""
    running = observe(platform.state, platform.supervisor)
    left_behind = postgres.left_behind(platform.state, running)
    healthy = [now.record for name, now in running.items() if now.condition == "running" and name not in left_behind]
    jobs = _jobs(_processes(props).values(), done_jobs(platform.state))
    return {**{name: props[name] for name in IDENTITY}, **described((*healthy, *jobs))}


def _jobs(known: Iterable[Properties], done: dict[str, Process]) -> Iterator[Process]:
    """Yield the jobs that were done: as Pulumi knows them, unless they would have to be done again."""
    for job in map(Process.model_validate, known):
        if job.kind == "job" and job.name in done:
            yield job if needed_action(job, None, done[job.name]) == "keep" else done[job.name]


def _failure(rollout: Rollout, environment: str) -> str | None:
    if not rollout.failed:
        return None
    for step in rollout.failed:
        if step.phase == "failed":
            _say(*step.last_words)
    names = ", ".join(step.name for step in rollout.failed)
    return (
        f"{environment} is not healthy: {names}. See `scalewright logs NAME`; mend it and run `pulumi up` again, or "
        "stop the rest with `pulumi destroy`."
    )


def _reporter() -> Callable[[Sequence[Step]], None]:
    """Return what tells of each step how it ended."""
    told: dict[str, str] = {}

    def report(steps: Sequence[Step]) -> None:
        for step in steps:
            if step.remarkable and step.has_ended and told.get(step.name) != step.phase:
                told[step.name] = step.phase
                _say(step.line)

    return report


def _say(*lines: str) -> None:
    """Tell the user: Pulumi shows what a provider writes there."""
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()
