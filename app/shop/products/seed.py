"""`python -m shop.products.seed`: a small fixed set of products for development; run again, it changes nothing."""

import logging

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from shop.kit import logs
from shop.kit.engine import engine_of_command
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
    with engine_of_command() as engine, engine.begin() as connection:
        logger.info("%d products inserted, %d were there", inserted := seed(connection), len(CATALOGUE) - inserted)


if __name__ == "__main__":
    main()
