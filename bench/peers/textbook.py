"""The service that tutorials end with: SQLAlchemy's synchronous session and a synchronous Redis in `async def`.

Under more clients than its pool has connections the event loop waits for a connection which only the event loop could
give back. https://fastapi.tiangolo.com/async/ tells why such endpoints should be plain `def`.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import redis
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, SmallInteger, create_engine, func, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker


def _secret(variable: str) -> str:
    return Path(os.environ[variable]).read_text().strip()


url = make_url(os.environ["DATABASE_URL"])
engine = create_engine(
    url.set(drivername="postgresql+psycopg", password=_secret("DATABASE_PASSWORD_FILE")), pool_size=5, max_overflow=10
)
SessionLocal = sessionmaker(bind=engine)
cache = redis.Redis.from_url(os.environ["REDIS_URL"], password=_secret("REDIS_PASSWORD_FILE"))
app = FastAPI()


class Base(DeclarativeBase):
    """Tables as classes."""


class Product(Base):
    """What can be ordered."""

    __tablename__ = "products"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    price_cents: Mapped[int] = mapped_column(BigInteger)


class Order(Base):
    """An order."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    product_id: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(SmallInteger)
    total_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="pending")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class NewOrder(BaseModel):
    """An order to place."""

    user_id: int
    product_id: int
    quantity: int


class OrderRead(NewOrder):
    """An order."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    status: str
    total_cents: int
    currency: str
    created_at: datetime


def get_db() -> Iterator[Session]:
    """Lend a session to a request."""
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


Db = Annotated[Session, Depends(get_db)]


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer the gateway's health check."""
    return {"status": "ok"}


@app.post("/orders", status_code=201, response_model=OrderRead)
async def create(order: NewOrder, db: Db) -> Any:
    """Place an order at the cached price."""
    key = f"textbook:price:{order.product_id}"
    price: Any = cache.get(key)
    if price is None:
        product = db.get(Product, order.product_id)
        if product is None:
            raise HTTPException(404, "Product not found")
        price = product.price_cents
        cache.set(key, price, ex=300)
    placed = Order(**order.model_dump(), total_cents=int(price) * order.quantity, currency="EUR")
    db.add(placed)
    db.commit()
    db.refresh(placed)
    return placed


@app.get("/orders/{order_id}", response_model=OrderRead)
async def read(order_id: int, db: Db) -> Any:
    """Return one order."""
    order = db.get(Order, order_id)
    if order is None:
        raise HTTPException(404, "Order not found")
    return order


@app.get("/orders", response_model=list[OrderRead])
async def page(user_id: int, db: Db, limit: int = 20, offset: int = 0) -> Any:
    """Return some of a user's orders, newest first."""
    return db.query(Order).filter_by(user_id=user_id).order_by(Order.id.desc()).offset(offset).limit(limit).all()
