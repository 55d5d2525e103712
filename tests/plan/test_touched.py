"""Which nodes of a graph a change of the declaration touches."""

from __future__ import annotations

from typing import Any

import pytest
from tests.plan.backends import everything

from scalewright.declaration import Backend
from scalewright.plan.graph import graph
from scalewright.plan.touched import lost, touched


def changed(*path: Any, to: Any) -> tuple[Backend, Backend]:
    """Return a backend, and the same with another setting."""
    before = everything()
    data = before.model_dump(mode="json")
    place = data
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = to
    return before, Backend.model_validate(data)


def marked(before: Backend, after: Backend) -> set[str]:
    declared = before.model_dump(mode="json"), after.model_dump(mode="json")
    return set(touched(graph(before, "prod"), graph(after, "prod"), declared))


@pytest.mark.parametrize(
    ("path", "value", "nodes"),
    [
        (("services", "a", "scale", "max"), 12, {"services.a"}),
        (("services", "a", "drain"), "45s", {"services.a"}),
        (("services", "a", "outbox"), "b.relay", {"services.a.outbox"}),
        (("workers", "end", "longest_task"), "45s", {"workers.end"}),
        (("redis", "cache", "memory"), "1Gi", {"redis.cache"}),
        (("redis", "persistence"), True, set()),
        (("postgres", "parameters"), {"work_mem": "8MB"}, {"postgres", "postgres.replicas"}),
        (("postgres", "pooler", "pool_size"), 7, {"postgres.pooler", "postgres.pooler.replicas"}),
        (("observability", "availability"), 99.5, {"observability"}),
    ],
)
def test_the_node_whose_setting_it_is_and_no_other(path: tuple[str, ...], value: Any, nodes: set[str]) -> None:
    assert marked(*changed(*path, to=value)) == nodes


def test_another_image_touches_all_that_runs_it_and_nothing_else() -> None:
    before, after = changed("image", to="ghcr.io/acme/shop:2")
    nodes = marked(before, after)
    running = {one.name for one in graph(after, "prod").nodes if one.kind in ("application", "job")}
    assert nodes == running


def test_what_is_new_is_touched_and_what_is_gone_is_told() -> None:
    before, after = changed("redis", "cache", to=None)
    assert [one.title for one in lost(graph(before, "prod"), graph(after, "prod"))] == ["cache"]
    assert "redis.cache" in marked(after, before)
