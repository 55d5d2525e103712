"""`python -m shop.orders.relay`: publishes the orders' outbox, and sends again what the broker lost."""

import functools
import logging

from sqlalchemy import Connection

from shop.kit import logs
from shop.kit.broker import celery_app
from shop.kit.engine import sync_engine
from shop.kit.health import HealthFile
from shop.kit.relay import Relay
from shop.kit.settings import RelaySettings, load
from shop.kit.stop import StopSignal
from shop.orders import fulfilment

logger = logging.getLogger(__name__)


def _resend(age: float, connection: Connection, waiting: int) -> int:
    return fulfilment.resend(connection, waiting=waiting, age=age)


def main() -> None:
    """Relay until SIGTERM or SIGINT, which let the batch at hand finish."""
    logs.configure()
    settings = load(RelaySettings)
    engine = sync_engine(settings, statement_timeout=10)
    relay = Relay(
        engine,
        celery_app(settings),
        HealthFile(settings.health_file),
        queue=fulfilment.QUEUE,
        resend=functools.partial(_resend, settings.resend_after_seconds),
        resend_every=min(settings.resend_after_seconds / 4, 15.0),
    )
    logger.info("relaying")
    relay.run(StopSignal())
    engine.dispose()
    logger.info("stopped")


if __name__ == "__main__":
    main()
