"""Runs migrations against the database that the environment names."""

import sys

from alembic import context
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import shop.orders.models
import shop.products.models  # noqa: F401 - registers the tables
from shop.kit import logs, outbox
from shop.kit.engine import is_outage, sync_engine
from shop.kit.settings import DatabaseSettings, load

LOCK = 7_305_810  # any number, the same for all who migrate this database


def run_online() -> None:
    """Migrate in one transaction, alone: whoever comes at the same time waits, and then finds nothing to do."""
    engine = sync_engine(load(DatabaseSettings))
    try:
        with engine.connect() as connection:
            context.configure(connection=connection, target_metadata=outbox.metadata)
            with context.begin_transaction():
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
                context.run_migrations()
    except DBAPIError as error:
        if not is_outage(error):
            raise
        sys.exit(f"shop: the database cannot be used: {error.orig}")
    finally:
        engine.dispose()


def run_offline() -> None:
    """Write the SQL to stdout instead (`--sql`)."""
    context.configure(dialect_name="postgresql", target_metadata=outbox.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


logs.configure()
if context.is_offline_mode():
    run_offline()
else:
    run_online()
