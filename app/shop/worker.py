"""`celery -A shop.worker:celery worker`: the workers' Celery application, configured by the environment.

`celery -A shop.worker:celery beat` sends what `beat_schedule` holds; the shop has nothing in it.
"""

from shop.kit import beat, logs
from shop.kit.broker import celery_app
from shop.kit.health import HealthFile
from shop.kit.settings import WorkerSettings, load
from shop.kit.worker import install

logs.configure()
_settings = load(WorkerSettings)
celery = celery_app(_settings, tasks=("shop.orders.tasks",))
_health = HealthFile(_settings.health_file)
install(celery, _health)
beat.install(celery, _health)
