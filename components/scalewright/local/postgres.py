"""PostgreSQL as processes: a primary, its streaming replicas, and the jobs that prepare the database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scalewright.local.errors import PlatformError
from scalewright.local.health import connect
from scalewright.local.postgres_cluster import REPLICATION
from scalewright.local.postgres_data import DATABASE
from scalewright.local.postgres_replica import DEMANDS, KEPT_SLOTS, slot
from scalewright.local.site import LOOPBACK
from scalewright.plan.records import PostgresHealth, Process, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.declaration import Backend, Pool, Postgres
    from scalewright.local.running import Running
    from scalewright.local.site import Site
    from scalewright.local.state import State

PRIMARY = "postgres"
#: What prepares a new database, in this order.
JOBS = ("migrations", "seed")
#: SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait until every client has left.
FAST_SHUTDOWN = Stop(signal="INT", seconds=20)


def replicas(postgres: Postgres) -> tuple[str, ...]:
    """Return the names of the streaming replicas."""
    return tuple(f"{PRIMARY}-replica-{number}" for number in range(1, postgres.instances))


def ports(backend: Backend) -> tuple[str, ...]:
    """Return the names of the ports that PostgreSQL needs."""
    return (PRIMARY, *replicas(backend.postgres)) if backend.postgres else ()


def database(backend: Backend) -> str:
    """Return the name of the database, which is also that of its owner."""
    return backend.name.replace("-", "_")


def ready(backend: Backend) -> tuple[str, ...]:
    """Return what must be healthy, and which job done, before an application may use the database."""
    postgres = backend.postgres
    if postgres is None:
        return ()
    jobs = [name for name, declared in zip(JOBS, (postgres.migrations, postgres.seed), strict=True) if declared]
    return (PRIMARY, *jobs[-1:])


def _url(backend: Backend, site: Site, server: str) -> str:
    owner = database(backend)
    return f"postgresql://{owner}@{LOOPBACK}:{site.ports[server]}/{owner}"


def _primary_environment(backend: Backend, site: Site) -> dict[str, str]:
    return {
        "DATABASE_URL": _url(backend, site, PRIMARY),
        "DATABASE_PASSWORD_FILE": site.secret("postgres-owner"),
    }


def environment(backend: Backend, site: Site, pool: Pool | None) -> dict[str, str]:
    """Return the variables by which an application finds the database."""
    assert backend.postgres is not None  # noqa: S101 - `uses` was checked by the declaration
    urls = (_url(backend, site, name) for name in replicas(backend.postgres))
    variables = {**_primary_environment(backend, site), "DATABASE_REPLICA_URLS": ",".join(urls)}
    if pool is not None:
        variables |= {
            "DATABASE_POOL_SIZE": str(pool.size),
            "DATABASE_POOL_OVERFLOW": str(pool.overflow),
            "DATABASE_READS": pool.reads,
        }
    return variables


def require_database(backend: Backend, site: Site) -> None:
    """Raise PlatformError if the data folder is not whole, or was made for a database of another name."""
    data = Path(site.data(PRIMARY))
    if not (data / "PG_VERSION").exists():
        if data.is_dir() and any(data.iterdir()):
            raise PlatformError(
                f"{data} is not empty, and lacks the file PG_VERSION that every database of PostgreSQL has. Restore it "
                "from a copy, or move it elsewhere to begin without data"
            )
        return
    try:
        made = data.with_suffix(DATABASE).read_text()
    except FileNotFoundError:
        return
    if made != database(backend):
        raise PlatformError(
            f"name is {backend.name}, but the data folder holds the database {made}. Name it as before, or delete its "
            "data with `scalewright down --delete-data`"
        )


def left_behind(state: State, running: Mapping[str, Running]) -> set[str]:
    """Return the names of the running replicas that their primary can no longer bring up to date.

    What they have not read is gone there; a restart copies them anew. None where the primary does not answer.
    """
    copied = {
        name
        for name, now in running.items()
        if isinstance(now.record.health, PostgresHealth)
        and now.record.health.role == "replica"
        and now.condition == "running"
        and (state / f"data/{name}/PG_VERSION").exists()
    }
    primary = running.get(PRIMARY)
    if not copied or primary is None or primary.record.port is None:
        return set()
    import psycopg

    try:
        with connect(state, primary.record.port) as connection:
            kept = {name for (name,) in connection.execute(KEPT_SLOTS).fetchall()}
    except psycopg.Error:
        return set()
    return {name for name in copied if slot(name) not in kept}


def processes(backend: Backend, site: Site) -> Iterator[Process]:
    """Yield the primary, the replicas, and then migrations and seed where they are declared."""
    postgres = backend.postgres
    if postgres is None:
        return
    yield _server(backend, site, PRIMARY, ("--primary", database(backend)), ())
    for name in replicas(postgres):
        yield _server(backend, site, name, ("--replica-of", str(site.ports[PRIMARY])), (PRIMARY,))
    if postgres.migrations:
        yield _job(backend, site, "migrations", ("alembic", "-c", postgres.migrations, "upgrade", "head"), PRIMARY)
    if postgres.seed:
        yield _job(backend, site, "seed", (postgres.seed,), "migrations" if postgres.migrations else PRIMARY)


def _server(backend: Backend, site: Site, name: str, role: tuple[str, ...], depends_on: tuple[str, ...]) -> Process:
    assert backend.postgres is not None  # noqa: S101
    binaries, data, config = site.programs["postgres"], site.data(name), f"config/{name}.conf"
    prepare = (
        *(site.python, "-m", "scalewright.local.postgres_data", *role),
        *("--data", data, "--configuration", f"{site.state}/{config}", "--binaries", binaries),
        *("--privilege", site.privilege, "--secrets", site.secret("")),
    )
    return Process(
        name=name,
        noun="postgres",
        command=(*site.unprivileged, f"{binaries}/postgres", "-D", data, "-c", f"config_file={site.state}/{config}"),
        directory=str(site.state),
        port=site.ports[name],
        health=PostgresHealth(port=site.ports[name], role="replica" if depends_on else "primary"),
        depends_on=depends_on,
        prepare=prepare,
        files={config: _configuration(backend.postgres, site, name)},
        stop=FAST_SHUTDOWN,
    )


def _configuration(postgres: Postgres, site: Site, name: str) -> str:
    """Write postgresql.conf: what a primary with replicas needs, then what the declaration says.

    What a replica must have at least is in a file of its own, see `postgres_replica.write_demands`.
    """
    settings: dict[str, str | int | float | bool] = {
        "listen_addresses": LOOPBACK,
        "port": site.ports[name],
        # A path in a deep project folder would be longer than a socket's name may be.
        "unix_socket_directories": "",
        "cluster_name": name,
        "max_connections": postgres.max_connections,
        "shared_buffers": "64MB",
        "wal_level": "replica",
        "hot_standby": True,
        "wal_log_hints": True,
        # For as many replicas as can be declared, copies under way included, so that their number changes nothing here.
        "max_wal_senders": 32,
        "max_replication_slots": 16,
        # A replica that stays away must not fill the disk of its primary.
        "max_slot_wal_keep_size": "1GB",
        "password_encryption": "scram-sha-256",
        "log_line_prefix": "%m [%p] ",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if sys.platform == "linux":
        settings["recovery_init_sync_method"] = "syncfs"
    if name != PRIMARY:
        passfile = f"{site.data(name)}.pgpass".replace("\\", "\\\\").replace("'", "\\'")
        settings["primary_conninfo"] = (
            f"host={LOOPBACK} port={site.ports[PRIMARY]} user={REPLICATION} passfile='{passfile}'"
        )
        settings["primary_slot_name"] = slot(name)
    settings |= postgres.parameters
    text = "".join(f"{key} = {_literal(value)}\n" for key, value in settings.items())
    return text + f"include_if_exists = {_literal(site.data(name) + DEMANDS)}\n"


def _literal(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def _job(backend: Backend, site: Site, name: str, module: tuple[str, ...], after: str) -> Process:
    return Process(
        name=name,
        noun="postgres",
        kind="job",
        command=(site.python, "-m", *module),
        environment={"SERVICE_NAME": name, "INSTANCE_NAME": name, **_primary_environment(backend, site)},
        directory=str(site.project / backend.source),
        depends_on=(after,),
        source=site.sources.get(name),
    )
