"""Asks every replica of a service directly, and the gateway: whether it answers, how fast, how full its pool is."""

from __future__ import annotations

import http.client
import os
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from scalewright.local import gateway
from scalewright.local.doctor.finding import go_on, note, ok, span, trouble
from scalewright.local.doctor.last_words import last_line, meaning
from scalewright.local.doctor.metrics import POOL_IN_USE, samples
from scalewright.local.doctor.processes import RECENT, YOUNG, is_looping
from scalewright.local.health import is_healthy
from scalewright.local.site import LOOPBACK
from scalewright.plan.records import HttpHealth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scalewright.local.doctor.finding import Finding
    from scalewright.local.doctor.scene import Scene
    from scalewright.local.doctor.vitals import Vitals
    from scalewright.local.running import Condition

#: Seconds for one answer, and how often one is asked for.
TIMEOUT = 2.0
TIMES = 3
#: Seconds that an answer of a health endpoint may take.
SLOW, VERY_SLOW = 0.25, 1.0
#: Processes that wait for each core.
OVERLOAD = 1.5
SHOWN = 160


@dataclass(frozen=True)
class Answer:
    """What came of one request: no `status` where nothing came, and then why in `body`."""

    status: int | None
    seconds: float
    body: str

    @property
    def good(self) -> bool:
        """Whether it says that all is well."""
        return self.status == 200


def ask(port: int, path: str, timeout: float = TIMEOUT) -> Answer:
    """Send one GET request to this machine."""
    begun = time.perf_counter()
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
        return Answer(answer.status, time.perf_counter() - begun, body)
    except (OSError, http.client.HTTPException) as error:
        return Answer(None, time.perf_counter() - begun, str(error) or type(error).__name__)
    finally:
        connection.close()


def look(scene: Scene, replica: str) -> Iterator[Finding]:
    """Examine one replica."""
    now = scene.running[replica]
    service = scene.backend.services.get(now.record.noun.removeprefix("services."))
    if service is None or now.record.port is None:
        return
    alive = ask(now.record.port, service.probes.liveness)
    ready = asked_repeatedly(now.record.port, service.probes.readiness)
    pool = None
    if service.database and alive.status is not None:
        usable = (service.database.size + service.database.overflow) * service.processes
        pool = judge_pool(replica, _in_use(now.record.port), usable)
    yield judge(scene.vitals[replica], alive, ready, pool, load=_load(), now=time.time())
    if pool:
        yield pool


def _in_use(port: int) -> dict[str, float]:
    """Return the connections of a replica's pools that are in use, by server; none where it does not publish them."""
    metrics = ask(port, "/metrics", timeout=TIMEOUT + 1)
    found = samples(metrics.body, POOL_IN_USE) if metrics.good else {}
    return {dict(labels).get("server", "database"): value for labels, value in found.items()}


def asked_repeatedly(port: int, path: str) -> list[Answer]:
    """Ask a few times, and no more once there was no answer in time."""
    answers: list[Answer] = []
    while len(answers) < TIMES and (not answers or answers[-1].seconds < VERY_SLOW):
        answers.append(ask(port, path))
    return answers


def judge(one: Vitals, alive: Answer, ready: list[Answer], pool: Finding | None, *, load: float, now: float) -> Finding:
    """Judge the answers of a replica; `load` is the machine's for each core, `pool` what is to be said of its pool."""
    last, seconds = ready[-1], median(answer.seconds for answer in ready)
    if last.status is None:
        return _no_answer(one, alive, last, load, now)
    logs = f"scalewright logs {one.name}"
    if not last.good:
        seen = f"is not ready: {last.status} {' '.join(last.body.split())[:SHOWN]}"
        return trouble(one.name, seen, "something that it needs is away", logs)
    seen = f"ready in {span(seconds)}"
    if seconds < SLOW:
        return ok(one.name, seen)
    cause = _overloaded(load) if load > OVERLOAD else "its event loop is busy, or what it asks is slow"
    if pool:
        cause = "its pool is exhausted, or nearly so"
    return (trouble if seconds >= VERY_SLOW else note)(one.name, f"slow: {seen}", cause, logs)


