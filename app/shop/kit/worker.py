"""What a Celery worker does besides tasks: it shows its health, and takes its pool processes with it when it dies."""

import gc
import logging
import os
import threading
import time
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_before_create_process, worker_process_init

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
    worker_before_create_process.connect(_share_memory, weak=False)
    worker_process_init.connect(_watch_parent, weak=False)


def _share_memory(**_kwargs: object) -> None:
    """Keep the garbage collector of pool processes off what they inherit: a page it writes to is shared no longer.

    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.freeze()


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
