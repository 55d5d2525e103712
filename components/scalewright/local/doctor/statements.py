"""Statements of a PostgreSQL server that run for long, wait for locks, or hold them without doing anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import note, span, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scalewright.local.doctor.finding import Finding

#: https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
QUERY = """
SELECT pid, coalesce(nullif(application_name, ''), 'an unnamed client'), state,
       coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0)::float,
       coalesce(extract(epoch FROM clock_timestamp() - state_change), 0)::float,
       CASE WHEN wait_event_type = 'Lock' THEN pg_blocking_pids(pid) ELSE '{}' END, query
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'
"""
#: Seconds. Locks are taken and given back all the time: only a holder that stays is a trouble.
HOLDS, LONG, VERY_LONG = 3.0, 10.0, 60.0
SHOWN = 70
IDLE = "idle in transaction"


@dataclass(frozen=True)
class Session:
    """One client that is not idle; seconds since its transaction began, and since its statement began or ended."""

    pid: int
    application: str
    state: str
    transaction: float
    since: float
    blocked_by: tuple[int, ...]
    statement: str

    @property
    def who(self) -> str:
        """How a reader is told of it."""
        return f"{self.application} (pid {self.pid})"

    @property
    def text(self) -> str:
        """Its statement, without the values in it, on one line and shortened."""
        bare = " ".join(re.sub(r"'(?:[^']|'')*(?:'|$)", "'...'", self.statement).split())
        return bare if len(bare) <= SHOWN else f"{bare[: SHOWN - 3]}..."


def judge(server: str, sessions: Sequence[Session]) -> Iterator[Finding]:
    """Judge what holds others up, then what only takes long."""
    known = {session.pid: session for session in sessions}
    waiting = [session for session in sessions if session.blocked_by]
    roots = {pid for session in waiting for pid in session.blocked_by if not (pid in known and known[pid].blocked_by)}
    for pid in sorted(roots):
        held_up = [session for session in waiting if pid in session.blocked_by]
        if finding := _blocker(server, pid, known.get(pid), held_up):
            yield finding
    for session in sessions:
        if session.pid not in roots and not session.blocked_by and session.since >= LONG:
            yield _long(server, session)


def _blocker(server: str, pid: int, holder: Session | None, waiting: list[Session]) -> Finding | None:
    longest = max(waiting, key=lambda session: session.since)
    if longest.since < HOLDS and (holder is None or holder.transaction < HOLDS):
        return None
    seen = f"{len(waiting)} wait for a lock, {longest.who} for {span(longest.since)}: {longest.text}"
    if holder is None:
        cause = f"pid {pid} holds it"
    elif holder.state.startswith(IDLE):
        cause = f"{holder.who} holds it, {IDLE} for {span(holder.since)} after: {holder.text}"
    else:
        cause = f"{holder.who} holds it for {span(holder.transaction)}, at: {holder.text}"
    return trouble(server, seen, cause, _end(pid))


def _long(server: str, session: Session) -> Finding:
    judged = trouble if session.since >= VERY_LONG else note
    if session.state.startswith(IDLE):
        seen = f"{session.who} is {IDLE} for {span(session.since)} after: {session.text}"
        return judged(server, seen, "it keeps its locks, and dead rows from being removed", _end(session.pid))
    seen = f"{session.who} is at one statement for {span(session.since)}: {session.text}"
    return judged(server, seen, "it may lack an index, or have much to do", _end(session.pid))


def _end(pid: int) -> str:
    return f'scalewright exec postgres -- -c "SELECT pg_terminate_backend({pid})"'
