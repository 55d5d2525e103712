"""What Celery beat does besides sending tasks: it shows that it is at it."""

from typing import Any

from celery import Celery
from celery.beat import PersistentScheduler

from shop.kit.health import HealthFile


def install(celery: Celery, health: HealthFile) -> None:
    """Have the application's beat touch the health file at every tick, and tick as often as that needs.

    A tick sends what is due, and does not end while the broker is away: a beat that cannot send looks unhealthy.
    """

    class Scheduler(PersistentScheduler):  # type: ignore[misc]
        """Touches the health file when a tick is done."""

        def tick(self, *arguments: Any, **options: Any) -> Any:
            pause = super().tick(*arguments, **options)
            health.beat()
            return pause

    celery.conf.beat_scheduler = Scheduler
    celery.conf.beat_max_loop_interval = HealthFile.INTERVAL
