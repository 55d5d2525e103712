"""Runs migrations against the database that the environment names."""

from alembic import context
from sqlalchemy import text

import shop.orders.models
import shop.products.models  # noqa: F401 - registers the tables
from shop.kit import logs, outbox
from shop.kit.engine import engine_of_command

LOCK = 7_305_810  # any number, the same for all who migrate this database


def run_online() -> None:
    """Migrate in one transaction, alone: whoever comes at the same time waits, and then finds nothing to do."""
    with engine_of_command() as engine, engine.connect() as connection:
        context.configure(connection=connection, target_metadata=outbox.metadata)
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            context.run_migrations()


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
