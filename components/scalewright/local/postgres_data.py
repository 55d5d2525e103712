"""Make the data folder of a PostgreSQL server where it is missing: ``python -m scalewright.local.postgres_data``.

Run before each start of a server. The folder is built beside its place and then moved there, so that an interrupted
build leaves nothing that looks complete.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from pathlib import Path

from scalewright.local import postgres_replica, unfinished
from scalewright.local.launch import write
from scalewright.local.postgres_cluster import REPLICATION, SUPERUSER, Cluster
from scalewright.local.site import LOOPBACK, UNPRIVILEGED

#: The ending of the file beside a primary's data folder that names its database.
DATABASE = ".database"
#: The ending of the file beside it that tells whether the passwords of its roles are those of the secrets.
PASSWORDS = ".passwords"
#: Only this machine, only with a password.
HOST_BASED_AUTHENTICATION = f"""\
host all all {LOOPBACK}/32 scram-sha-256
host replication {REPLICATION} {LOOPBACK}/32 scram-sha-256
"""


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
    remove_stale_lock(cluster.data)
    cluster.tidy()
    if arguments.primary:
        primary(cluster, arguments.primary, arguments.configuration)
        return
    note = Path(os.environ["SCALEWRIGHT_STATE"], "run", f"{cluster.data.name}.note")
    note.unlink(missing_ok=True)
    if trouble := postgres_replica.ensure(cluster, arguments.replica_of):
        write(str(note), f"{trouble}; copied anew", 0o600)
        print(f"{cluster.data.name} {trouble}; copied anew", flush=True)  # noqa: T201 - into the server's log
    postgres_replica.write_demands(cluster, arguments.configuration)


def primary(cluster: Cluster, database: str, configuration: Path) -> None:
    """Make a new database, or bring the one there is in order.

    Its roles get their passwords where these were made anew, and what a killed restore left is cleared up.
    """
    names = {SUPERUSER: "postgres-superuser", REPLICATION: "postgres-replication", database: "postgres-owner"}
    set_passwords = [f"ALTER ROLE \"{role}\" PASSWORD '{cluster.secret(name)}'" for role, name in names.items()]
    digest = hashlib.sha256("\n".join(set_passwords).encode()).hexdigest()
    known, restoring = cluster.data.with_suffix(PASSWORDS), cluster.data.with_suffix(unfinished.MARK)
    if not cluster.exists:
        make_database(cluster, database, set_passwords)
    else:
        statements = [] if known.exists() and known.read_text() == digest else set_passwords
        if restoring.exists():
            statements = [*statements, *unfinished.clearing(database)]
        if not statements:
            return
        cluster.single_user(*statements, options=("-c", f"config_file={configuration}", "-D", str(cluster.data)))
    write(str(known), digest, 0o600)
    restoring.unlink(missing_ok=True)


def make_database(cluster: Cluster, database: str, set_passwords: list[str]) -> None:
    """Make a new database with its owner and a role for replication.

    ``--no-sync`` spares a second: a power cut in the first moments loses a database that is still empty.
    """
    data = cluster.scratch / "data"
    password = cluster.private(cluster.scratch / "password", cluster.secret("postgres-superuser"))
    cluster.run(
        "initdb",
        *("-D", str(data), "-U", SUPERUSER, f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8"),
        *(f"--locale={'C.UTF-8' if sys.platform == 'linux' else 'C'}", "--no-sync", "--no-instructions"),
    )
    cluster.single_user(
        f"CREATE ROLE {REPLICATION} LOGIN REPLICATION",
        f'CREATE ROLE "{database}" LOGIN',
        *set_passwords,
        f'CREATE DATABASE "{database}" OWNER "{database}"',
        options=("-D", str(data)),
    )
    (data / "pg_hba.conf").write_text(HOST_BASED_AUTHENTICATION)
    write(str(cluster.data.with_suffix(DATABASE)), database, 0o600)
    cluster.finish()


def remove_stale_lock(data: Path) -> None:
    """Remove the lock file of a server that is gone.

    PostgreSQL refuses to start while there is a process of the number that the file holds, or where it holds none.
    After a reboot that number may be anybody's; a server works in its data folder.
    """
    path = data / "postmaster.pid"
    try:
        noted = path.read_text().split()
    except FileNotFoundError:
        return
    import psutil

    try:
        # A negative number is that of a server in single-user mode.
        serving = Path(psutil.Process(abs(int(noted[0]))).cwd()) == data.resolve()
    except (IndexError, ValueError, psutil.Error):
        serving = False
    if not serving:
        path.unlink()


if __name__ == "__main__":
    main()
