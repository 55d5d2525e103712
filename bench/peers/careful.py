"""The least that a careful FastAPI service does: asyncpg, one statement a request, no ORM, no outbox, no tokens."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

URL = os.environ["DATABASE_URL"]
PASSWORD = Path(os.environ["DATABASE_PASSWORD_FILE"]).read_text().strip()
POOL = 10
FIELDS = "id, user_id, product_id, quantity, status, total_cents AS total, currency, created_at"
READ = f"SELECT {FIELDS} FROM orders WHERE id = $1"  # noqa: S608 - of constants
CREATE = (
    "INSERT INTO orders (user_id, product_id, quantity, total_cents, currency)"  # noqa: S608 - of constants
    f" VALUES ($1, $2, $3, 1999, 'EUR') RETURNING {FIELDS}"
)


class NewOrder(BaseModel):
    """An order to place."""

    user_id: int
    product_id: int
    quantity: int


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    """Keep a pool of connections to the primary."""
    async with asyncpg.create_pool(URL, password=PASSWORD, min_size=POOL, max_size=POOL) as pool:
        yield {"pool": pool}


app = FastAPI(lifespan=lifespan)


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer the gateway's health check."""
    return {"status": "ok"}


@app.get("/orders/{order_id}")
async def read(request: Request, order_id: int) -> dict[str, Any]:
    """Return one order."""
    row = await request.state.pool.fetchrow(READ, order_id)
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.post("/orders", status_code=201)
async def create(request: Request, order: NewOrder) -> dict[str, Any]:
    """Insert one order."""
    return dict(await request.state.pool.fetchrow(CREATE, order.user_id, order.product_id, order.quantity))
