"""Make the data folder of a PostgreSQL server where it is missing: ``python -m scalewright.local.postgres_data``.

Run before each start of a server. The folder is built beside its place and then moved there, so that an interrupted
build leaves nothing that looks complete.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scalewright.local.launch import die_with_parent
from scalewright.local.site import LOOPBACK, UNPRIVILEGED

if TYPE_CHECKING:
    from scalewright.local.site import Privilege

SUPERUSER = "postgres"
REPLICATION = "replicator"
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
#: The ending of the file beside a primary's data folder that names its database.
DATABASE = ".database"
#: The replication slots whose replicas can still be brought up to date:
#: https://www.postgresql.org/docs/current/view-pg-replication-slots.html
KEPT_SLOTS = "SELECT slot_name FROM pg_replication_slots WHERE wal_status IS DISTINCT FROM 'lost'"
#: Only this machine, only with a password.
HOST_BASED_AUTHENTICATION = f"""\
host all all {LOOPBACK}/32 scram-sha-256
host replication {REPLICATION} {LOOPBACK}/32 scram-sha-256
"""


def slot(replica: str) -> str:
    """Return the name of the replication slot by which a primary keeps what a replica has not yet read."""
    return replica.replace("-", "_")


class Cluster:
    """A data folder, and the server programs that make it."""

    def __init__(self, data: Path, binaries: Path, privilege: Privilege, secrets: Path) -> None:
        self.data = data
        self.binaries = binaries
        self.privilege = privilege
        self.secrets = secrets

    @cached_property
    def scratch(self) -> Path:
        """A folder to build in; those that earlier builds left are deleted."""
        for abandoned in self.data.parent.glob(f".{self.data.name}.*"):
            shutil.rmtree(abandoned)
        return self.owned(Path(tempfile.mkdtemp(dir=self.data.parent, prefix=f".{self.data.name}.")))

    def secret(self, name: str) -> str:
        """Return the value of a secret."""
        return (self.secrets / name).read_text()

    def run(self, program: str, *arguments: str, text: str | None = None, **environment: str) -> str:
        """Run a program of PostgreSQL as the user that will run the server; ends this process if it fails.

        In single-user mode a statement that fails is only printed, so an error there counts as well.
        """
        command = [*UNPRIVILEGED[self.privilege], str(self.binaries / program), *arguments]
        done = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            preexec_fn=lambda: die_with_parent(signal.SIGKILL),
            check=False,
        )
        if done.returncode or "ERROR:" in done.stderr:
            said = (done.stderr or done.stdout).strip()
            for path in self.secrets.iterdir():
                said = said.replace(path.read_text(), "***")
            sys.exit(f"{program} ended with status {done.returncode}: {said}")
        return done.stdout

    def private(self, path: Path, text: str) -> Path:
        """Write a file that the server's user alone can read."""
        path.touch(mode=0o600)
        path.write_text(text)
        return self.owned(path)

    def owned(self, path: Path) -> Path:
        """Give a file or folder to the server's user."""
        if self.privilege == "setpriv":
            shutil.chown(path, "nobody", "nogroup")
        return path

    def finish(self) -> None:
        """Move the complete folder to its place."""
        (self.scratch / "data").rename(self.data)
        shutil.rmtree(self.scratch)


def demands(cluster: Cluster, configuration: Path) -> None:
    """Write the settings of which a replica needs more than it is given, because its primary had more.

    After such a setting was lowered, a replica refuses to start before it has replayed that its primary lowered it too:
    https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-ADMIN
    """
    path = cluster.data.with_name(cluster.data.name + DEMANDS)
    path.unlink(missing_ok=True)
    given = dict(re.findall(r"^(\w+) = '?(\d+)'?$", configuration.read_text(), re.MULTILINE))
    control = cluster.run("pg_controldata", str(cluster.data), LC_ALL="C")
    required = dict(re.findall(r"^(\w+) setting: +(\d+)$", control, re.MULTILINE))
    lines = [
        f"{setting} = {required[name]}\n"
        for name, (setting, default) in LIKE_PRIMARY.items()
        if int(required[name]) > int(given.get(setting, default))
    ]
    if lines:
        cluster.private(path, "".join(lines))


