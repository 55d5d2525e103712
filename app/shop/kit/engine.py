"""SQLAlchemy engines by the settings, with time limits, and the one judgement of what an outage is."""

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shop.kit.settings import DatabaseSettings, PoolSettings

CONNECT_TIMEOUT = 2  # seconds to reach a server and log in
STATEMENT_TIMEOUT = 3  # seconds the server gives a statement of a request
COMMAND_TIMEOUT = 4  # seconds the client waits for any answer: also ends waits for a frozen server
POOL_TIMEOUT = 2  # seconds a request waits for a free connection

# SQLSTATE classes: connection exception, insufficient resources, operator intervention (shutdown, cancel by timeout);
# and read_only_sql_transaction: the address now leads to a standby.
_OUTAGE_CLASSES = ("08", "53", "57", "25006")


def async_engine(settings: PoolSettings, url: str) -> AsyncEngine:
    """Make an asyncpg engine for requests: autocommit, so that a statement is one round trip.

    There is no pre-ping, which would be one more. asyncpg learns of a closed socket by itself, so a connection
    that died while idle is replaced when it is taken from the pool, and the rest of its generation with it.
    """
    engine = create_async_engine(
        _with_password(settings, url, "postgresql+asyncpg"),
        isolation_level="AUTOCOMMIT",
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_overflow,
        pool_timeout=POOL_TIMEOUT,
        pool_use_lifo=True,
        pool_reset_on_return=None,  # nothing to roll back in autocommit
        connect_args={
            "timeout": CONNECT_TIMEOUT,
            "command_timeout": COMMAND_TIMEOUT,
            "server_settings": {
                "application_name": settings.instance_name,
                "statement_timeout": str(STATEMENT_TIMEOUT * 1000),
            },
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def sync_engine(
    settings: DatabaseSettings, *, pool_size: int = 1, max_overflow: int = 0, statement_timeout: float | None = None
) -> Engine:
    """Make a psycopg engine for processes that do one thing at a time: migrations, relay, workers.

    Connections are checked as they leave the pool: here a round trip buys recovery after a restart of the server.
    `statement_timeout` is in seconds; migrations go without.
    """
    options = f"-c statement_timeout={int(statement_timeout * 1000)}" if statement_timeout else ""
    return create_engine(
        _with_password(settings, settings.database_url, "postgresql+psycopg"),
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


def is_outage(error: BaseException) -> bool:
    """Whether `error` means that the server cannot be used now, as opposed to a wrong statement."""
    if isinstance(error, OSError | TimeoutError | PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    sqlstate = getattr(error.orig, "sqlstate", None)
    # psycopg has no SQLSTATE for a server it cannot reach.
    return error.connection_invalidated or (
        sqlstate.startswith(_OUTAGE_CLASSES) if sqlstate else type(error.orig).__name__ == "OperationalError"
    )


def _with_password(settings: DatabaseSettings, url: str, driver: str) -> URL:
    return make_url(url).set(drivername=driver, password=settings.database_password.get_secret_value())


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
