"""Bounds of quantities and durations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic_core import core_schema

from scalewright.declaration.duration import Duration
from scalewright.declaration.problem import refused
from scalewright.declaration.quantity import Quantity

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

Value = TypeVar("Value", Quantity, Duration)


@dataclass(frozen=True)
class Within(Generic[Value]):
    """Metadata of a field: its value lies between the two, bounds included, or is refused in the unit's own words."""

    least: Value
    most: Value | None = None
    hint: str = ""
    """A sentence that explains the likely mistake behind a value that is too small."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, value: Value) -> Value:
        if value < self.least:
            raise refused(f"it must be at least {self.least}", self.hint or f"Raise it to {self.least} or more")
        if self.most is not None and value > self.most:
            raise refused(f"it must be at most {self.most}", f"Lower it to {self.most} or less")
        return value