def primary(cluster: Cluster, database: str) -> None:
    """Make a new database with its owner and a role for replication.

    ``--no-sync`` spares a second: a power cut in the first moments loses a database that is still empty.
    """
    data = str(cluster.scratch / "data")
    password = cluster.private(cluster.scratch / "password", cluster.secret("postgres-superuser"))
    cluster.run(
        "initdb",
        *("-D", data, "-U", SUPERUSER, f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8"),
        *(f"--locale={'C.UTF-8' if sys.platform == 'linux' else 'C'}", "--no-sync", "--no-instructions"),
    )
    owner, replication = cluster.secret("postgres-owner"), cluster.secret("postgres-replication")
    # In single-user mode nothing listens yet, and a password travels by standard input alone.
    statements = (
        f"CREATE ROLE {REPLICATION} LOGIN REPLICATION PASSWORD '{replication}'",
        f"CREATE ROLE \"{database}\" LOGIN PASSWORD '{owner}'",
        f'CREATE DATABASE "{database}" OWNER "{database}"',
    )
    # A statement that fails must not be logged, for its password.
    quiet = ("-c", "log_min_error_statement=panic")
    cluster.run(
        "postgres", "--single", *quiet, "-D", data, "postgres", text="".join(f"{line};\n" for line in statements)
    )
    hba = Path(data) / "pg_hba.conf"
    hba.write_text(HOST_BASED_AUTHENTICATION)
    cluster.data.with_suffix(DATABASE).write_text(database)
    cluster.finish()


def replica(cluster: Cluster, port: int) -> None:
    """Copy a running primary, with a replication slot so that it keeps what the replica has not yet read."""
    passfile = {"PGPASSFILE": str(password_file(cluster))}
    connection = f"host={LOOPBACK} port={port} user={REPLICATION}"
    # A slot of this name is left by an earlier copy, and holds back the wrong files.
    drop = (
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "  # noqa: S608 - a name of ours
        f"WHERE slot_name = '{slot(cluster.data.name)}'"
    )
    cluster.run("psql", "-qX", "-d", f"{connection} dbname=postgres", "-c", drop, **passfile)
    cluster.run(
        "pg_basebackup",
        *("-D", str(cluster.scratch / "data"), "-d", connection, "-X", "stream", "-c", "fast", "--no-sync"),
        *("-C", "-S", slot(cluster.data.name)),
        **passfile,
    )
    standby = cluster.scratch / "data" / "standby.signal"
    standby.touch()
    cluster.owned(standby)
    cluster.finish()


def password_file(cluster: Cluster) -> Path:
    """Write the file by which the replica logs in at its primary, beside its data folder."""
    path = cluster.data.with_suffix(".pgpass")
    path.unlink(missing_ok=True)
    return cluster.private(path, f"{LOOPBACK}:*:*:{REPLICATION}:{cluster.secret('postgres-replication')}\n")


def main() -> None:
    """Make what is missing; a folder that is complete is left as it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    role = parser.add_mutually_exclusive_group(required=True)
    role.add_argument("--primary", metavar="DATABASE")
    role.add_argument("--replica-of", metavar="PORT", type=int)
    for name in ("data", "configuration", "binaries", "secrets"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--privilege", choices=list(UNPRIVILEGED), required=True)
    arguments = parser.parse_args()
    cluster = Cluster(arguments.data, arguments.binaries, arguments.privilege, arguments.secrets)
    if not (arguments.data / "PG_VERSION").exists():
        if arguments.primary:
            primary(cluster, arguments.primary)
        else:
            replica(cluster, arguments.replica_of)
    if not arguments.primary:
        demands(cluster, arguments.configuration)


if __name__ == "__main__":
    main()
