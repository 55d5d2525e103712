"""What the API says about products."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shop.kit.pagination import MAX_ID

Currency = Annotated[str, Field(description="ISO 4217", examples=["EUR"])]


class ProductRead(BaseModel):
    """A product."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(ge=1, le=MAX_ID)
    name: str
    price: int = Field(ge=0, description="Integer minor units (cents) of the currency", examples=[1999])
    currency: Currency
