"""SQLAlchemy engines by the settings, with time limits, and the one judgement of what an outage is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shop.kit.settings import DatabaseSettings, load

CONNECT_TIMEOUT = 2  # seconds to reach a server and log in
POOL_TIMEOUT = 2  # seconds a request waits for a free connection

# SQLSTATE classes: connection exception, insufficient resources, operator intervention (shutdown, cancel by timeout);
# and read_only_sql_transaction: the address now leads to a standby.
_OUTAGE_CLASSES = ("08", "53", "57", "25006")


def sync_engine(
    settings: DatabaseSettings, *, pool_size: int = 1, max_overflow: int = 0, statement_timeout: float | None = None
) -> Engine:
    """Make a psycopg engine for processes that do one thing at a time: migrations, relay, workers.

    Connections are checked as they leave the pool: here a round trip buys recovery after a restart of the server.
    The server ends a statement whose client was killed, and `statement_timeout` (seconds; migrations go without)
    any other, as well as a transaction whose client is silent for as long: none keeps locks that the next attempt would
    wait for.
    """
    options = "-c client_connection_check_interval=500ms"
    if statement_timeout:
        limit = f"{int(statement_timeout * 1000)}ms"
        options += f" -c statement_timeout={limit} -c idle_in_transaction_session_timeout={limit}"
    return create_engine(
        server_url(settings, settings.database_url, "postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=POOL_TIMEOUT,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "application_name": settings.instance_name,
            "options": options,
            # End waits for a host that went away without closing its connections, in about 15 s.
            "keepalives_idle": 5,
            "keepalives_interval": 5,
            "keepalives_count": 2,
            "tcp_user_timeout": 15_000,
        },
    )


@contextmanager
def engine_of_command() -> Iterator[Engine]:
    """Lend an engine to a command; a database that cannot be used ends it with one line and status 1."""
    engine = sync_engine(load(DatabaseSettings))
    try:
        yield engine
    except DBAPIError as error:
        if not is_outage(error):
            raise
        sys.exit(f"shop: the database cannot be used: {error.orig}")
    finally:
        engine.dispose()


def is_outage(error: BaseException) -> bool:
    """Whether `error` means that the server cannot be used now, as opposed to a wrong statement."""
    if isinstance(error, OSError | PoolTimeoutError):  # a TimeoutError is an OSError
        return True
    invalidated = isinstance(error, DBAPIError) and error.connection_invalidated
    original = error.orig if isinstance(error, DBAPIError) else error
    sqlstate: str | None = getattr(original, "sqlstate", None)
    # psycopg has no SQLSTATE for a server it cannot reach.
    return invalidated or (
        sqlstate.startswith(_OUTAGE_CLASSES) if sqlstate else type(original).__name__ == "OperationalError"
    )


def server_url(settings: DatabaseSettings, url: str, driver: str) -> URL:
    """Return `url` with the driver and the password of the settings; its text form hides the password."""
    return make_url(url).set(drivername=driver, password=settings.database_password.get_secret_value())
