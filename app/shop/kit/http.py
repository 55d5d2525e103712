"""How failures are told over HTTP: one shape, `{"detail": ...}`, and never a 500 for what is not a bug."""

import json
import logging
import math
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from shop.kit.database import DatabaseUnavailableError

logger = logging.getLogger(__name__)

RETRY_AFTER = 1  # seconds


class Problem(BaseModel):
    """Why a request failed."""

    detail: str = Field(examples=["Order not found"])


UNAVAILABLE: dict[int | str, dict[str, Any]] = {
    503: {"model": Problem, "description": "The database cannot be used now; try again after `Retry-After` seconds"}
}


def install_error_handlers(app: FastAPI) -> None:
    """Answer 422 for invalid requests and 503 for an unavailable database."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DatabaseUnavailableError, _unavailable)


def json_response(content: object, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Make a response whose body is always valid ASCII JSON, whatever strings and numbers a client sent to be echoed.

    Starlette's own fails on lone surrogates, and on NaN and infinities, which Python reads but JSON does not know.
    """
    return Response(json.dumps(_finite(content)), status_code, headers, media_type="application/json")


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - Starlette dispatches by type
    return json_response({"detail": [_told(mistake) for mistake in error.errors()]}, 422)


async def _unavailable(_request: Request, error: Exception) -> Response:
    logger.warning("answered 503: %s", error)
    return json_response({"detail": "Database unavailable"}, 503, {"Retry-After": str(RETRY_AFTER)})


def _told(mistake: dict[str, Any]) -> dict[str, Any]:
    """Keep what a client needs; of the input only scalars, as what is nested can be too deep to be written."""
    told = {key: mistake.get(key) for key in ("type", "loc", "msg")}
    scalar = isinstance(mistake.get("input"), str | int | float | None)
    return {**told, "input": mistake.get("input")} if scalar else told


def _finite(content: Any) -> Any:
    if isinstance(content, float) and not math.isfinite(content):
        return str(content)
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    return content if isinstance(content, str | int | float | None) else repr(content)
