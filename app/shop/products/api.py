"""HTTP endpoints of products."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request

from shop.kit.http import UNAVAILABLE, Problem
from shop.kit.pagination import MAX_ID
from shop.products.models import Product
from shop.products.schemas import ProductRead
from shop.products.service import ProductService

router = APIRouter(prefix="/products", tags=["products"], responses=UNAVAILABLE)


@router.get("/{product_id}", response_model=ProductRead, responses={404: {"model": Problem}})
async def read_product(request: Request, product_id: Annotated[int, Path(ge=1, le=MAX_ID)]) -> Product:
    """Return one product; its price may be up to five minutes old."""
    product = await _products(request).get(product_id)
    if product is None:
        raise HTTPException(404, "Product not found")
    return product


def _products(request: Request) -> ProductService:
    service: ProductService = request.state.products
    return service
