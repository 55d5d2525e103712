"""Make the data folder of a PostgreSQL server where it is missing: ``python -m scalewright.local.postgres_data``.

Run before each start of a server. The folder is built beside its place and then moved there, so that an interrupted
build leaves nothing that looks complete.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from scalewright.local.launch import die_with_parent
from scalewright.local.site import LOOPBACK, UNPRIVILEGED

SUPERUSER = "postgres"
REPLICATION = "replicator"
#: Only this machine, only with a password.
HOST_BASED_AUTHENTICATION = f"""\
host all all {LOOPBACK}/32 scram-sha-256
host replication {REPLICATION} {LOOPBACK}/32 scram-sha-256
"""


class Cluster:
    """A data folder that does not exist yet, and the server programs that can make it."""

    def __init__(self, data: Path, binaries: Path, privilege: str, secrets: Path) -> None:
        self.data = data
        self.binaries = binaries
        self.privilege = privilege
        self.secrets = secrets
        self.scratch = Path(tempfile.mkdtemp(dir=data.parent, prefix=f".{data.name}."))

    def secret(self, name: str) -> str:
        """Return the value of a secret."""
        return (self.secrets / name).read_text()

    def run(self, program: str, *arguments: str, text: str | None = None, **environment: str) -> None:
        """Run a program of PostgreSQL as the user that will run the server; ends this process if it fails.

        In single-user mode a statement that fails is only printed, so an error there counts as well.
        """
        command = [*UNPRIVILEGED[self.privilege], str(self.binaries / program), *arguments]  # type: ignore[index]
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
            shutil.rmtree(self.scratch)
            sys.exit(f"{program} ended with status {done.returncode}: {(done.stderr or done.stdout).strip()}")

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


def primary(cluster: Cluster, database: str) -> None:
    """Make a new database with its owner and a role for replication.

    ``--no-sync`` spares a second: a power cut in the first moments loses a database that is still empty.
    """
    data = str(cluster.scratch / "data")
    cluster.owned(cluster.scratch)
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
    cluster.run("postgres", "--single", "-D", data, "postgres", text="".join(f"{line};\n" for line in statements))
    hba = Path(data) / "pg_hba.conf"
    hba.write_text(HOST_BASED_AUTHENTICATION)
    cluster.finish()


def replica(cluster: Cluster, port: int) -> None:
    """Copy a running primary, with a replication slot so that it keeps what the replica has not yet read."""
    cluster.owned(cluster.scratch)
    slot = cluster.data.name.replace("-", "_")
    passfile = {"PGPASSFILE": str(password_file(cluster))}
    connection = f"host={LOOPBACK} port={port} user={REPLICATION}"
    # A slot of this name is left by an earlier copy, and holds back the wrong files.
    drop = f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{slot}'"  # noqa: S608
    cluster.run("psql", "-qX", "-d", f"{connection} dbname=postgres", "-c", drop, **passfile)
    cluster.run(
        "pg_basebackup",
        *("-D", str(cluster.scratch / "data"), "-d", connection, "-X", "stream", "-c", "fast", "--no-sync"),
        *("-C", "-S", slot),
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
    """Read the arguments; do nothing where the folder is complete."""
    parser = argparse.ArgumentParser(description=__doc__)
    role = parser.add_mutually_exclusive_group(required=True)
    role.add_argument("--primary", metavar="DATABASE")
    role.add_argument("--replica-of", metavar="PORT", type=int)
    for name in ("data", "binaries", "privilege", "secrets"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    data = Path(arguments.data)
    if (data / "PG_VERSION").exists():
        return
    for abandoned in data.parent.glob(f".{data.name}.*"):
        shutil.rmtree(abandoned)
    cluster = Cluster(data, Path(arguments.binaries), arguments.privilege, Path(arguments.secrets))
    if arguments.primary:
        primary(cluster, arguments.primary)
    else:
        replica(cluster, arguments.replica_of)


if __name__ == "__main__":
    main()
