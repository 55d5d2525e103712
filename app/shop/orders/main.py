"""`uvicorn shop.orders.main:app`: the orders service, configured by its environment."""

from shop.kit import collector, logs
from shop.kit.settings import ServiceSettings, load
from shop.orders.application import create_app

logs.configure()
app = create_app(load(ServiceSettings))
collector.settle()