def _no_answer(one: Vitals, alive: Answer, last: Answer, load: float, now: float) -> Finding:
    logs = f"scalewright logs {one.name}"
    seen = f"does not answer: {last.body}"
    if one.frozen:
        return trouble(one.name, seen, "its process is frozen", go_on(one.frozen))
    if one.condition != "running":
        return trouble(one.name, seen, f"its process is {one.condition}", logs)
    if "refused" in last.body:
        age = now - one.started if one.started else 0.0
        if age < YOUNG and not is_looping(one, now):
            return note(one.name, f"was started {span(age)} ago and does not listen yet")
        said = meaning(one.lines[-RECENT:]) or last_line(one.lines)
        return trouble(one.name, "nobody listens on its port", f"it does not come up: {said}", logs)
    if alive.status is not None:
        cause = "it lives, and what it asks before it says it is ready, such as the database, does not answer"
        return trouble(one.name, f"is not ready: no answer in {span(TIMEOUT)}", cause, logs)
    cause = f"its event loop is blocked{f', or {_overloaded(load)}' if load > OVERLOAD else ''}"
    return trouble(one.name, f"no answer in {span(TIMEOUT)}, not even whether it is alive", cause, logs)


def _overloaded(load: float) -> str:
    return f"the machine is overloaded (load {load:.1f} for each core)"


def judge_pool(replica: str, in_use: Mapping[str, float], usable: int) -> Finding | None:
    """Judge how many connections of a replica's pools are taken, by server; None where there is room."""
    server, most = max(in_use.items(), key=lambda one: one[1], default=("", 0.0))
    seen = f"{most:.0f} of {usable} connections of its pool to {server} in use"
    raised = "scalewright up  # after raising database.size of the service in the overlay"
    if most >= usable:
        cause = (
            "pool exhausted, further requests wait: mend what postgres tells of statements, else the pool is too small"
        )
        return trouble(replica, seen, cause, raised)
    return note(replica, seen, "further requests wait once all are in use", raised) if most >= usable * 0.8 else None


def look_at_gateway(scene: Scene) -> Iterator[Finding]:
    """Examine the gateway: its own health, and what it says on the port that clients use."""
    now = scene.running[gateway.NAME]
    health = now.record.health
    if not isinstance(health, HttpHealth) or now.record.port is None:
        return
    own, outside = asked_repeatedly(health.port, health.path), ask(now.record.port, "/")
    frozen = scene.frozen(gateway.NAME)
    yield judge_gateway(now.condition, own, outside, now.record.port, load=_load(), frozen=frozen)


def judge_gateway(
    condition: Condition, own: list[Answer], outside: Answer, port: int, *, load: float, frozen: Sequence[int]
) -> Finding:
    """Judge the answers of the gateway."""
    name, logs = gateway.NAME, f"scalewright logs {gateway.NAME}"
    if condition != "running" or frozen or outside.status is None:
        cause = f"its process is {'frozen' if frozen else condition}"
        remedy = go_on(frozen) if frozen else logs
        return trouble(name, f"port {port} does not answer: {outside.body}", cause, remedy)
    if not own[-1].good:
        seen = f"its routes are not in force: {own[-1].status or own[-1].body}"
        return trouble(name, seen, "it could not read its routes", logs)
    seconds = median([outside.seconds, *(answer.seconds for answer in own)])
    if seconds < SLOW:
        return ok(name, f"port {port} answers in {span(seconds)}")
    cause = _overloaded(load)
    return (trouble if seconds >= VERY_SLOW else note)(
        name, f"slow: port {port} answers in {span(seconds)}", cause, logs
    )


def look_at_port(scene: Scene, name: str) -> Iterator[Finding]:
    """Examine a server of which is known only that it listens."""
    record, logs = scene.running[name].record, f"scalewright logs {name}"
    begun = time.perf_counter()
    if is_healthy(record.health, scene.state):
        yield ok(name, f"port {record.port} accepts connections in {span(time.perf_counter() - begun)}")
    elif frozen := scene.frozen(name):
        yield trouble(name, f"port {record.port} accepts no connection", "its process is frozen", go_on(frozen))
    else:
        yield trouble(name, f"port {record.port} accepts no connection", "it starts, or hangs", logs)


def _load() -> float:
    return os.getloadavg()[0] / (os.cpu_count() or 1)
