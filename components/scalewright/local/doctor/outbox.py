"""The outbox of a service: whether its relay carries tasks to the broker."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import go_on, note, ok, span, trouble
from scalewright.local.doctor.last_words import meaning
from scalewright.local.doctor.metrics import OUTBOX_BACKLOG, samples
from scalewright.local.doctor.processes import RECENT
from scalewright.local.doctor.services import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.local.doctor.finding import Finding
    from scalewright.local.doctor.scene import Away, Scene
    from scalewright.local.doctor.vitals import Vitals

#: Seconds between two looks at what waits.
BETWEEN = 1.0
MANY = 10_000


def look(scene: Scene, service: str) -> Iterator[Finding]:
    """Look at the backlog that a replica publishes; nothing is found where none publishes it."""
    relay = scene.vitals.get(f"{service}-relay")
    ports = [
        now.record.port
        for name, now in scene.running.items()
        if now.record.noun == f"services.{service}" and now.record.port and not scene.frozen(name)
    ]
    for port in ports:
        first = backlog(port)
        if first is None:
            continue
        if first:
            time.sleep(BETWEEN)
        second = backlog(port) if first else 0.0
        yield judge(
            service,
            first,
            first if second is None else second,
            relay,
            scene.away(f"{service}-relay") if relay else None,
        )
        return


def backlog(port: int) -> float | None:
    """Return how many tasks wait in an outbox, None where a replica does not say."""
    answer = ask(port, "/metrics", timeout=1.5)
    return next(iter(samples(answer.body, OUTBOX_BACKLOG).values()), None) if answer.good else None


def judge(service: str, first: float, second: float, relay: Vitals | None, away: Away | None = None) -> Finding:
    """Judge two looks at the backlog beside the relay that should carry it away, and what that needs and has not."""
    subject, seen = f"outbox {service}", f"{second:.0f} tasks wait to be sent"
    if not second or second < first:
        return ok(subject, seen)
    if relay is None:
        return trouble(subject, seen, "its relay does not run", "scalewright up")
    logs = f"scalewright logs {relay.name}"
    if ails := _ails(relay, away):
        return trouble(subject, seen, f"its relay {ails}", away.remedy if away else _remedy(relay) or logs)
    known = meaning(relay.lines[-RECENT:])
    cause = f"none was sent in {span(BETWEEN)}, or more came{f'; its relay says: {known}' if known else ''}"
    return trouble(subject, seen, cause, logs) if second > MANY else note(subject, seen, cause, logs)


def _ails(relay: Vitals, away: Away | None) -> str | None:
    if relay.frozen:
        return "is frozen (state T)"
    if relay.condition != "running":
        return f"is {relay.condition}"
    if relay.heartbeat is not None and relay.heartbeat < relay.within:
        return None
    return f"shows no heartbeat: {away or meaning(relay.lines[-RECENT:]) or 'it hangs'}"


def _remedy(relay: Vitals) -> str | None:
    return go_on(relay.frozen) if relay.frozen else None
