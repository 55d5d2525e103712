"""Products as the rest of the application sees them: cached for a while."""

from dataclasses import asdict

from shop.kit.cache import Cache, Record
from shop.products.models import Product
from shop.products.repository import ProductRepository

CACHE_LIFETIME = 300  # seconds that a changed price may stay unnoticed


class ProductService:
    """Reads products through the cache."""

    def __init__(self, repository: ProductRepository, cache: Cache) -> None:
        self._repository = repository
        self._cache = cache

    async def get(self, product_id: int) -> Product | None:
        """Return the product of that id."""

        async def load() -> Record | None:
            product = await self._repository.get(product_id)
            return asdict(product) if product else None

        record = await self._cache.get(_key(product_id), load)
        return Product(**record) if record else None

    async def forget(self, product_id: int) -> None:
        """Drop the product from the cache: the database knows better."""
        await self._cache.forget(_key(product_id))


def _key(product_id: int) -> str:
    # The version changes with the fields of `Product`: releases that run side by side do not read each other's.
    return f"product:v1:{product_id}"
