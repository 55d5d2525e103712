"""The whole check-up: of the machine always, and of what runs where something does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydantic import BaseModel, computed_field

from scalewright.local import backend as nouns
from scalewright.local import gateway, postgres, redis
from scalewright.local.doctor import (
    disk,
    limits,
    memory,
    outbox,
    ports,
    processor,
    programs,
    python,
    queues,
    services,
    supervision,
)
from scalewright.local.doctor import postgres as databases
from scalewright.local.doctor import redis as broker
from scalewright.local.doctor.examination import Examination, examine
from scalewright.local.doctor.finding import Finding, addressed, without
from scalewright.local.secrets import require
from scalewright.plan.records import PortHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scalewright.declaration import Backend
    from scalewright.local.doctor.scene import Scene
    from scalewright.local.platform import LocalPlatform
    from scalewright.local.state import State


#: The parts in the order in which they depend on each other.
PARTS = ("machine", "programs", "processes", "postgres", "redis", "tasks", "services")


class Report(BaseModel):
    """What was found, by part; `running` is whether the environment was."""

    environment: str
    running: bool
    parts: dict[str, list[Finding]]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def troubles(self) -> int:
        """How many troubles there are."""
        return self._count("trouble")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def notes(self) -> int:
        """How many notes there are."""
        return self._count("note")

    def _count(self, level: str) -> int:
        return sum(finding.level == level for findings in self.parts.values() for finding in findings)


def diagnose(platform: LocalPlatform, backend: Backend, waiting_for: Callable[[list[str]], None]) -> Report:
    """Examine all there is, at once; `waiting_for` is told who has not answered yet. Changes nothing."""
    scene, found = supervision.observe(platform, backend, waiting_for)
    examinations = list(_of_machine(platform.state, backend, scene))
    if scene is not None:
        examinations += _of_running(scene)
    parts = examine(examinations, waiting_for)
    parts["processes"] = [*found, *parts.get("processes", [])]
    secrets = list(_secrets(platform.state))
    environment = platform.state.environment
    return Report(
        environment=environment,
        running=scene is not None,
        parts={
            part: [addressed(without(secrets, finding), environment) for finding in parts[part]]
            for part in PARTS
            if parts.get(part)
        },
    )


def _of_machine(state: State, backend: Backend, scene: Scene | None) -> Iterator[Examination]:
    held = scene.ports if scene else set()
    declared = backend.gateway.port if backend.gateway else None

    def at_ports() -> Iterable[Finding]:
        return ports.look(declared, state.saved.ports, held)

    supervisor = scene.supervisor if scene else None
    yield Examination("machine", "python", partial(python.look, backend), "python3 --version")
    yield Examination("machine", "disk", partial(disk.look, state), "df -h")
    yield Examination("machine", "memory", partial(memory.look, backend, running=scene is not None), "free -m")
    yield Examination("machine", "processors", partial(processor.look, supervisor), "top -c")
    yield Examination("machine", "limits", partial(limits.look, backend, state.project), "ulimit -a")
    yield Examination("machine", "ports", at_ports, "ss -ltnp")
    for name in nouns.programs(backend):
        look = partial(programs.look, backend, state, name)
        yield Examination("programs", name, look, "scalewright up  # after declaring programs in the overlay")


def _of_running(scene: Scene) -> Iterator[Examination]:
    yield from _of_processes(scene)
    if redis.NAME in scene.running and scene.backend.workers:
        yield Examination("tasks", "queues", partial(queues.look, scene), f"scalewright logs {redis.NAME}")
    if postgres.PRIMARY in scene.running:
        for name, service in scene.backend.services.items():
            if service.outbox:
                look = partial(outbox.look, scene, name)
                yield Examination("tasks", f"outbox {name}", look, f"scalewright logs {name}-relay")


def _of_processes(scene: Scene) -> Iterator[Examination]:
    yield Examination("processes", "secrets", partial(_lost_secrets, scene.state), "scalewright down")
    yield Examination("processes", "processes", partial(supervision.look, scene), "scalewright status")
    for name, now in scene.running.items():
        logs = f"scalewright logs {name}"
        if now.record.noun == "postgres":
            yield Examination("postgres", name, partial(databases.look, scene, name), logs)
        elif now.record.noun.startswith("services.") and now.record.port:
            yield Examination("services", name, partial(services.look, scene, name), logs)
        elif name == gateway.NAME:
            yield Examination("services", name, partial(services.look_at_gateway, scene), logs)
        elif isinstance(now.record.health, PortHealth):
            yield Examination("services", name, partial(services.look_at_port, scene, name), logs)
        elif name == redis.NAME:
            yield Examination("redis", name, partial(broker.look, scene), logs)


def _lost_secrets(state: State) -> Iterator[Finding]:
    """Find nothing; raises PlatformError where a secret is lost that what runs was started with."""
    require(state)
    yield from ()


def _secrets(state: State) -> Iterator[str]:
    for path in (state / "secrets").glob("*") if (state / "secrets").is_dir() else ():
        yield path.read_text(errors="replace")
