"""Requests through the gateway, beside what the same gateway, server and databases do for other applications.

What answers requests (API replicas or a peer's processes) is kept on one core. The load, the gateway and the databases
share the others. Relay and workers are stopped meanwhile and tasks wait in the outbox: peers have none to run.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.contender import contending, routed_to
from bench.cores import MEASURED, OTHERS, kept_on
from bench.figure import Figure, Limit
from bench.footprint import cpu_seconds
from bench.load import Target, load, tool
from bench.stack import ORDERS, USERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psutil

    from bench.context import Bench
    from bench.load import Kind, Report

KINDS: dict[Kind, str] = {"create": "create an order", "read": "read one by id", "list": "list twenty"}
SHOP, BARE = "shop.orders.main:app", "bench.peers.bare:app"
TEXTBOOK, CAREFUL = "bench.peers.textbook:app", "bench.peers.careful:app"
REPLICAS = 2
CONNECTIONS, FEW, MANY = 64, 8, 1000
#: Requests/s of a careful service on one core of the machine this project began on, and the least share of a careful
#: service's figure that the shop must reach here: its order is priced, locked, queued and positioned besides.
CAREFUL_THEN: dict[Kind, float] = {"read": 1980, "create": 1910}
LEAST: dict[Kind, float] = {"read": 1.0, "create": 0.7}


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield requests/s through the gateway and of one core, each with its peers."""
    bench.project.run("up")
    bench.say(f"load by {tool()}; measured on core {_named(MEASURED)}, all else on {_named(OTHERS)}")
    stack = bench.stack
    with _no_tasks_at_work(bench), kept_on(OTHERS, [stack.supervisor, *stack.processes()]):
        yield from _through_the_gateway(bench)
        yield from _of_one_core(bench)


def _through_the_gateway(bench: Bench) -> Iterator[Figure]:
    """Measure the shop's own replicas, and others behind the same gateway."""
    replicas = bench.stack.replicas()
    with contending(bench.stack, BARE, REPLICAS, MEASURED) as bare:
        alone = Target(f"http://127.0.0.1:{next(iter(bare))}", ORDERS, USERS)
        yield _rate(bench, "bare ASGI without the gateway, one process", "read", [next(iter(bare.values()))], alone)
        with routed_to(bench.stack, bare):
            peer = _rate(bench, "bare ASGI through the gateway", "read", [*bare.values()])
    yield peer
    with kept_on(MEASURED, replicas):
        shop = {
            kind: _rate(bench, f"shop through the gateway: {words}", kind, replicas, peer=peer)
            for kind, words in KINDS.items()
        }
        yield from shop.values()
        for kind, words in KINDS.items():
            report = _load(bench, kind, connections=MANY)
            name = f"errors over {MANY:,} connections: {words}"
            detail = f"{report.requests:,} requests, {report.detail}"
            yield Figure(name, (report.errors,), "", Limit(0), detail=detail)
    for connections in (FEW, CONNECTIONS):
        for kind, words in KINDS.items():  # anew for each: one that is stuck stays so
            with contending(bench.stack, TEXTBOOK, REPLICAS, MEASURED) as textbook, routed_to(bench.stack, textbook):
                name = f"textbook service through the gateway, {connections} connections: {words}"
                yield _rate(bench, name, kind, [*textbook.values()], peer=shop[kind], connections=connections)


def _of_one_core(bench: Bench) -> Iterator[Figure]:
    """Measure one process of the shop and of a careful service, in turns, without the gateway."""
    for kind, least in LEAST.items():
        rates: dict[str, list[Figure]] = {CAREFUL: [], SHOP: []}
        for _ in range(bench.rounds):
            for app, figures in rates.items():
                with contending(bench.stack, app, 1, MEASURED) as processes:
                    target = Target(f"http://127.0.0.1:{next(iter(processes))}", ORDERS, USERS)
                    figures.append(_rate(bench, app, kind, [*processes.values()], target))
        careful, shop = (tuple(figure.median for figure in figures) for figures in rates.values())
        words = KINDS[kind]
        peer = Figure(f"careful FastAPI + asyncpg, one core: {words}", careful, "/s", detail=rates[CAREFUL][-1].detail)
        yield peer
        then = CAREFUL_THEN[kind]
        ours = Figure(f"shop, one core: {words}", shop, "/s", peer=peer, detail=rates[SHOP][-1].detail)
        yield ours
        detail = f"{ours.median / then:.2f} x the {then:,.0f} /s of a careful service where this project began"
        ratio = tuple(mine / theirs for mine, theirs in zip(shop, careful, strict=True))
        yield Figure(f"shop beside the careful service: {words}", ratio, "x", Limit(least, least=True), detail=detail)


def _rate(
    bench: Bench,
    name: str,
    kind: Kind,
    processes: Sequence[psutil.Process],
    target: Target | None = None,
    *,
    peer: Figure | None = None,
    connections: int = CONNECTIONS,
) -> Figure:
    """Measure one rate, and the processor time that a request takes of those who answer it."""
    bench.say(name)
    before = cpu_seconds(processes)
    report = _load(bench, kind, target, connections=connections)
    cpu = f", {1000 * (cpu_seconds(processes) - before) / report.requests:.2f} ms of a core" if report.requests else ""
    return Figure(name, (report.rate,), "/s", peer=peer, detail=report.detail + cpu)


def _load(bench: Bench, kind: Kind, target: Target | None = None, *, connections: int) -> Report:
    return load(target or bench.target, kind, connections=connections, seconds=bench.seconds, cores=OTHERS)


@contextmanager
def _no_tasks_at_work(bench: Bench) -> Iterator[None]:
    """Stop relay and workers for the time of a block; they come back to an empty outbox."""
    stack, supervisor = bench.stack, bench.stack.platform.supervisor
    stack.fill()
    names = [name for name in stack.running() if name == "orders-relay" or name.startswith("orders-worker-")]
    for name in names:
        supervisor.stop(name)
    supervisor.wait_stopped(*names)
    try:
        yield
    finally:
        stack.fill()
        bench.project.run("up")


def _named(cores: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(cores))) or "any: this system does not pin"
