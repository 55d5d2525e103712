"""``scalewright capacity``: whether an environment fits when it is scaled as far as it may be, line by line."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from scalewright.cli import planning
from scalewright.cli.arguments import environment_argument
from scalewright.cli.working import working
from scalewright.declaration import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scalewright.autoscaling.capacity import Budget
    from scalewright.cli.main import Project
    from scalewright.declaration import Backend
    from scalewright.plan.capacity import Ledger


@click.command()
@environment_argument
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_obj
def capacity(project: Project, environment: str, *, as_json: bool) -> None:
    """Add up what ENV asks for at its most, and see if it fits.

    Connections to PostgreSQL and its poolers, clients of Redis, consumers of topics, quotas and declared nodes, at the
    most replicas: each sum line by line with its bound and where the bound comes from, and where it does not fit, the
    smallest changes of which any one is enough. Needs no cluster, and starts nothing.

    The exit status is 0 when every sum fits, 1 when one does not.
    """
    begun = time.monotonic()
    backend = load(project.project, environment)
    with working(lambda: f"{environment}: {time.monotonic() - begun:.0f} s"):
        found = _ledger(project.project, environment, backend)
    fits = all(one.fits for one in found.budgets)
    if as_json:
        click.echo(json.dumps(_as_json(environment, backend, found), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(text(environment, found)))
    if not fits:
        raise SystemExit(1)


def _ledger(project: Path, environment: str, backend: Backend) -> Ledger:
    from scalewright.plan.capacity import Ledger, budgets_of_processes, ledger

    if backend.platform == "local":
        return Ledger(budgets_of_processes(_processes(project, environment, backend)), ())
    from scalewright.cli.checking import objects

    return ledger(objects(planning.planned(project, environment)))


def _processes(project: Path, environment: str, backend: Backend) -> Any:
    """Return what a machine would run at the most replicas; what runs is not touched."""
    from contextlib import closing

    from scalewright.local.platform import LocalPlatform
    from scalewright.local.replicas import scales

    most = {noun: scale.max for noun, scale in scales(backend).items()}
    with closing(LocalPlatform(project, environment)) as platform:
        return platform.survey(backend, most).plan


def text(environment: str, found: Ledger) -> Iterator[str]:
    """Yield the lines that tell of every sum: those that do not fit last, where one looks first."""
    over = [one for one in found.budgets if not one.fits]
    for one in (*(one for one in found.budgets if one.fits), *over):
        yield from _of_budget(one)
        yield ""
    for sentence in found.unknown:
        yield f"not in any sum: {sentence}"
    if over:
        names = ", ".join(one.name for one in over)
        yield f"{environment}: {len(over)} of {len(found.budgets)} sums do not fit: {names}."
    else:
        yield f"{environment}: all of {len(found.budgets)} sums fit at the most replicas."


def _of_budget(one: Budget) -> Iterator[str]:
    yield f"{one.name}: {one.total:,} of {one.bound:,} {one.unit}"
    rows = [(line.label, str(line), f"{line.amount:,}") for line in one.lines]
    rows += [("at most", "", f"{one.total:,}"), (one.bound_from, "", f"{one.bound:,}")]
    yield from _aligned(rows, verdict="fits" if one.fits else f"{one.total - one.bound:,} too many")
    for sentence in one.unknown:
        yield f"  not in this sum: {sentence}"
    if not one.fits and one.remedies:
        yield "  any one of these is enough:"
        yield from (f"    {remedy}" for remedy in one.remedies)


def _aligned(rows: Iterable[tuple[str, str, str]], verdict: str) -> Iterator[str]:
    rows = list(rows)
    labels, products, amounts = (max(len(row[column]) for row in rows) for column in range(3))
    lines = [f"  {label:<{labels}}  {product:<{products}}  {amount:>{amounts}}" for label, product, amount in rows]
    *first, last = lines
    yield from first
    yield f"{last}  {verdict}"


def _as_json(environment: str, backend: Backend, found: Ledger) -> dict[str, Any]:
    return {
        "environment": environment,
        "platform": backend.platform,
        "fits": all(one.fits for one in found.budgets),
        "budgets": [_budget(one) for one in found.budgets],
        "unknown": list(found.unknown),
    }


def _budget(one: Budget) -> dict[str, Any]:
    return {
        "name": one.name,
        "unit": one.unit,
        "total": one.total,
        "bound": one.bound,
        "bound_from": one.bound_from,
        "fits": one.fits,
        "lines": [
            {
                "label": line.label,
                "terms": [{"label": label, "value": value} for label, value in line.terms],
                "amount": line.amount,
            }
            for line in one.lines
        ],
        "remedies": [{"text": change.text, "settings": dict(change.settings)} for change in one.changes],
        "unknown": list(one.unknown),
    }
