"""A bare ASGI application: nothing but an answer of an order's size. What a server and a gateway cost by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

BODY = (
    b'{"id":1,"user_id":1,"product_id":1,"quantity":1,"status":"completed","total":1999,"currency":"EUR",'
    b'"created_at":"2026-01-01T00:00:00.000000Z"}'
)
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def app(scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Answer whatever is asked."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS, "trailers": False})
        await send({"type": "http.response.body", "body": BODY, "more_body": False})
