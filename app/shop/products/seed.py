"""`python -m shop.products.seed`: a small fixed set of products for development; run again, it changes nothing."""

import logging
import sys

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from shop.kit import logs
from shop.kit.engine import is_outage, sync_engine
from shop.kit.settings import DatabaseSettings, load
from shop.products.models import products

logger = logging.getLogger(__name__)

CATALOGUE = (
    ("Teapot", 1999),
    ("Kettle", 3499),
    ("Mug", 899),
    ("Saucer", 450),
    ("Tea towel", 795),
    ("Strainer", 650),
    ("Tea caddy", 1250),
    ("Milk jug", 1125),
    ("Sugar bowl", 1075),
    ("Honey dipper", 325),
)


def seed(connection: Connection) -> int:
    """Insert the products that are missing, ids 1 to 10; return how many were."""
    rows = [
        {"id": number, "name": name, "price_cents": price, "currency": "EUR"}
        for number, (name, price) in enumerate(CATALOGUE, start=1)
    ]
    statement = insert(products).values(rows).on_conflict_do_nothing(index_elements=[products.c.id])
    inserted = len(connection.execute(statement.returning(products.c.id)).all())
    # The identity sequence does not see ids that were given, and would offer them again.
    connection.execute(text("SELECT setval(pg_get_serial_sequence('products', 'id'), (SELECT max(id) FROM products))"))
    return inserted


def main() -> None:
    """Seed the database that the environment names; exit status 1 when it cannot be used."""
    logs.configure()
    engine = sync_engine(load(DatabaseSettings))
    try:
        with engine.begin() as connection:
            logger.info("%d products inserted, %d were there", inserted := seed(connection), len(CATALOGUE) - inserted)
    except DBAPIError as error:
        if not is_outage(error):
            raise
        sys.exit(f"shop: the database cannot be used: {error.orig}")
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
