"""The shape of arguments: which keys a TypedDict has and which types their values, as a model that judges them.

Values that are known only once something is made (Outputs, awaitables) pass where the type is an `Input`.
"""

from functools import cache
from inspect import isawaitable
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, is_typeddict

from pulumi import Output
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidatorFunctionWrapHandler, WrapValidator, create_model

from scalewright.declaration.problem import Absent, refused


def is_later(value: object) -> bool:
    """Whether a value is known only once something is made."""
    return isinstance(value, Output) or isawaitable(value)


def _unless_later(value: object, judge: ValidatorFunctionWrapHandler) -> Any:
    return value if is_later(value) else judge(value)


def _known_now(value: object) -> object:
    if is_later(value):
        raise refused("it must be known before anything is made", "Give the value itself", Absent.LATER)
    return value


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


@cache
def shape_of(args: Any) -> type[BaseModel]:
    """Return the model of a TypedDict."""
    fields: dict[str, Any] = {
        key: (_plain(hint), ... if key in args.__required_keys__ else None)
        for key, hint in args.__annotations__.items()
    }
    return create_model(args.__name__, __base__=_Shape, **fields)


def _plain(hint: Any) -> Any:
    """Return what a value must be that is known now."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return _plain(inner[0])
    if origin is Union:  # `Input[T]`, which is T, an awaitable, or an Output by its name
        return Annotated[_plain(inner[0]), WrapValidator(_unless_later)]
    if is_typeddict(hint):
        hint = shape_of(hint)
    if origin in (list, dict):
        hint = origin[tuple(map(_plain, inner))]
    return Annotated[hint, BeforeValidator(_known_now)]
