"""The data folder of a streaming replica: a copy of its primary's, made anew where it can no longer follow."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from scalewright.local.postgres_cluster import REPLICATION
from scalewright.local.site import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.local.postgres_cluster import Cluster

#: What a replica must have at least as much of as its primary, by its name in pg_controldata: setting and default.
LIKE_PRIMARY = {
    "max_connections": ("max_connections", 100),
    "max_worker_processes": ("max_worker_processes", 8),
    "max_wal_senders": ("max_wal_senders", 10),
    "max_prepared_xacts": ("max_prepared_transactions", 0),
    "max_locks_per_xact": ("max_locks_per_transaction", 64),
}
#: The ending of the file beside a data folder that holds them.
DEMANDS = ".demands.conf"
#: The replication slots whose replicas can still be brought up to date:
#: https://www.postgresql.org/docs/current/view-pg-replication-slots.html
KEPT_SLOTS = "SELECT slot_name FROM pg_replication_slots WHERE wal_status IS DISTINCT FROM 'lost'"
#: Seconds to wait for the primary to accept a connection, where the replica can also start without.
CONNECT_TIMEOUT = "3"
OTHER_DATABASE = "held another database"


def slot(replica: str) -> str:
    """Return the name of the replication slot by which a primary keeps what a replica has not yet read."""
    return replica.replace("-", "_")


def ensure(cluster: Cluster, port: int) -> str | None:
    """Copy the primary where there is no copy that can follow it.

    Returns why an earlier copy could not, if there was one.
    """
    trouble = _trouble(cluster, port) if cluster.exists else _remains(cluster)
    if trouble == OTHER_DATABASE:  # its primary may have been moved away: this could be all that is left of the data
        kept = cluster.data.with_name(f"{cluster.data.name}.{_identifier(cluster)}")
        shutil.rmtree(kept, ignore_errors=True)
        cluster.data.rename(kept)
        trouble = f"{trouble}, kept in {kept}"
    elif trouble:
        cluster.discard()
    if not cluster.exists:
        _copy(cluster, port)
    return trouble


def _remains(cluster: Cluster) -> str | None:
    """Return what is wrong with a folder that is no copy at all; None where there is none."""
    return "was not whole" if cluster.data.is_dir() and any(cluster.data.iterdir()) else None


def _trouble(cluster: Cluster, port: int) -> str | None:
    """Return why a copy cannot follow its primary; None where it can, or where the primary does not answer."""
    query = (
        "SELECT system_identifier, pg_current_wal_flush_lsn(), "  # noqa: S608 - a query of ours
        f"ARRAY({KEPT_SLOTS}) FROM pg_control_system()"
    )
    asked = cluster.attempt(
        "psql",
        *("-qXAt", "-F", " ", "-d", f"{_connection(port)} dbname=postgres", "-c", query),
        PGPASSFILE=str(_password_file(cluster)),
        PGCONNECT_TIMEOUT=CONNECT_TIMEOUT,
    )
    if asked.returncode:
        return None
    identifier, written, slots = asked.stdout.split(maxsplit=2)
    if cluster.attempt("pg_controldata", str(cluster.data)).returncode:
        return "was damaged"
    if identifier != _identifier(cluster):
        return OTHER_DATABASE
    if slot(cluster.data.name) not in re.findall(r"\w+", slots):
        return "was too far behind its primary"
    if _position(_control(cluster)["Minimum recovery ending location"]) > _position(written):
        return "was ahead of its primary, which lost data"
    return None


def _position(lsn: str) -> int:
    """Return a position in the write-ahead log in bytes: https://www.postgresql.org/docs/current/datatype-pg-lsn.html."""
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def _identifier(cluster: Cluster) -> str:
    return _control(cluster)["Database system identifier"]


def _control(cluster: Cluster) -> dict[str, str]:
    """Return what a data folder says of itself, see pg_controldata(1)."""
    text = cluster.run("pg_controldata", str(cluster.data), LC_ALL="C")
    return dict(re.findall(r"^(.+?): +(.*)$", text, re.MULTILINE))


def _copy(cluster: Cluster, port: int) -> None:
    """Copy a running primary, with a replication slot so that it keeps what the replica has not yet read."""
    name = slot(cluster.data.name)
    passfile = {"PGPASSFILE": str(_password_file(cluster))}
    # A slot of this name is left by an earlier copy, and holds back the wrong files.
    drop = (
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "  # noqa: S608 - a name of ours
        f"WHERE slot_name = '{name}'"
    )
    cluster.run("psql", "-qX", "-d", f"{_connection(port)} dbname=postgres", "-c", drop, **passfile)
    cluster.run(
        "pg_basebackup",
        *("-D", str(cluster.scratch / "data"), "-d", _connection(port), "-X", "stream", "-c", "fast", "--no-sync"),
        *("-C", "-S", name),
        **passfile,
    )
    standby = cluster.scratch / "data" / "standby.signal"
    standby.touch()
    cluster.owned(standby)
    cluster.finish()


def _connection(port: int) -> str:
    return f"host={LOOPBACK} port={port} user={REPLICATION}"


def _password_file(cluster: Cluster) -> Path:
    """Write the file by which the replica logs in at its primary, beside its data folder."""
    path = cluster.data.with_suffix(".pgpass")
    path.unlink(missing_ok=True)
    return cluster.private(path, f"{LOOPBACK}:*:*:{REPLICATION}:{cluster.secret('postgres-replication')}\n")


def write_demands(cluster: Cluster, configuration: Path) -> None:
    """Write the settings of which a replica needs more than it is given, because its primary had more.

    After such a setting was lowered, a replica refuses to start before it has replayed that its primary lowered it too:
    https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-ADMIN
    """
    path = cluster.data.with_name(cluster.data.name + DEMANDS)
    path.unlink(missing_ok=True)
    given = dict(re.findall(r"^(\w+) = '?(\d+)'?$", configuration.read_text(), re.MULTILINE))
    control = _control(cluster)
    lines = [
        f"{setting} = {required}\n"
        for name, (setting, default) in LIKE_PRIMARY.items()
        if int(required := control[f"{name} setting"]) > int(given.get(setting, default))
    ]
    if lines:
        cluster.private(path, "".join(lines))
