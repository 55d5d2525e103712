"""What components make, as manifests: of a program in a test, and of the environments that this repository ships."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalewright.evaluation import evaluate
from scalewright.plan.render import manifests
from scalewright.program import plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from scalewright.kubernetes.component import Component
    from scalewright.plan.resources import Resource

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ("dev", "staging", "prod")

Manifest = dict[str, Any]


def made(program: Callable[[], object]) -> dict[str, Manifest]:
    """Return the objects that a program makes, by kind and name."""
    return by_name(manifests(evaluate(lambda: [program(), None][1], "shop", "test")))


def outputs(program: Callable[[], Component]) -> dict[str, Any]:
    """Return the outputs of the component that a program makes, as the engine would be told them."""
    known: dict[str, Any] = {}

    def run() -> None:
        component = program()
        for name in component.outputs():
            getattr(component, name).apply(lambda value, name=name: known.update({name: value}))

    evaluate(run, "shop", "test")
    return known


@cache
def shipped(environment: str) -> tuple[Resource, ...]:
    return plan(ROOT, environment)


def objects(environment: str) -> dict[str, Manifest]:
    """Return the objects of a shipped environment, by kind and name."""
    return by_name(manifests(shipped(environment)))


def by_name(found: list[Manifest]) -> dict[str, Manifest]:
    return {f"{one['kind']} {one['metadata']['name']}": one for one in found}


def pod_of(workload: Manifest) -> Manifest:
    return workload["spec"]["template"]["spec"]


def container_of(workload: Manifest) -> Manifest:
    [container] = pod_of(workload)["containers"]
    return container


def variables(workload: Manifest) -> dict[str, str]:
    """Return the environment of a workload's container that is text."""
    return {one["name"]: one["value"] for one in container_of(workload)["env"] if "value" in one}
