"""The orders service: its parts, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from shop.kit import probes, telemetry
from shop.kit.cache import Cache
from shop.kit.database import Database
from shop.kit.drain import Drain, NoteRequests
from shop.kit.http import install_error_handlers
from shop.kit.settings import ServiceSettings
from shop.orders import api as orders_api
from shop.orders.repository import OrderRepository
from shop.orders.service import OrderService
from shop.products import api as products_api
from shop.products.repository import ProductRepository
from shop.products.service import CACHE_LIFETIME, ProductService


def create_app(settings: ServiceSettings) -> FastAPI:
    """Make the ASGI application. It opens connections when it needs them, and closes them as it shuts down."""

    drain = Drain()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        telemetry.forget_dead_processes()
        database = Database(settings)
        cache = Cache(settings, lifetime=CACHE_LIFETIME)
        products = ProductService(ProductRepository(database), cache)
        orders = OrderService(OrderRepository(database), products)
        try:
            with drain.before_the_server_stops():
                yield {"database": database, "cache": cache, "products": products, "orders": orders, "drain": drain}
        finally:
            await cache.close()
            await database.close()

    app = FastAPI(title="Shop: orders", version="0.1.0", lifespan=lifespan)
    app.add_middleware(telemetry.RequestMetrics)
    app.add_middleware(NoteRequests, drain=drain)
    install_error_handlers(app)
    for router in (orders_api.router, products_api.router, probes.router):
        app.include_router(router)
    return app
