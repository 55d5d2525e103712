"""Streaming replication: as the primary sees it, and as a replica does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import mebibytes, note, ok, span, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.local.doctor.finding import Finding

#: https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-VIEW
STREAMS = """
SELECT application_name, state, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::bigint
FROM pg_stat_replication
"""
#: https://www.postgresql.org/docs/current/view-pg-replication-slots.html
SLOTS = """
SELECT slot_name, coalesce(wal_status, 'reserved'),
       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint
FROM pg_replication_slots
"""
WAL = "SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_waldir()"
#: Of a replica: whether its replay is paused, and how old what it last replayed is where it has more to replay.
REPLAY = """
SELECT pg_is_wal_replay_paused(),
       CASE WHEN pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()
            THEN coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0) ELSE 0 END::float
"""
#: Bytes and seconds behind the primary.
BEHIND, FAR_BEHIND = 16 * 2**20, 256 * 2**20
LATE, VERY_LATE = 5.0, 30.0
#: Bytes of the write-ahead log, of which a slot keeps 1 GiB at most.
MUCH_WAL = 3 * 2**30


@dataclass(frozen=True)
class Stream:
    """One replica that is connected, with the bytes it has not replayed."""

    state: str
    behind: int


@dataclass(frozen=True)
class Slot:
    """What the primary keeps for a replica: `status` lost means that it has thrown away what the replica needs."""

    status: str
    kept: int


def judge(replicas: Mapping[str, str], streams: Mapping[str, Stream], slots: Mapping[str, Slot]) -> Iterator[Finding]:
    """Judge each replica by its stream and its slot; `replicas` maps the names of those that run to their slots."""
    up = "scalewright up"
    for name, slot_name in replicas.items():
        stream, slot = streams.get(name), slots.get(slot_name)
        if slot is None or slot.status == "lost":
            seen = f"its slot {slot_name} {'is gone' if slot is None else 'lost what it has not read'}"
            cause = "it was away for too long; it can only be copied anew"
            yield trouble(name, seen, cause, up)
        elif stream is None:
            seen = f"does not stream; the primary keeps {mebibytes(slot.kept)} for it"
            yield trouble(name, seen, "it does not run, or cannot log in at its primary", f"scalewright logs {name}")
        elif stream.state != "streaming" or stream.behind >= FAR_BEHIND:
            seen = f"{stream.state}, {mebibytes(stream.behind)} behind"
            yield trouble(name, seen, "it replays slower than its primary writes", f"scalewright logs {name}")
        elif stream.behind >= BEHIND:
            yield note(name, f"streaming, {mebibytes(stream.behind)} behind", "it replays slower than is written")
        else:
            yield ok(name, f"streaming, {stream.behind} bytes behind")


def judge_replay(name: str, pid: int | None, *, paused: bool, late: float) -> Finding | None:
    """Judge a replica by itself; None where there is nothing to say."""
    if paused:
        seen = f"its replay is paused, {span(late)} behind"
        cause = "somebody called pg_wal_replay_pause(); a restart of the server, which takes a second, ends that"
        return trouble(name, seen, cause, f"kill -INT {pid}")
    if late < LATE:
        return None
    seen = f"what it last replayed is {span(late)} old, and it has more"
    cause = "a long query on it, or a slow disk, holds replay up"
    logs = f"scalewright logs {name}"
    return trouble(name, seen, cause, logs) if late >= VERY_LATE else note(name, seen, cause, logs)


def judge_wal(server: str, wal: int, slots: Mapping[str, Slot]) -> Finding | None:
    """Judge the size of the write-ahead log; None where it is as usual."""
    if wal < MUCH_WAL:
        return None
    kept = ", ".join(f"{name} {mebibytes(slot.kept)}" for name, slot in slots.items())
    return note(server, f"{mebibytes(wal)} of write-ahead log", f"kept for {kept or 'no slot'}", "scalewright status")
