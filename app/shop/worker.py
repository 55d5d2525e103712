"""`celery -A shop.worker:celery worker`: the workers' Celery application, configured by the environment."""

from shop.kit import logs
from shop.kit.broker import celery_app
from shop.kit.health import HealthFile
from shop.kit.settings import WorkerSettings, load
from shop.kit.worker import install

logs.configure()
_settings = load(WorkerSettings)
celery = celery_app(_settings, tasks=("shop.orders.tasks",))
install(celery, HealthFile(_settings.health_file))
