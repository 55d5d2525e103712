"""What a Celery worker does besides tasks: it shows its health, and takes its pool processes with it when it dies."""

import logging
import os
import threading
import time
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_process_init

from shop.kit.health import HealthFile

logger = logging.getLogger(__name__)

PARENT_CHECK_INTERVAL = 0.5  # seconds


def install(celery: Celery, health: HealthFile) -> None:
    """Add the health step to the consumer's blueprint, and the watch on the parent to pool processes."""

    class Health(bootsteps.StartStopStep):  # type: ignore[misc]
        """Beats while the consumer is connected: Celery stops its steps when the broker is lost."""

        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, consumer: Any) -> None:
            health.beat()
            self._timer = consumer.timer.call_repeatedly(HealthFile.INTERVAL, health.beat)

        def stop(self, _consumer: Any) -> None:
            self._timer.cancel()

    celery.steps["consumer"].add(Health)
    worker_process_init.connect(_watch_parent, weak=False)


def _watch_parent(**_kwargs: object) -> None:
    """End this pool process soon after its parent ended.

    A pool process whose parent was killed waits for tasks for ever, holding its connections. A signal by the kernel
    (PR_SET_PDEATHSIG) would exist on Linux only.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_INTERVAL)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
