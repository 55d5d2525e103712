"""What the API accepts and says about orders."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shop.kit.pagination import MAX_ID
from shop.orders.models import MAX_QUANTITY, Status
from shop.products.schemas import Currency

Id = Annotated[int, Field(ge=1, le=MAX_ID)]


class OrderCreate(BaseModel):
    """An order to place."""

    # Strict: "1", true and 1.0 are mistakes of the client, not quantities.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    user_id: Id
    product_id: Id
    quantity: int = Field(ge=1, le=MAX_QUANTITY)


class OrderRead(BaseModel):
    """An order."""

    model_config = ConfigDict(from_attributes=True)

    id: Id
    user_id: Id
    product_id: Id
    quantity: int = Field(ge=1, le=MAX_QUANTITY)
    status: Status
    total: int = Field(ge=0, description="Integer minor units (cents) of the currency", examples=[3998])
    currency: Currency
    created_at: datetime


class OrderPage(BaseModel):
    """One page of a user's orders, newest first."""

    model_config = ConfigDict(from_attributes=True)

    orders: list[OrderRead]
    next_cursor: str | None = Field(description="`cursor` of the next page; null on the last one")
