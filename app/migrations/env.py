"""Runs migrations against the database that the environment names."""

import logging

from alembic import command, context
from alembic.script import ScriptDirectory
from alembic.util import CommandError
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
            if is_upgrade() and (ahead := revisions_ahead()):
                # Whoever went back to this release. Its code runs on what later migrations left: each is written so.
                logging.getLogger("migrations").warning("the database is ahead, at %s: nothing to do", ", ".join(ahead))
            else:
                context.run_migrations()


def is_upgrade() -> bool:
    """Tell whether the command is `upgrade`: any other cannot do without the migrations that it lacks, and says so."""
    return context.config.cmd_opts is not None and context.config.cmd_opts.cmd[0] is command.upgrade


def revisions_ahead() -> list[str]:
    """Return the revisions of the database that this release does not have, because a later one made them."""
    return [
        revision for revision in context.get_context().get_current_heads() if not is_known(context.script, revision)
    ]


def is_known(scripts: ScriptDirectory, revision: str) -> bool:
    """Tell whether this release has a migration."""
    try:
        return scripts.get_revision(revision) is not None
    except CommandError:
        return False


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
