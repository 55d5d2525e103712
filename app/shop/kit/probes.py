"""Endpoints for whoever runs the service: liveness, readiness, metrics."""

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from shop.kit.database import Database, DatabaseUnavailableError
from shop.kit.http import json_response
from shop.kit.outbox import BACKLOG
from shop.kit.resilience import answers_within
from shop.kit.telemetry import exposition

if TYPE_CHECKING:
    from shop.kit.drain import Drain

REPORT_TIMEOUT = 0.3  # seconds for what does not decide readiness, well within the platforms' probe timeout of 1 s

router = APIRouter(tags=["operations"])


@router.get("/healthz", responses={503: {"description": "The process was told to stop"}})
async def healthz(request: Request) -> Response:
    """Say that the process answers; whoever gets no answer should restart it.

    One that was told to stop still answers all requests, and says 503 here, so that it is sent no more of them.
    """
    drain: Drain = request.state.drain
    return json_response({"status": "stopping"}, 503) if drain.begun else json_response({"status": "ok"})


@router.get("/readyz", responses={503: {"description": "The database does not answer"}})
async def readyz(request: Request) -> Response:
    """Say whether requests can be served: 200 when the database answers, else 503.

    Redis and the replicas are reported and do not decide: without them requests are slower, and still served.
    """
    database: Database = request.state.database
    ready, [redis], replicas = await asyncio.gather(
        _answers(database),
        answers_within(REPORT_TIMEOUT, request.state.cache.ping()),
        database.ping_replicas(within=REPORT_TIMEOUT),
    )
    words = {True: "ok", False: "unavailable"}
    checks = {"database": words[ready], "redis": words[redis], "replicas": [words[answer] for answer in replicas]}
    return json_response({"status": words[ready], "checks": checks}, 200 if ready else 503)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Answer a Prometheus scrape; without a database what waits in the outbox is unknown, and left out."""
    database: Database = request.state.database
    try:
        [(tasks, oldest)] = await database.read_primary(BACKLOG, {})
        figures = {"outbox_backlog_tasks": float(tasks), "outbox_oldest_seconds": float(oldest)}
    except DatabaseUnavailableError:
        figures = {}
    return Response(exposition(figures), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _answers(database: Database) -> bool:
    try:
        await database.ping()
    except DatabaseUnavailableError:
        return False
    return True
