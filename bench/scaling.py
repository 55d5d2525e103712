"""How soon a replica that was asked for answers requests."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from bench.figure import Figure, Limit
from bench.stack import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.context import Bench

REPLICA, FEW, MORE = "orders-3", "orders=2", "orders=3"
#: The replica's own count of requests by its route: the gateway alone sends it any.
COUNTED = re.compile(r'^http_requests_total\{.*route="/orders".*\} [1-9]', re.MULTILINE)


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the time from `scale` to the first answer by the new replica through the gateway."""
    bench.project.run("up")
    seconds = []
    for number in range(1, bench.rounds + 1):
        bench.say(f"{REPLICA}, round {number} of {bench.rounds}")
        seconds.append(_until_it_answers(bench))
        bench.project.run("scale", FEW)
    yield Figure("a new API replica answers through the gateway", tuple(seconds), limit=Limit(3))


def _until_it_answers(bench: Bench) -> float:
    stack, page = bench.stack, f"{bench.project.url}/orders?user_id=1"
    begun = time.perf_counter()
    scaling = bench.project.start("scale", MORE)
    answered = begun

    def has_answered() -> bool:
        nonlocal answered
        _get(page)
        answered = time.perf_counter()
        port = stack.state.saved.ports.get(REPLICA)
        return port is not None and bool(COUNTED.search(_get(f"http://127.0.0.1:{port}/metrics")))

    wait_until(has_answered, f"{REPLICA} answers through the gateway")
    bench.project.finish(scaling)
    return answered - begun


def _get(url: str) -> str:
    """Return what an address answers; nothing while nobody listens there yet."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            return ""
        raise
